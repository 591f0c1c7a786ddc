"""The contract of a shelf, asked of every real one: the same tests run against a folder, a real smbd and a real sshd."""

import asyncio
import hashlib
import os
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.errors import Absent, Changed, Differed, Occupied, TimedOut
from gateway.relay.parcel import Fingerprint
from gateway.relay.shelf import Entry, Shelf
from gateway.twin.smbd import Smbd
from gateway.twin.sshd import Sshd
from tests.relay.conftest import directory_shelf, run, sftp_shelf, smb_shelf


@dataclass(frozen=True)
class Place:
    """A shelf, and its folder as this machine sees it."""

    shelf: Shelf
    root: Path
    prefix: PurePosixPath

    def __call__(self, path: str) -> PurePosixPath:
        return self.prefix / path

    def put(self, path: str, content: bytes) -> Path:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        return file


@pytest.fixture(
    params=["directory", *(pytest.param(kind, marks=pytest.mark.root) for kind in ("smb", "sftp"))],
)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "directory":
        root = tmp_path / "shelf"
        root.mkdir()
        yield Place(directory_shelf(root), root, PurePosixPath())
    else:
        smb = request.param == "smb"
        terminal = request.getfixturevalue("terminal" if smb else "sftp_terminal")
        name = tmp_path.name
        root = terminal.share / name
        root.mkdir()
        yield Place(smb_shelf(terminal) if smb else sftp_shelf(terminal), root, PurePosixPath(name))


def on(place: Place, work: Callable[[], Awaitable[None]]) -> None:
    async def closing() -> None:
        try:
            await work()
        finally:
            await place.shelf.close()

    run(closing)


def source(tmp_path: Path, content: bytes) -> tuple[Path, str]:
    file = tmp_path / "source"
    file.write_bytes(content)
    return file, hashlib.sha256(content).hexdigest()


def test_a_verified_file_gets_its_final_name_in_folders_made_on_the_way(place: Place, tmp_path: Path) -> None:
    content = b"IR,1\r\n" * 100
    file, digest = source(tmp_path, content)

    async def work() -> None:
        verified = await place.shelf.put_verified(file, place(".gateway/a.1"), digest)
        await verified.publish(place("claims/2026-11/社保/01回目_1108-2310/RECEIPTC.UKE"))

    on(place, work)

    assert (place.root / "claims/2026-11/社保/01回目_1108-2310/RECEIPTC.UKE").read_bytes() == content
    assert list((place.root / ".gateway").iterdir()) == []


def test_five_megabytes_arrive_whole_though_a_server_takes_less_at_once(place: Place, tmp_path: Path) -> None:
    content = os.urandom(5_000_000)
    file, digest = source(tmp_path, content)

    async def work() -> None:
        verified = await place.shelf.put_verified(file, place(".gateway/b.1"), digest)
        await verified.publish(place("big"))

    on(place, work)

    assert (place.root / "big").read_bytes() == content


def test_an_empty_file_arrives_empty(place: Place, tmp_path: Path) -> None:
    file, digest = source(tmp_path, b"")

    async def work() -> None:
        verified = await place.shelf.put_verified(file, place(".gateway/e.1"), digest)
        await verified.publish(place("empty"))
        assert await place.shelf.digest(place("empty")) == digest

    on(place, work)

    assert (place.root / "empty").read_bytes() == b""


def test_a_final_name_that_is_taken_is_never_replaced(place: Place, tmp_path: Path) -> None:
    place.put("claims/RECEIPTC.UKE", b"somebody else's")
    file, digest = source(tmp_path, b"ours")

    async def work() -> None:
        verified = await place.shelf.put_verified(file, place(".gateway/c.1"), digest)
        with pytest.raises(Occupied):
            await verified.publish(place("claims/RECEIPTC.UKE"))
        await verified.abandon()
        assert await place.shelf.exists(place(".gateway/c.1"))

    on(place, work)

    assert (place.root / "claims/RECEIPTC.UKE").read_bytes() == b"somebody else's"


