import asyncio
from pathlib import Path, PurePosixPath

from gateway.relay.durable import digest_of
from gateway.relay.lanes import SMALL_MOST_BYTES
from gateway.relay.shelf import Shelf
from gateway.relay.two_lanes import TwoLanes
from tests.relay.conftest import directory_shelf, run

LARGE = b"x" * (SMALL_MOST_BYTES + 1)


def lanes(place: Path) -> TwoLanes:
    """Two shelves that lead to different folders, so that one sees which was taken."""
    for name in ("small", "large"):
        (place / name / ".gateway").mkdir(parents=True)
    return TwoLanes(directory_shelf(place / "small"), directory_shelf(place / "large"))


def test_a_large_file_takes_the_other_connection_both_ways(tmp_path: Path) -> None:
    shelf: Shelf = lanes(tmp_path)
    (tmp_path / "a").write_bytes(LARGE)
    (tmp_path / "b").write_bytes(b"small")

    async def work() -> None:
        for name in ("a", "b"):
            with (tmp_path / name).open("rb") as file:
                digest, _ = digest_of(file.fileno())
            verified = await shelf.put_verified(tmp_path / name, PurePosixPath(".gateway", name), digest)
            await verified.publish(PurePosixPath(name))

    run(work)

    assert (tmp_path / "large" / "a").read_bytes() == LARGE
    assert (tmp_path / "small" / "b").read_bytes() == b"small"


def test_a_large_return_is_fetched_over_the_other_connection(tmp_path: Path) -> None:
    shelf = lanes(tmp_path)
    for name in ("small", "large"):
        (tmp_path / name / "A.HEN").write_bytes(LARGE)

    async def work() -> None:
        (entry,) = await directory_shelf(tmp_path / "large").list(PurePosixPath())
        await shelf.fetch(entry, tmp_path / "fetched")  # another folder's file would be Changed

    run(work)

    assert (tmp_path / "fetched").stat().st_size == len(LARGE)


def test_a_shelf_that_cannot_tell_is_waited_for_without_end(tmp_path: Path) -> None:
    shelf = lanes(tmp_path)

    async def work() -> None:
        waiting = asyncio.ensure_future(shelf.changed(PurePosixPath()))
        done, _ = await asyncio.wait([waiting], timeout=0.05)
        assert not done
        waiting.cancel()

    run(work)
