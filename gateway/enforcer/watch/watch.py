"""All sources at once: subscribed before anything is read, so that what happens while a daemon starts is not missed."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from types import TracebackType
from typing import Self

from gateway.enforcer.change import Change
from gateway.enforcer.watch import netconf, nftables, poll, routing
from gateway.enforcer.watch.source import Source, follow


class Watch:
    """A context manager: open it in the network namespace that is watched, then `run` it in the event loop.

    `own_port` gives the port id of the socket whose nftables transactions are the daemon's own (`Nft.port_id`). Give `run`
    a bounded queue: what does not fit waits in the kernel and is lost there, and that is one more change.
    """

    def __init__(self, own_port: Callable[[], int], poll_s: float = poll.POLL_S) -> None:
        self._own_port, self._poll_s = own_port, poll_s
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as undo:
            self._sources = tuple(
                self._opened(undo, make)
                for make in (lambda: nftables.source(self._own_port), routing.source, netconf.source)
            )
            self._stack = undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    async def run(self, changes: asyncio.Queue[Change]) -> None:
        """Fill `changes`, for ever. Raises OSError if a source ends."""
        async with asyncio.TaskGroup() as tasks:
            for source in self._sources:
                tasks.create_task(follow(source, changes), name=f"watch {source.name}")
            tasks.create_task(poll.poll(changes, self._poll_s), name="poll")

    @staticmethod
    def _opened(stack: ExitStack, make: Callable[[], Source]) -> Source:
        source = make()
        stack.callback(source.close)
        return source