def test_a_temporary_name_is_used_once(place: Place, tmp_path: Path) -> None:
    file, digest = source(tmp_path, b"ours")
    place.put(".gateway/d.1", b"an earlier attempt")

    async def work() -> None:
        with pytest.raises(Occupied):
            await place.shelf.put_verified(file, place(".gateway/d.1"), digest)

    on(place, work)

    assert (place.root / ".gateway/d.1").read_bytes() == b"an earlier attempt"


def test_other_bytes_than_the_digest_says_are_noticed(place: Place, tmp_path: Path) -> None:
    file, _ = source(tmp_path, b"ours")

    async def work() -> None:
        with pytest.raises(Differed):
            await place.shelf.put_verified(file, place(".gateway/f.1"), "0" * 64)

    on(place, work)


def test_a_byte_that_changes_between_writing_and_reading_back_is_noticed(place: Place, tmp_path: Path) -> None:
    content = bytes(24_000_000)
    file, digest = source(tmp_path, content)
    temporary = place.root / ".gateway" / "g.1"

    def flip_the_first_byte_once_it_is_written() -> None:
        deadline = time.monotonic() + 20
        while not (temporary.exists() and temporary.stat().st_size):
            if time.monotonic() > deadline:
                raise TimeoutError("nothing was written")
        with temporary.open("r+b") as written:
            written.write(b"!")

    async def work() -> None:
        flipping = asyncio.ensure_future(asyncio.to_thread(flip_the_first_byte_once_it_is_written))
        with pytest.raises(Differed):
            await place.shelf.put_verified(file, place(".gateway/g.1"), digest)
        await flipping
        assert not await place.shelf.exists(place("claims/g"))

    on(place, work)


def test_listing_names_regular_files_only(place: Place) -> None:
    place.put("returns/RECEIPTC.HEN", b"HI")
    place.put("returns/取込済/old.HEN", b"HI")

    async def work() -> None:
        entries = await place.shelf.list(place("returns"))
        assert [entry.path for entry in entries] == [place("returns/RECEIPTC.HEN")]
        assert entries[0].fingerprint.size == 2
        assert await place.shelf.list(place("nowhere")) == ()

    on(place, work)


def test_a_listed_file_is_fetched_with_its_digest(place: Place, tmp_path: Path) -> None:
    content = os.urandom(3_000_000)
    place.put("returns/RECEIPTC.HEN", content)
    into = tmp_path / "fetched"

    async def work() -> None:
        (entry,) = await place.shelf.list(place("returns"))
        assert await place.shelf.fetch(entry, into) == (hashlib.sha256(content).hexdigest(), len(content))

    on(place, work)

    assert into.read_bytes() == content
    assert into.stat().st_mode & 0o777 == 0o600


def test_a_file_rewritten_since_the_listing_is_not_taken_for_the_listed_one(place: Place, tmp_path: Path) -> None:
    file = place.put("returns/RECEIPTC.HEN", b"first")

    async def work() -> None:
        (entry,) = await place.shelf.list(place("returns"))
        file.write_bytes(b"other")
        os.utime(file, (1, 1))
        with pytest.raises(Changed):
            await place.shelf.fetch(entry, tmp_path / "fetched")
        with pytest.raises(Changed):
            await place.shelf.move(entry, place("returns/取込済/RECEIPTC.HEN"))
        with pytest.raises(Changed):
            await place.shelf.remove(entry.path, entry.fingerprint)

    on(place, work)

    assert file.read_bytes() == b"other"


def test_moving_goes_into_new_folders_and_over_nothing(place: Place) -> None:
    place.put("returns/A.HEN", b"a")
    place.put("returns/B.HEN", b"b")

    async def work() -> None:
        a, b = await place.shelf.list(place("returns"))
        await place.shelf.move(a, place("returns/取込済/A.HEN"))
        with pytest.raises(Occupied):
            await place.shelf.move(b, place("returns/取込済/A.HEN"))
        with pytest.raises(Absent):
            await place.shelf.move(a, place("returns/取込済/again"))

    on(place, work)

    assert (place.root / "returns/取込済/A.HEN").read_bytes() == b"a"
    assert (place.root / "returns/B.HEN").read_bytes() == b"b"


