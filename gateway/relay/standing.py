"""Where everything stands now, as values: for `status`, for the notice people read, and for the journal's reminders. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from gateway.claims.calendar import month_of
from gateway.claims.matching import Claimed
from gateway.claims.reminders import Certificate, Reminder, reminders
from gateway.relay.chain import Head
from gateway.relay.facts import known
from gateway.relay.history import entered
from gateway.relay.inspection import result_forms
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Parcel, Reason, State
from gateway.relay.places import Places
from gateway.site.model import Site


@dataclass(frozen=True, slots=True)
class Held:
    """A file that waits for a person. Its `name` is for the people's folder only: no journal, no metric, no report."""

    id: str
    direction: Direction
    name: str
    size: int
    reasons: tuple[Reason, ...]
    since: datetime
    releasable: bool


@dataclass(frozen=True, slots=True)
class Standing:
    """Everything, at one moment.

    Attributes:
        at: when it was looked at.
        counts: parcels by direction and state; a pair that has none is not there.
        undelivered_since: when the oldest parcel that is still on its way was first seen; None if there is none.
        held: the oldest first.
        reminders: what staff should hear now, certificates among it.
        claims: where each payer's claim of this month stands.
        unread_results: result files that could not be read as declared.
        head: the newest link of the audit chain.
    """

    at: datetime
    counts: dict[tuple[Direction, State], int]
    undelivered_since: datetime | None
    held: tuple[Held, ...]
    reminders: tuple[Reminder, ...]
    claims: tuple[Claimed, ...]
    unread_results: int
    head: Head

    @property
    def waiting(self) -> int:
        """Parcels on their way."""
        return sum(count for (_, state), count in self.counts.items() if state.moving)


def standing(ledger: Ledger, places: Places, site: Site, now: datetime) -> Standing:
    """Look at the ledger and at the fetched result files. Raises LedgerBusy, LedgerError."""
    month = known(ledger, places.returns, result_forms(site), month_of(now))
    facts = replace(month.facts, certificates=tuple(_certificates(site)))
    on_their_way = ledger.unfinished()
    return Standing(
        at=now,
        counts=ledger.counts(),
        undelivered_since=min((one.seen_at for one in on_their_way if one.state.moving), default=None),
        held=tuple(_held(parcel, ledger) for parcel in ledger.in_state(State.HELD)),
        reminders=reminders(facts, now),
        claims=month.claims,
        unread_results=month.unread,
        head=ledger.head(),
    )


def _certificates(site: Site) -> Iterator[Certificate]:
    for one in site.certificates:
        yield Certificate(one.terminal, one.expires)


def _held(parcel: Parcel, ledger: Ledger) -> Held:
    since = entered(ledger.steps(parcel.id), State.HELD) or parcel.seen_at
    return Held(
        parcel.id, parcel.direction, parcel.name, parcel.size, parcel.reasons, since, releasable=parcel.releasable
    )
