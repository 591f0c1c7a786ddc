"""How long the relay waits for what. A value, so that a test or a demonstration may hurry."""

from dataclasses import dataclass
from datetime import timedelta

from gateway.relay.room import FILE_MOST_BYTES

SLOWEST_BYTES_PER_S = 1 << 20  # a deadline grows by a second for each MiB: a bad Wi-Fi link still carries that
CARRIED_MOST_BYTES = 2 * FILE_MOST_BYTES  # there and back


@dataclass(frozen=True, slots=True)
class Pace:
    """Intervals of the relay.

    Attributes:
        settle: how long a file must rest unchanged before it is taken. A copy over a clinic's LAN pauses for about a second.
        incomplete: how long an incomplete claim file may stay before it is taken and held: people save, look, save again.
        scan: the longest time between two looks at the people's folder; inotify only shortens it.
        poll: between two looks at the terminal's returns.
        rehash: between two readings of a return that is left on the share, for a rewriting that its times do not show.
        retry_first, retry_most: the wait after the first failure, doubled each time, and where doubling ends.
        refused_logon: the wait after a refused password; a Windows PC may lock the account after ten tries.
        ledger: between two tries to record a step while the ledger is locked or the disk is full.
        chores: between two looks at whether something daily is due: a retention, a reminder, the chain's head.
        deadline: for one operation on a share, plus one second for each MiB to carry.
    """

    settle: timedelta = timedelta(seconds=5)
    incomplete: timedelta = timedelta(minutes=10)
    scan: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=10)
    rehash: timedelta = timedelta(days=1)
    retry_first: timedelta = timedelta(seconds=1)
    retry_most: timedelta = timedelta(minutes=1)
    refused_logon: timedelta = timedelta(minutes=15)
    ledger: timedelta = timedelta(seconds=2)
    chores: timedelta = timedelta(minutes=1)
    deadline: timedelta = timedelta(seconds=30)

    def retry_after(self, failures: int, jitter: float) -> timedelta:
        """The wait after `failures` failures in a row: exponential, up to a quarter longer by `jitter` in [0, 1)."""
        doubled = self.retry_first * (1 << min(max(failures - 1, 0), 32))
        return min(doubled, self.retry_most) * (1 + jitter / 4)


def deadline_s(deadline: timedelta, carrying: int) -> float:
    """Seconds for one operation that carries `carrying` bytes. A size is the server's word: it must not make years."""
    return deadline.total_seconds() + min(carrying, CARRIED_MOST_BYTES) / SLOWEST_BYTES_PER_S