def test_removing_twice_is_as_good_as_once(place: Place) -> None:
    file = place.put("x", b"x")

    async def work() -> None:
        (entry,) = await place.shelf.list(place.prefix)
        await place.shelf.remove(entry.path, entry.fingerprint)
        await place.shelf.remove(entry.path, entry.fingerprint)
        await place.shelf.remove(place("no/such/folder"))

    on(place, work)

    assert not file.exists()


def test_looking_finds_digest_and_presence(place: Place) -> None:
    place.put("x", b"x")

    async def work() -> None:
        assert await place.shelf.digest(place("x")) == hashlib.sha256(b"x").hexdigest()
        assert await place.shelf.digest(place("x"), flushed=True) == hashlib.sha256(b"x").hexdigest()
        assert await place.shelf.digest(place("y"), flushed=True) is None
        assert await place.shelf.digest(place("y")) is None
        assert await place.shelf.digest(place("no/folder")) is None
        assert await place.shelf.exists(place("x"))
        assert not await place.shelf.exists(place("y"))
        await place.shelf.probe()

    on(place, work)


def test_a_fingerprint_says_nothing_about_content() -> None:
    entry = Entry(PurePosixPath("a"), Fingerprint(1, "a:1"))

    assert entry == Entry(PurePosixPath("a"), Fingerprint(1, "a:1"))


LISTED = Entry(PurePosixPath("returns/x"), Fingerprint(1, "x"))
SILENCE_DEADLINE = timedelta(seconds=1)  # a connection is made within it, on a busy machine too
EMPTY = hashlib.sha256().hexdigest()


def shelf_of(terminal: Smbd | Sshd) -> Shelf:
    if isinstance(terminal, Smbd):
        return smb_shelf(terminal, deadline=SILENCE_DEADLINE)
    return sftp_shelf(terminal, deadline=SILENCE_DEADLINE)


CALLS: dict[str, Callable[[Shelf, Path], Awaitable[object]]] = {
    "probe": lambda shelf, _: shelf.probe(),
    "list": lambda shelf, _: shelf.list(PurePosixPath("returns")),
    "fetch": lambda shelf, file: shelf.fetch(LISTED, file.parent / "fetched"),
    "put_verified": lambda shelf, file: shelf.put_verified(file, PurePosixPath(".gateway/p.1"), EMPTY),
    "digest": lambda shelf, _: shelf.digest(PurePosixPath("claims/x")),
    "exists": lambda shelf, _: shelf.exists(PurePosixPath("claims/x")),
    "move": lambda shelf, _: shelf.move(LISTED, PurePosixPath("returns/y")),
    "remove": lambda shelf, _: shelf.remove(PurePosixPath("claims/x")),
}


@pytest.mark.root
@pytest.mark.parametrize("kind", ["smb", "sftp"])
def test_every_call_on_a_server_that_stopped_answering_ends_by_its_deadline(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    terminal: Smbd | Sshd = request.getfixturevalue("own_terminal" if kind == "smb" else "own_sftp_terminal")
    file, _ = source(tmp_path, b"ours")

    async def timed(name: str, shelf: Shelf) -> float:
        began = time.monotonic()
        with pytest.raises(TimedOut):
            await CALLS[name](shelf, file)
        return time.monotonic() - began

    async def work() -> None:
        shelves = {name: shelf_of(terminal) for name in CALLS}
        for shelf in shelves.values():
            await shelf.probe()
        terminal.pause()
        took = await asyncio.gather(*(timed(name, shelf) for name, shelf in shelves.items()))
        assert max(took) < 2.5
        terminal.resume()
        for shelf in shelves.values():
            await shelf.probe()
            await shelf.close()

    run(work)


def test_the_folders_of_a_folder(place: Place) -> None:
    place.put("claims/2026-11/社保/01回目_1108-2310/RECEIPTC.UKE", b"x")
    place.put("claims/2026-11/国保/RECEIPTC.UKE", b"x")
    place.put("claims/2026-11/RECEIPTC.UKE", b"x")
    (place.root / "claims/2026-11/elsewhere").symlink_to("/etc")

    async def work() -> None:
        found = await place.shelf.folders(place("claims/2026-11"))
        assert found == (place("claims/2026-11/国保"), place("claims/2026-11/社保"))
        assert await place.shelf.folders(place("claims/2026-12")) == ()

    on(place, work)
