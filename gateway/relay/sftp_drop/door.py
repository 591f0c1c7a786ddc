"""Who may come in: how many connections at a time, from one address, not logged on yet, and failed. Pure; `now` is steady."""

from collections import Counter, deque
from datetime import datetime
from enum import StrEnum

from gateway.relay.sftp_drop.limits import Limits

ADDRESSES_MOST = 4096  # a /64 has more than any memory: the oldest failures are forgotten first


class TurnedAway(StrEnum):
    """Why a connection is closed before a word is said."""

    TOO_MANY = "too-many"
    TOO_MANY_OF_ADDRESS = "too-many-of-address"
    TOO_MANY_HALF_OPEN = "too-many-half-open"
    FAILED_TOO_OFTEN = "failed-too-often"


class Door:
    """Counts. Whoever let a connection in says `entered` once it has logged on, and `left` when it ends."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._inside: Counter[str] = Counter()
        self._half_open: Counter[str] = Counter()
        self._failures: dict[str, deque[datetime]] = {}

    @property
    def half_open(self) -> int:
        """Connections that have not logged on."""
        return self._half_open.total()

    @property
    def connections(self) -> int:
        """All connections."""
        return self._inside.total() + self._half_open.total()

    def knock(self, address: str, now: datetime) -> TurnedAway | None:
        """Let a connection in, half open, or say why not."""
        limits = self._limits
        if self._failed(address, now) >= limits.failures:
            return TurnedAway.FAILED_TOO_OFTEN
        if self.connections >= limits.connections:
            return TurnedAway.TOO_MANY
        if self._inside[address] + self._half_open[address] >= limits.of_one_address:
            return TurnedAway.TOO_MANY_OF_ADDRESS
        if self.half_open >= limits.half_open or self._half_open[address] >= limits.half_open_of_one_address:
            return TurnedAway.TOO_MANY_HALF_OPEN
        self._half_open[address] += 1
        return None

    def entered(self, address: str) -> None:
        """A half-open connection has logged on."""
        self._drop(self._half_open, address)
        self._inside[address] += 1
        self._failures.pop(address, None)

    def left(self, address: str) -> None:
        """A connection that had logged on has ended."""
        self._drop(self._inside, address)

    def failed(self, address: str, now: datetime) -> None:
        """A half-open connection has ended."""
        self._drop(self._half_open, address)
        failures = self._failures.pop(address, deque(maxlen=self._limits.failures))
        failures.append(now)
        self._failures[address] = failures  # at the end: the first of the dict is the oldest
        while len(self._failures) > ADDRESSES_MOST:
            del self._failures[next(iter(self._failures))]

    def _failed(self, address: str, now: datetime) -> int:
        return sum(now - moment < self._limits.failures_within for moment in self._failures.get(address, ()))

    @staticmethod
    def _drop(counted: Counter[str], address: str) -> None:
        counted[address] -= 1
        if counted[address] <= 0:
            del counted[address]
