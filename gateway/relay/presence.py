"""Whether the terminal's share answers: told once when that changes, and a wake-up for whoever waits for it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from gateway.journal import tell
from gateway.relay import messages
from gateway.relay.errors import Refused, ShelfError, TimedOut, Unreachable


class Presence:
    """What the relay believes of the share. `asleep_is_normal` is the site's word about this terminal."""

    def __init__(self, *, asleep_is_normal: bool) -> None:
        self._asleep_is_normal = asleep_is_normal
        self._told: str | None = None
        self._back = asyncio.Event()

    @property
    def up(self) -> bool:
        """Whether the last thing heard was an answer."""
        return self._told == ""

    def heard(self, error: ShelfError | None) -> None:
        """What an operation on the share led to; None and a plain refusal of one file are answers."""
        if isinstance(error, Unreachable | TimedOut | Refused):
            self._failed(error)
        else:
            self._answered()

    def _answered(self) -> None:
        if self._told == "":
            return
        tell(messages.SHARE_UP)
        self._told = ""
        self._back.set()
        self._back = asyncio.Event()

    def _failed(self, error: ShelfError) -> None:
        # One message for a silence, whatever forms it takes; one for each kind of refusal.
        if isinstance(error, Refused):
            kind, message = error.code, messages.SHARE_REFUSES
        else:
            kind, message = "silent", messages.SHARE_ASLEEP if self._asleep_is_normal else messages.SHARE_DOWN
        if self._told != kind:
            tell(message, code=error.code)
            self._told = kind

    async def wait(self, length: timedelta) -> None:
        """Let `length` pass, or less if the share comes back."""
        with suppress(TimeoutError):
            async with asyncio.timeout(length.total_seconds()):  # wait_for of Python 3.11 may lose a cancellation
                await self._back.wait()


@contextmanager
def hearing(heard: Callable[[ShelfError | None], None]) -> Iterator[None]:
    """Tell `heard` how the operation on the share inside the block ended. Our own disk's trouble is an answer of the share."""
    try:
        yield
    except ShelfError as error:
        heard(None if error.local else error)
        raise
    heard(None)
