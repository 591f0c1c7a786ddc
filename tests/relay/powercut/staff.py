"""What people do while the box is dark: to a delivered file, to its copy, under a name that is about to be used."""

from collections.abc import Iterator
from dataclasses import replace

from gateway.relay.parcel import Direction, Parcel
from gateway.relay.places import CLAIMS, DELIVERED, PEOPLE, RETURNS
from tests.claims.synthetic import claim_file, receipt, return_file
from tests.relay.powercut.disk import Disk
from tests.relay.powercut.life import SHARE, World
from tests.relay.powercut.scenes import put
from tests.relay.powercut.verdict import Wanted

THEIRS = b"staff wrote this"
NEWER_CLAIM = claim_file(receipt(1, points=300), trailer="GO,1,300,99")
NEWER_RETURN = return_file(mark="again")

Done = tuple[str, World, Wanted]


def actions(world: World, wanted: Wanted) -> Iterator[Done]:
    """Every one thing a person may do in this world, and what is wanted of it then."""
    wanted = replace(wanted, touched=True)
    for parcel in world.parcels:
        if parcel.target is None or parcel.duplicate:
            continue
        if parcel.direction is Direction.CLAIM:
            yield from _with_final(world, wanted, SHARE, f"claims/{parcel.target}", parcel)
            yield from _with_copy(world, wanted, f"{DELIVERED}/{parcel.target}")
        else:
            yield from _with_final(world, wanted, world.local, f"{RETURNS}/{parcel.target}", parcel)
    yield from _with_source(world, wanted, world.local, f"{PEOPLE}/{CLAIMS}/RECEIPTC.UKE", NEWER_CLAIM)
    yield from _with_source(world, wanted, SHARE, "returns/RECEIPTC.HEN", NEWER_RETURN)


def _with_final(world: World, wanted: Wanted, root: int, final: str, parcel: Parcel) -> Iterator[Done]:
    content = world.disk.found(root).get(final)
    side = "on the terminal" if root == SHARE else "in 返戻"
    if content is None:
        if parcel.state.moving:
            placed = replace(wanted, placed={final: THEIRS})
            yield f"another file under the final name {side}", _put(world, root, final, THEIRS), placed
        return
    # On our own disk a name is given by a link, and the temporary goes after it. While both lead to the file, deleting one
    # of them deletes nothing: a return comes again, which is what its reader would want.
    linked = world.disk.at(root, final) in world.disk.folders.get(world.disk.at(root, ".gateway") or 0, {}).values()
    gone = wanted if linked else replace(wanted, gone=(*wanted.gone, content))
    yield f"deleted {side}", _without(world, root, final), gone
    yield f"overwritten {side}", _put(world, root, final, THEIRS), replace(gone, placed={final: THEIRS})
    moved = _put(_without(world, root, final), root, f"{final.partition('/')[0]}/送信済み.UKE", content)
    if root == SHARE:
        yield f"moved {side}", moved, wanted


def _with_copy(world: World, wanted: Wanted, copy: str) -> Iterator[Done]:
    if copy in world.on_relay:
        yield (
            "copy in 配達済み overwritten",
            _put(world, world.local, copy, THEIRS),
            replace(wanted, placed={copy: THEIRS}),
        )


def _with_source(world: World, wanted: Wanted, root: int, path: str, newer: bytes) -> Iterator[Done]:
    """A newer file under the name that was or is being taken."""
    folder = path.rpartition("/")[0]
    if not (wanted.claims if root != SHARE else wanted.returns) or world.disk.at(root, folder) is None:
        return
    older = world.disk.found(root).get(path)
    files = wanted.returns if root == SHARE else wanted.claims
    files = (*(content for content in files if content != older), newer)
    perhaps = wanted.perhaps if older is None else (*wanted.perhaps, older)
    after = replace(wanted, returns=files) if root == SHARE else replace(wanted, claims=files)
    yield f"a newer file in {folder}", _put(world, root, path, newer), replace(after, perhaps=perhaps)


def _put(world: World, root: int, path: str, content: bytes) -> World:
    disk = world.disk.copy()
    put(disk, root, path, content)
    return replace(world, disk=disk)


def _without(world: World, root: int, path: str) -> World:
    disk = world.disk.copy()
    folder, _, name = path.rpartition("/")
    _folder(disk, root, folder).pop(name)
    return replace(world, disk=disk)


def _folder(disk: Disk, root: int, path: str) -> dict[str, int]:
    number = disk.at(root, path)
    if number is None:
        raise ValueError(f"no folder {path}")
    return disk.folders[number]
