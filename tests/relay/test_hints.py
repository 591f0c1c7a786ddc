import asyncio
import contextlib
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.relay.hints import Hints
from tests.relay.conftest import run


def write(path: bytes) -> None:
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY))


def test_a_new_file_wakes_long_before_the_timer(tmp_path: Path) -> None:
    (tmp_path / "社保").mkdir()

    async def work() -> None:
        hints = Hints(tmp_path)
        watching = asyncio.create_task(hints.watch())
        await hints.wait(timedelta(seconds=30))  # the watch stands
        began = time.monotonic()
        write(os.fsencode(tmp_path / "社保" / "RECEIPTC.UKE"))
        await hints.wait(timedelta(seconds=30))
        assert time.monotonic() - began < 10
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    run(work)


def test_a_name_watchfiles_cannot_decode_is_still_a_hint(tmp_path: Path) -> None:
    async def work() -> None:
        hints = Hints(tmp_path)
        watching = asyncio.create_task(hints.watch())
        await hints.wait(timedelta(seconds=30))
        write(os.fsencode(tmp_path) + b"/\x83\x8c.UKE")
        began = time.monotonic()
        await hints.wait(timedelta(seconds=30))
        assert time.monotonic() - began < 10
        assert not watching.done()
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching

    run(work)


def test_without_any_hint_the_timer_wakes(tmp_path: Path) -> None:
    async def work() -> None:
        began = time.monotonic()
        await Hints(tmp_path).wait(timedelta(milliseconds=20))
        assert time.monotonic() - began < 5

    run(work)


@pytest.mark.parametrize("turns", range(4))
def test_a_cancellation_just_after_a_hint_ends_the_waiter(tmp_path: Path, turns: int) -> None:
    async def work() -> None:
        hints = Hints(tmp_path)

        async def for_ever() -> None:
            while True:
                await hints.wait(timedelta(seconds=60))

        waiting = asyncio.create_task(for_ever())
        await asyncio.sleep(0)
        hints._something.set()
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        ended, _ = await asyncio.wait([waiting], timeout=1)
        waiting.cancel()
        assert ended

    run(work)
