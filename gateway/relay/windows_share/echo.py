"""What was told a moment ago is not told again: Explorer opens a file several times to copy it once."""

from collections.abc import Hashable
from datetime import datetime, timedelta

QUIET = timedelta(minutes=1)
KNOWN_MOST = 4096  # a flood of new names must not fill the memory


class Echo:
    """Remembers when each thing was told."""

    def __init__(self) -> None:
        self._told: dict[Hashable, datetime] = {}

    def first(self, thing: Hashable, now: datetime) -> bool:
        """Whether `thing` was not told within the last QUIET; from now on it was."""
        told = self._told.pop(thing, None)
        if told is not None and now - told < QUIET:
            self._told[thing] = told
            return False
        self._told[thing] = now
        if len(self._told) > KNOWN_MOST:
            del self._told[next(iter(self._told))]
        return True
