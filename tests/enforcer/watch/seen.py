"""A watch running in a namespace, and what it told while something was done there."""

import asyncio
from collections.abc import Callable

from gateway.enforcer.change import Change
from gateway.enforcer.watch.watch import Watch
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace

PATIENCE_S = 5.0
LONG_S = 3600.0


def told(
    where: Namespace, act: Callable[[Nft], object], until: Callable[[list[Change]], bool], poll_s: float = LONG_S
) -> list[Change]:
    """Run `act` in `where`, in a thread beside the watch, with the door that is the watcher's own; what was told by then.

    TimeoutError if `until` is not met in time.
    """

    async def watch() -> list[Change]:
        with Nft() as door, Watch(door.port_id, poll_s) as opened:
            changes: asyncio.Queue[Change] = asyncio.Queue(256)
            running = asyncio.create_task(opened.run(changes))
            seen: list[Change] = []
            try:
                async with asyncio.timeout(PATIENCE_S):
                    await asyncio.to_thread(act, door)
                    while not until(seen):
                        seen.append(await changes.get())
            finally:
                running.cancel()
                await asyncio.gather(running, return_exceptions=True)
            return seen

    return where.call(lambda: asyncio.run(watch()))
