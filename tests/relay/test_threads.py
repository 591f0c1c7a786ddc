import asyncio
import threading

import pytest

from gateway.relay import threads
from gateway.relay.durable import DiskLied
from gateway.relay.threads import in_thread
from tests.relay.conftest import run


def test_what_the_thread_gives_or_raises_is_the_caller_s() -> None:
    def fails() -> None:
        raise ValueError("mine")

    async def work() -> None:
        assert await in_thread(lambda: 1) == 1
        with pytest.raises(ValueError, match="mine"):
            await in_thread(fails)

    run(work)


def test_a_disk_that_lies_to_a_caller_who_gave_up_is_heard() -> None:
    go = threading.Event()

    def lies() -> None:
        go.wait(10)
        raise DiskLied("fsync failed: EIO")

    async def work() -> None:
        waiting = asyncio.ensure_future(in_thread(lies))
        await asyncio.sleep(0)
        waiting.cancel()
        asyncio.get_running_loop().call_later(0.05, go.set)
        with pytest.raises(DiskLied):
            await waiting

    run(work)


def test_a_caller_who_gave_up_waits_no_longer_than_the_grace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "GRACE_S", 0.05)
    go = threading.Event()

    async def work() -> None:
        waiting = asyncio.ensure_future(in_thread(lambda: go.wait(10)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        go.set()

    run(work)
