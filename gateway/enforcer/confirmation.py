"""Which site counts: the confirmed ones, and one that is on trial until somebody confirms it. Pure.

A site on trial is in force, but a box that starts anew knows only what was confirmed. The confirmed marker is therefore
the last thing an apply writes (gateway/enforcer/store.py).
"""

from dataclasses import dataclass, replace
from datetime import datetime

from gateway.enforcer.errors import NotNow

HISTORY_MAX = 20
"""Confirmed sites that are kept, the one in force included."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One site that was applied. `number` counts up for ever; `digest` is the SHA-256 of the site file."""

    number: int
    digest: str
    at: datetime
    who: str
    """Who applied it: `user (program, pid)`."""
    comment: str = ""
    unproved: str = ""
    """Why somebody put it in force without proof; empty: it is proved."""

    @property
    def short(self) -> str:
        """Enough of the digest for people to compare."""
        return self.digest[:12]


@dataclass(frozen=True, slots=True)
class Trial:
    """An entry that becomes confirmed, or is taken back at `deadline_s`, in seconds of the boot clock (CLOCK_BOOTTIME).

    `boot` names the start of the box the clock counts from: after another one the trial is over.
    """

    entry: Entry
    deadline_s: float
    boot: str


@dataclass(frozen=True, slots=True)
class Standing:
    """What the state directory says. `confirmed` is oldest first; its last is what a start puts in force."""

    confirmed: tuple[Entry, ...] = ()
    trial: Trial | None = None
    next_number: int = 1

    @property
    def in_force(self) -> Entry | None:
        """What should be in force now."""
        return self.trial.entry if self.trial else self.last

    @property
    def last(self) -> Entry | None:
        """The last confirmed one."""
        return self.confirmed[-1] if self.confirmed else None


def tried(standing: Standing, entry: Entry, deadline_s: float, boot: str) -> Standing:
    """`entry` is on trial until the deadline. Raises NotNow while another is, and when there is nothing to go back to."""
    _free(standing)
    if standing.last is None:
        raise NotNow("there is no confirmed site to go back to. the first apply takes no --confirm-within")
    return replace(standing, trial=Trial(entry, deadline_s, boot), next_number=entry.number + 1)


def adopted(standing: Standing, entry: Entry) -> Standing:
    """`entry` is confirmed at once. Raises NotNow while another is on trial."""
    _free(standing)
    return _with(standing, entry)


def confirmed(standing: Standing) -> Standing:
    """What is on trial has proved itself. Raises NotNow when nothing is."""
    if standing.trial is None:
        raise NotNow("nothing waits to be confirmed. `claim-gateway history` shows what is in force")
    return _with(replace(standing, trial=None), standing.trial.entry)


def withdrawn(standing: Standing) -> Standing:
    """The trial is over without success."""
    return replace(standing, trial=None)


def is_over(trial: Trial, now_s: float, boot: str) -> bool:
    """Whether nobody confirmed in time, or the box started anew meanwhile."""
    return trial.boot != boot or now_s >= trial.deadline_s


def earlier(standing: Standing, steps: int) -> Entry:
    """The entry `steps` confirmed applies before the last. Raises NotNow if there is none."""
    if not 1 <= steps < len(standing.confirmed):
        known = len(standing.confirmed) - 1
        reach = f"at most {known} back" if known > 0 else "there is no earlier one"
        raise NotNow(f"no confirmed site {steps} back: {reach}. `claim-gateway history` lists them")
    return standing.confirmed[-1 - steps]


def _free(standing: Standing) -> None:
    if standing.trial is not None:
        entry = standing.trial.entry
        raise NotNow(
            f"site {entry.short} of {entry.who} waits to be confirmed. confirm it, or take it back with rollback"
        )


def _with(standing: Standing, entry: Entry) -> Standing:
    kept = (*standing.confirmed, entry)[-HISTORY_MAX:]
    return replace(standing, confirmed=kept, next_number=max(standing.next_number, entry.number + 1))
