"""What the journal is told when a parcel moves on. Ids and numbers; a parcel's name and source stay in the ledger."""

from gateway.claims.finding import Severity
from gateway.journal import tell
from gateway.relay import messages
from gateway.relay.events import Event, Failed, Rejected, Released, Withdrawn
from gateway.relay.parcel import Parcel, State


def announce(before: Parcel, after: Parcel, event: Event) -> None:
    """Tell of the transition `before` → `after`, if anybody would want to know."""
    if isinstance(event, Failed) and event.differed:
        tell(messages.DIFFERED, direction=before.direction, parcel=before.id, attempt=before.attempt)
    if after.state is before.state:
        return
    if before.state is State.HELD:
        _decided(before, after, event)
    match after.state:
        case State.TAKEN if not after.reasons:
            tell(messages.TAKEN, direction=after.direction, parcel=after.id, size=after.size, digest=after.digest)
        case State.INSPECTED:
            _doubts(after)
        case State.HELD:
            reasons = " ".join(after.reasons)
            tell(messages.HELD, direction=after.direction, parcel=after.id, reasons=reasons, size=after.size)
        case State.CLEARED:
            tell(messages.CLEARED, direction=after.direction, parcel=after.id)
        case State.DELIVERED if after.duplicate:
            tell(messages.DUPLICATE, direction=after.direction, parcel=after.id, number=after.number)
        case State.DELIVERED:
            _delivered(after)


def _decided(before: Parcel, after: Parcel, event: Event) -> None:
    """What became of a held parcel. Who decided, and why, is in the ledger."""
    match event:
        case Released():
            tell(messages.RELEASED, direction=after.direction, parcel=after.id, reasons=" ".join(before.reasons))
        case Rejected():
            tell(messages.REJECTED, direction=after.direction, parcel=after.id, decided="rejected")
        case Withdrawn():
            tell(messages.REJECTED, direction=after.direction, parcel=after.id, decided="withdrawn")


def _doubts(parcel: Parcel) -> None:
    findings = parcel.summary.findings if parcel.summary else ()
    doubts = " ".join(finding.id for finding in findings if finding.severity is Severity.WARN)
    if doubts:
        tell(messages.DOUBTED, direction=parcel.direction, parcel=parcel.id, rules=doubts)


def _delivered(parcel: Parcel) -> None:
    summary = parcel.summary
    tell(
        messages.DELIVERED,
        direction=parcel.direction,
        parcel=parcel.id,
        number=parcel.number,
        kind=summary.kind if summary else "other",
        payer=summary.payer if summary else None,
        month=summary.claim_month if summary else "",
        size=parcel.size,
        count=summary.declared_count if summary else None,
        points=summary.declared_points if summary else None,
        attempt=parcel.attempt,
    )
