import asyncio
import errno
import os
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.relay.durable import DiskLied
from gateway.relay.errors import Refused
from gateway.relay.sftp_drop.disk import Descriptor, Disk
from gateway.relay.sftp_drop.packets import Status
from gateway.relay.sftp_drop.refusal import Refusal


def ask(work: Callable[[], object], told: list[DiskLied] | None = None, seconds: float = 5.0) -> object:
    async def whole() -> object:
        disk = Disk(timedelta(seconds=seconds), (told if told is not None else []).append)
        try:
            return await disk.do(work)
        finally:
            disk.close()

    return asyncio.run(whole())


def raising(error: BaseException) -> Callable[[], object]:
    def work() -> object:
        raise error

    return work


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (FileNotFoundError(errno.ENOENT, ""), Status.NO_SUCH_FILE, "no such file"),
        (OSError(errno.EACCES, ""), Status.PERMISSION_DENIED, "permission denied"),
        (OSError(errno.ELOOP, ""), Status.PERMISSION_DENIED, "permission denied"),
        (OSError(errno.ENOSPC, ""), Status.FAILURE, "disk is full"),
        (Refused("disk-reserve", local=True), Status.FAILURE, "disk is full"),
        (OSError(errno.EIO, ""), Status.FAILURE, "disk refuses"),
        (FileExistsError(errno.EEXIST, ""), Status.FAILURE, "there already"),
    ],
)
def test_what_the_disk_says_is_an_answer(error: BaseException, status: Status, said: str) -> None:
    with pytest.raises(Refusal, match=said) as refused:
        ask(raising(error))

    assert refused.value.status is status


def test_a_disk_that_lied_is_told_to_the_relay_and_the_client_hears_no_ok() -> None:
    told: list[DiskLied] = []

    with pytest.raises(Refusal, match="disk failed"):
        ask(raising(DiskLied("fsync failed")), told)

    assert len(told) == 1


def test_a_disk_that_hangs_is_answered_for_at_its_deadline() -> None:
    go_on = threading.Event()
    try:
        with pytest.raises(Refusal, match="does not answer"):
            ask(lambda: go_on.wait(30), seconds=0.1)
    finally:
        go_on.set()


def test_what_comes_when_nobody_waits_for_it_any_more_is_undone() -> None:
    go_on, undone = threading.Event(), threading.Event()

    async def work() -> None:
        disk = Disk(timedelta(seconds=0.05), lambda _lie: None)
        try:
            with pytest.raises(Refusal, match="does not answer"):
                await disk.do(lambda: go_on.wait(10), unheard=lambda _came: undone.set())
            assert not undone.is_set()
            go_on.set()
            assert await asyncio.to_thread(undone.wait, 10)
        finally:
            disk.close()

    asyncio.run(work())


def test_a_descriptor_is_closed_once_and_never_while_a_thread_uses_it(tmp_path: Path) -> None:
    closed: list[int] = []
    inside, go_on = threading.Event(), threading.Event()

    def closing(number: int) -> None:
        closed.append(number)
        os.close(number)

    descriptor = Descriptor(os.open(tmp_path, os.O_RDONLY), closing)

    def use(_number: int) -> None:
        inside.set()
        go_on.wait(10)

    user = threading.Thread(target=lambda: descriptor.use(use))
    user.start()
    inside.wait(10)
    closer = threading.Thread(target=descriptor.close)
    closer.start()
    closer.join(0.05)
    assert not closed
    go_on.set()
    user.join()
    closer.join()
    descriptor.close()

    assert len(closed) == 1
    with pytest.raises(Refusal, match="closed"):
        descriptor.use(lambda number: number)
