"""One connection to a share, used by one operation after another, each on a thread and under a deadline that cuts the line."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from gateway.relay.errors import BREAKS_LINE, ShelfError, TimedOut, Unreachable
from gateway.relay.smb_errors import translated
from gateway.relay.smb_line import Line
from gateway.relay.threads import GRACE_S, given_up

T = TypeVar("T")


class Lane:
    """After a failure the next operation gets a new line; those already waiting for the old one hear of it at once.

    `connect(keep)` makes a line, gives it to `keep`, and connects it.
    """

    def __init__(self, connect: Callable[[Callable[[Line], None]], None]) -> None:
        self._connect = connect
        self._lock = asyncio.Lock()
        self._line: Line | None = None
        self._silences = 0

    def carries(self, line: Line) -> bool:
        """Whether `line` is this lane's, now."""
        return self._line is line

    async def run(self, work: Callable[[Line], T], deadline_s: float) -> T:
        """What `work` gives. The deadline counts from the work's beginning. Raises ShelfError."""
        silences = self._silences
        async with self._lock:
            if silences != self._silences:
                raise Unreachable("connection-lost")
            try:
                return await self._within(work, deadline_s)
            except ShelfError as error:
                if isinstance(error, BREAKS_LINE) and not error.local:
                    await self._let_go(politely=False)
                if isinstance(error, TimedOut | Unreachable):
                    self._silences += 1
                raise

    async def close(self) -> None:
        """Let go of the line once the operation on it has ended."""
        async with self._lock:
            await self._let_go(politely=True)

    async def _within(self, work: Callable[[Line], T], deadline_s: float) -> T:
        turn = threading.Lock()  # whoever has it first: the thread that begins, or the deadline that gives up before
        task = asyncio.ensure_future(asyncio.to_thread(self._call, work, turn))
        try:
            async with asyncio.timeout(deadline_s):  # wait_for of Python 3.11 may lose a cancellation
                return await asyncio.shield(task)
        except (TimeoutError, asyncio.CancelledError) as error:
            try:
                if turn.acquire(blocking=False):
                    task.cancel()  # every thread was busy: begun now, it would connect anew with nobody to end it
                else:
                    if self._line is not None:
                        self._line.cut()
                    await given_up(task, GRACE_S)
            finally:
                await self._let_go(politely=False)
            if isinstance(error, TimeoutError):
                raise TimedOut("timed-out") from error
            raise

    def _call(self, work: Callable[[Line], T], turn: threading.Lock) -> T:
        """In the thread: connect if needed, then work."""
        with translated():
            if not turn.acquire(blocking=False):
                raise Unreachable("connection-lost")
            if self._line is None or not self._line.alive:
                self._connect(self._keep)
            if self._line is None:
                raise Unreachable("connection-lost")
            return work(self._line)

    def _keep(self, line: Line) -> None:
        self._line = line

    async def _let_go(self, *, politely: bool) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        closing = asyncio.ensure_future(asyncio.to_thread(line.hang_up, politely=politely and line.alive))
        with suppress(TimeoutError, ShelfError):
            try:
                async with asyncio.timeout(GRACE_S):
                    await asyncio.shield(closing)
            finally:
                line.cut()
