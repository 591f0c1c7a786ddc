"""What a folder must survive beyond the contract of `test_shelf.py`: a disk that hangs, and lies late."""

import asyncio
import errno
import os
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.directory import DirectoryShelf
from gateway.relay.durable import DiskLied
from gateway.relay.errors import TimedOut
from tests.relay.conftest import run

DEADLINE = timedelta(seconds=0.2)
WAIT_TIMEOUT_S = 10.0


class HangingDisk:
    """The first fsync hangs until `let_go`, and then fails with `error` if there is one. All others are real."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.error: OSError | None = None
        self.hangs = threading.Event()
        self.let_go = threading.Event()
        self._fsync = os.fsync
        monkeypatch.setattr(os, "fsync", self)

    def __call__(self, descriptor: int) -> None:
        if self.hangs.is_set():
            return self._fsync(descriptor)
        self.hangs.set()
        self.let_go.wait(WAIT_TIMEOUT_S)
        if self.error is not None:
            raise self.error
        return self._fsync(descriptor)


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Iterator[HangingDisk]:
    hanging = HangingDisk(monkeypatch)
    yield hanging
    hanging.let_go.set()


async def note(shelf: DirectoryShelf, name: str = "note.txt") -> None:
    await shelf.put_text("text", PurePosixPath("spool", name), PurePosixPath("out", name))


def test_a_disk_that_lies_after_the_deadline_is_heard_by_every_later_call(tmp_path: Path, disk: HangingDisk) -> None:
    disk.error = OSError(errno.EIO, "io")

    async def work() -> None:
        shelf = DirectoryShelf(tmp_path, DEADLINE)
        with pytest.raises(TimedOut):
            await note(shelf)
        disk.let_go.set()
        for _ in range(2):
            with pytest.raises(DiskLied, match="EIO"):
                await note(shelf)

    run(work)


def test_nothing_is_durable_while_an_earlier_call_still_hangs(tmp_path: Path, disk: HangingDisk) -> None:
    async def work() -> None:
        shelf = DirectoryShelf(tmp_path, DEADLINE)
        with pytest.raises(TimedOut):
            await note(shelf)
        with pytest.raises(TimedOut):
            await note(shelf, "other.txt")
        assert not (tmp_path / "out" / "other.txt").exists()
        disk.let_go.set()
        await note(shelf, "other.txt")
        assert (tmp_path / "out" / "other.txt").exists()

    run(work)


def test_a_lie_told_to_a_cancelled_caller_is_not_lost(tmp_path: Path, disk: HangingDisk) -> None:
    disk.error = OSError(errno.EIO, "io")

    async def work() -> None:
        writing = asyncio.create_task(note(DirectoryShelf(tmp_path, timedelta(seconds=WAIT_TIMEOUT_S))))
        await asyncio.to_thread(disk.hangs.wait, WAIT_TIMEOUT_S)
        writing.cancel()
        await asyncio.sleep(0)
        disk.let_go.set()
        with pytest.raises(DiskLied, match="EIO"):
            await writing

    run(work)
