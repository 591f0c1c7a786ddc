"""A wake-up when something happens in a folder of people's. Only a hint: watchfiles loses events and ends on a name it cannot decode."""

import asyncio
from datetime import timedelta
from pathlib import Path

from watchfiles import awatch

from gateway.journal import tell
from gateway.relay import messages

DEBOUNCE_MS = 250
QUIET_MS = 50
YIELD_MS = 500
SET_UP_AGAIN_S = 5.0


class Hints:
    """Set by the watch, cleared by whoever looks. The timer beside it is what the relay relies on."""

    def __init__(self, *folders: Path) -> None:
        self._folders = folders
        self._something = asyncio.Event()

    async def watch(self) -> None:
        """Watch for ever, setting the watch up again when it ends."""
        while True:
            try:
                await self._watch_once()
            except* (OSError, RuntimeError):
                # WatchfilesRustInternalError is a RuntimeError, in a group of anyio's; OSError: no inotify watches left.
                tell(messages.HINTS_LOST)
            self._something.set()
            await asyncio.sleep(SET_UP_AGAIN_S)

    async def _watch_once(self) -> None:
        standing = False
        watch = awatch(
            *self._folders,
            watch_filter=None,
            debounce=DEBOUNCE_MS,
            step=QUIET_MS,
            rust_timeout=YIELD_MS,
            yield_on_timeout=True,
        )
        async for changes in watch:
            # The first yield says that the watch stands; what came before it may have gone unseen.
            if changes or not standing:
                self._something.set()
            standing = True

    async def wait(self, at_most: timedelta) -> None:
        """Until something happens, or `at_most` is over."""
        try:
            async with asyncio.timeout(at_most.total_seconds()):  # wait_for of Python 3.11 may lose a cancellation
                await self._something.wait()
        except TimeoutError:
            return
        finally:
            self._something.clear()
