"""The two clocks: what time it is, and how much time has passed. Only the daemon's rim reads them."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Clocks:
    """`wall` dates what people and the ledger see; it may jump. `steady` never does, and dates nothing."""

    wall: Callable[[], datetime]
    steady: Callable[[], datetime]


def system_clocks() -> Clocks:
    """The clocks of the machine we run on."""
    return Clocks(lambda: datetime.now(UTC), lambda: datetime.fromtimestamp(time.monotonic(), UTC))
