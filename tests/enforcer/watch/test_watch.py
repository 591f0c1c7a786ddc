import asyncio
import time

import pytest

from gateway.enforcer.change import Change
from gateway.enforcer.watch.watch import Watch
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace


@pytest.mark.root
def test_what_happens_before_it_runs_is_not_missed(namespace: Namespace) -> None:
    async def watch() -> str:
        with Watch(lambda: 0) as opened:
            with Nft() as nft:
                nft.run("add table inet early")
            changes: asyncio.Queue[Change] = asyncio.Queue()
            running = asyncio.create_task(opened.run(changes))
            async with asyncio.timeout(5):
                change = await changes.get()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            return change.what

    assert namespace.call(lambda: asyncio.run(watch())) == "ruleset generation 2"


@pytest.mark.root
def test_nothing_happens_and_nothing_wakes(namespace: Namespace) -> None:
    async def watch() -> float:
        with Watch(lambda: 0) as opened:
            changes: asyncio.Queue[Change] = asyncio.Queue()
            running = asyncio.create_task(opened.run(changes))
            await asyncio.sleep(0.05)
            before = time.process_time()
            await asyncio.sleep(0.5)
            used = time.process_time() - before
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            assert changes.empty()
            return used

    assert namespace.call(lambda: asyncio.run(watch())) < 0.02
