import asyncio
import time
from datetime import timedelta

from gateway.relay.wakeup import Wakeup
from tests.relay.conftest import run


def test_what_happened_before_or_during_the_wait_ends_it_once() -> None:
    async def work() -> None:
        wakeup = Wakeup()
        began = time.monotonic()
        wakeup.ring()
        wakeup.ring()
        await wakeup.wait(timedelta(seconds=10))
        asyncio.get_running_loop().call_later(0.01, wakeup.ring)
        await wakeup.wait(timedelta(seconds=10))
        assert time.monotonic() - began < 5
        await wakeup.wait(timedelta(milliseconds=20))
        assert time.monotonic() - began >= 0.02

    run(work)
