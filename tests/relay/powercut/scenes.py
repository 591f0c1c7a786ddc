"""What happens on the days that are cut short: the files that lie there when the relay begins, and what must become of them."""

from dataclasses import dataclass
from pathlib import Path

from gateway.relay.ledger import Ledger
from gateway.relay.places import APPROVED, CLAIMS, HELD, PEOPLE, Places
from tests.claims.synthetic import claim_file, receipt, return_file
from tests.relay.powercut.disk import Disk, scan
from tests.relay.powercut.life import SHARE, World, live
from tests.relay.powercut.verdict import Wanted
from tests.relay.rig import HEAD

CLAIM = claim_file()
CORRECTED = claim_file(receipt(1, points=200), trailer="GO,1,200,99")
OTHER_PAYER = claim_file(payer="2")
BROKEN = claim_file(trailer=None)
RETURN = return_file()
ANOTHER_SITE = claim_file(code="1312345")


@dataclass(frozen=True)
class Scene:
    """Files put in 請求 and in the terminal's returns, by path; `before` is what an earlier, whole day brought.

    `approved` is the content of a held file that staff have moved into 承認.
    """

    name: str
    wanted: Wanted
    claims: dict[str, bytes]
    returns: dict[str, bytes]
    before: "Scene | None" = None
    approved: bytes = b""

    def begin(self, place: Path) -> World:
        """The world in which it begins. `place` is scratch room."""
        world = live(self.before.begin(place), place / "before").ended if self.before else _nothing(place)
        disk = world.disk.copy()
        for folder, files in ((f"{PEOPLE}/{CLAIMS}", self.claims), ("returns", self.returns)):
            root = SHARE if folder == "returns" else world.local
            for path, content in files.items():
                put(disk, root, f"{folder}/{path}", content)
        if self.approved:
            _approve(disk, world.local, self.approved)
        return World(disk, world.local, world.ledger, world.lives, world.temporaries)


def put(disk: Disk, root: int, path: str, content: bytes) -> None:
    """Lay a file there, as a person does: over what has the name, in folders made on the way."""
    *folders, name = path.split("/")
    here = root
    for folder in folders:
        if folder not in disk.folders[here]:
            made = _free(disk, root)
            disk.folders[made] = {}
            disk.folders[here][folder] = made
        here = disk.folders[here][folder]
    number = _free(disk, root)
    disk.files[number] = content
    disk.folders[here][name] = number


def _approve(disk: Disk, root: int, content: bytes) -> None:
    (path,) = (path for path, found in disk.found(root, f"{HELD}/").items() if found == content)
    folder, _, name = path.rpartition("/")
    held = disk.at(root, folder)
    approved = disk.at(root, f"{folder}/{APPROVED}")
    if held is None or approved is None:
        raise ValueError("the relay made no 承認")
    disk.folders[approved][name] = disk.folders[held].pop(name)


def _free(disk: Disk, root: int) -> int:
    numbers = (*disk.folders, *disk.files)
    return min(numbers) - 1 if root == SHARE else max(numbers) + 1


def _nothing(place: Path) -> World:
    """A box and a terminal on their first day."""
    places = Places(place / "first-day")
    places.prepare(HEAD.releasers)
    Ledger.open(places.ledger).close()
    disk = Disk({}, {})
    local = scan(places.root, disk)
    disk.folders.update({SHARE: {"claims": -2, "returns": -3}, -2: {}, -3: {}})
    return World(disk, local, places.ledger.read_bytes())


CLAIM_OUT = Scene("a claim goes out", Wanted(claims=(CLAIM,)), {"RECEIPTC.UKE": CLAIM}, {})
RETURN_IN = Scene("a return comes in", Wanted(returns=(RETURN,)), {}, {"RECEIPTC.HEN": RETURN})
HELD_BACK = Scene("a broken file is held", Wanted(held=(BROKEN,)), {"RECEIPTC.UKE": BROKEN}, {})
CORRECTION = Scene(
    "a correction follows", Wanted(claims=(CLAIM, CORRECTED)), {"RECEIPTC.UKE": CORRECTED}, {}, before=CLAIM_OUT
)
AGAIN = Scene("the same file comes again", Wanted(claims=(CLAIM, CLAIM)), {"RECEIPTC.UKE": CLAIM}, {}, before=CLAIM_OUT)
OF_ANOTHER_SITE = Scene("another site's file is held", Wanted(held=(ANOTHER_SITE,)), {"RECEIPTC.UKE": ANOTHER_SITE}, {})
RELEASED = Scene(
    "a held file is released",
    Wanted(claims=(ANOTHER_SITE,), overruled=(ANOTHER_SITE,)),
    {},
    {},
    before=OF_ANOTHER_SITE,
    approved=ANOTHER_SITE,
)
BUSY = Scene(
    "both payers, a return and a broken file at once",
    Wanted(claims=(CLAIM, OTHER_PAYER), returns=(RETURN,), held=(BROKEN,)),
    {"RECEIPTC.UKE": CLAIM, "国保/RECEIPTC.UKE": OTHER_PAYER, "RECEIPTS.UKE": BROKEN},
    {"RECEIPTC.HEN": RETURN},
)
SCENES = (CLAIM_OUT, RETURN_IN, HELD_BACK, CORRECTION, AGAIN, RELEASED, BUSY)
