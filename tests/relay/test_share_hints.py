import asyncio
from datetime import timedelta
from pathlib import Path, PurePosixPath

from gateway.relay.directory import DirectoryShelf
from gateway.relay.errors import Unreachable
from gateway.relay.share_hints import ShareHints
from tests.relay.conftest import DEADLINE, directory_shelf, run

FOLDER = PurePosixPath("returns")


class Stuttering(DirectoryShelf):
    """A folder that tells: not at all, then twice, then never again."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, DEADLINE)
        self.asked = 0

    async def changed(self, folder: PurePosixPath) -> None:
        assert folder == FOLDER
        self.asked += 1
        if self.asked == 1:
            raise Unreachable("no-answer")
        if self.asked > 3:
            await asyncio.Event().wait()


def test_it_rings_for_each_change_and_sets_up_again_after_a_silence(tmp_path: Path) -> None:
    async def work() -> None:
        shelf = Stuttering(tmp_path)
        hints = ShareHints(shelf, FOLDER, set_up_again_s=0.01)
        watching = asyncio.ensure_future(hints.watch())
        await hints.wait(timedelta(seconds=5))
        assert shelf.asked >= 2
        watching.cancel()
        await asyncio.wait([watching])

    run(work)


def test_a_shelf_that_cannot_tell_is_left_to_the_poll(tmp_path: Path) -> None:
    async def work() -> None:
        hints = ShareHints(directory_shelf(tmp_path), FOLDER)
        await hints.watch()
        await hints.wait(timedelta(milliseconds=10))

    run(work)
