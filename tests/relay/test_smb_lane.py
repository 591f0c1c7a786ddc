"""A lane whose thread comes too late: no server is needed for what must not be asked of one."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from gateway.relay.errors import TimedOut
from gateway.relay.smb_lane import Lane
from gateway.relay.threads import GRACE_S
from tests.relay.conftest import run


def test_a_call_whose_deadline_passed_before_it_had_a_thread_is_never_made() -> None:
    made: list[str] = []
    others_end = threading.Event()

    async def work() -> None:
        with ThreadPoolExecutor(1) as threads:
            asyncio.get_running_loop().set_default_executor(threads)
            others = asyncio.ensure_future(asyncio.to_thread(others_end.wait, 2 * GRACE_S))
            lane = Lane(lambda _: made.append("connected"))
            began = time.monotonic()
            try:
                with pytest.raises(TimedOut):
                    await lane.run(lambda _: made.append("worked"), 0.05)
                assert time.monotonic() - began < GRACE_S / 2
            finally:
                others_end.set()
            await others
            await asyncio.to_thread(lambda: None)  # whatever waited before it had its turn

    run(work)

    assert made == []
