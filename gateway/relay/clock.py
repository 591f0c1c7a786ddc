"""The two clocks: what time it is, and how much time has passed. Only the daemon's rim reads them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

JUMP_MOST = timedelta(hours=1)
"""A clock is set right by seconds. One that jumps further is wrong, or was."""
SILENCE_MOST = timedelta(days=31)
"""A clinic's longest holidays: later than this after all it knows of, a box that starts has been off, or its clock is wrong."""
DOUBTED_FOR = timedelta(days=1)
"""After a jump: so long may people and time servers need to set it right."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """`wall` dates what people and the ledger see; it may jump. `steady` never does, and dates nothing."""

    wall: Callable[[], datetime]
    steady: Callable[[], datetime]


def system_clocks() -> Clocks:
    """The clocks of the machine we run on. The steady one goes on while it sleeps (CLOCK_BOOTTIME, clock_gettime(2))."""
    return Clocks(
        lambda: datetime.now(UTC), lambda: datetime.fromtimestamp(time.clock_gettime(time.CLOCK_BOOTTIME), UTC)
    )


@dataclass(frozen=True, slots=True)
class Doubt:
    """What two clocks said at one look, and until when, by the steady one, the other is not believed."""

    wall: datetime
    steady: datetime
    until: datetime

    @property
    def over(self) -> bool:
        """Whether the wall clock may date what cannot be undone."""
        return self.steady >= self.until


def doubted(before: Doubt | None, wall: datetime, steady: datetime, newest: datetime) -> Doubt:
    """The look after `before`; at the first one, `newest` is the last moment the ledger knows of."""
    if before is None:
        jumped = wall - newest > SILENCE_MOST
        until = steady
    else:
        jumped = abs((wall - before.wall) - (steady - before.steady)) > JUMP_MOST
        until = before.until
    return Doubt(wall, steady, steady + DOUBTED_FOR if jumped else until)
