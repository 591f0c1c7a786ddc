"""What is kept how long, and what has to go now. Nothing on its way, and nothing the ledger does not know, is ever erased."""

from collections.abc import Iterator
from datetime import datetime

from gateway.relay.events import Expired, Kept
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Parcel, State
from gateway.site.model import Retention

_ARRIVED = (State.NOTED, State.HELD, State.REJECTED)
"""What we placed is kept from the moment it was in its place, however long our own copy stayed."""


def expired(ledger: Ledger, retention: Retention, now: datetime) -> Iterator[tuple[Parcel, Expired]]:
    """The parcels whose time is over, and for what. Raises LedgerBusy, LedgerError.

    Our own copy goes after `spool`; what lies in front of people and on the terminal, and what nobody decided on, after
    `delivered`; the name as soon as nothing bears it any more.
    """
    spool, placed = now - retention.spool, now - retention.delivered
    for state in (State.NOTED, State.REJECTED):
        for parcel in ledger.rested_before(state, spool):
            yield parcel, Expired(Kept.SPOOL)
    for parcel in ledger.rested_before(State.HELD, placed):
        yield parcel, Expired(Kept.PLACED)
    for parcel in ledger.rested_before(State.RETIRED, placed, _ARRIVED):
        yield parcel, Expired(Kept.PLACED)
    for parcel in (*ledger.rested_before(State.CLEARED, now), *ledger.rested_before(State.FORGOTTEN, placed)):
        yield parcel, Expired(Kept.PLACED)


def prune(ledger: Ledger, retention: Retention, now: datetime) -> int:
    """Let the ledger forget what ended before its own retention; never what the other retentions still need.

    Returns how many parcels went. Raises LedgerBusy, LedgerError.
    """
    return ledger.prune(now - max(retention.ledger, retention.delivered + retention.spool), now)
