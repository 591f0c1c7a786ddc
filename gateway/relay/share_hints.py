"""A wake-up when something happens in a folder of the terminal's share, where the shelf can tell. Only a hint beside the poll."""

import asyncio
from datetime import timedelta
from pathlib import PurePosixPath

from gateway.relay.errors import ShelfError
from gateway.relay.shelf import Shelf, Telling
from gateway.relay.wakeup import Wakeup

SET_UP_AGAIN_S = 10.0  # not sooner than the poll asks an absent terminal


class ShareHints:
    """Rings when `shelf` says that `folder` changed, and after each setting up: what came before may have gone unseen."""

    def __init__(self, shelf: Shelf, folder: PurePosixPath, *, set_up_again_s: float = SET_UP_AGAIN_S) -> None:
        self._shelf = shelf
        self._folder = folder
        self._set_up_again_s = set_up_again_s
        self._wakeup = Wakeup()

    async def watch(self) -> None:
        """Watch for ever; there is nothing to do if the shelf cannot tell."""
        while isinstance(self._shelf, Telling):
            try:
                await self._shelf.changed(self._folder)
            except ShelfError:
                await asyncio.sleep(self._set_up_again_s)  # whether the share answers is the poll's to tell
            else:
                self._wakeup.ring()

    async def wait(self, at_most: timedelta) -> None:
        """Until something happens, or `at_most` is over."""
        await self._wakeup.wait(at_most)
