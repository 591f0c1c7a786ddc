"""What the ledger knows that the calendar and the matching ask for: what was delivered, fetched, and what results say."""

import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.claims.matching import Claimed, Missing, Sent, Standing, claimed, missing_returns
from gateway.claims.reminders import Delivered, Facts
from gateway.claims.results import RESULT_MAX_BYTES, ResultForm, Results, ResultsUnreadable, Row, form_of, read_results
from gateway.relay import durable
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Parcel, State, series_in, variant_of
from gateway.relay.spool_files import folder

PARCELS_MOST = 2000
"""The newest that are looked at: a clinic makes some dozen a month."""
FAILURES_MOST = 3
"""A claim whose delivery failed so often in a row waits for the terminal: for some seconds anything may stumble."""
_DELIVERING = {State.DELIVERING, State.RENAMING}


@dataclass(frozen=True, slots=True)
class Known:
    """All of it, for one month. `unread` result files could not be read as declared."""

    facts: Facts
    claims: tuple[Claimed, ...]
    missing: tuple[Missing, ...]
    unread: int


def known(ledger: Ledger, returns: Path, forms: tuple[ResultForm, ...], month: str) -> Known:
    """What is known about `month`. `returns` is 返戻, where fetched files lie. Raises LedgerError."""
    parcels = ledger.parcels(limit=PARCELS_MOST)
    arrived = [parcel for parcel in parcels if parcel.arrived and not parcel.duplicate]
    fetched = [parcel for parcel in arrived if parcel.direction is Direction.RETURN]
    results, unread = _results(fetched, returns, forms)
    sent = _sent(arrived)
    claims = claimed(sent, results, month)
    missing = missing_returns(results, [_row(parcel) for parcel in fetched if _returns(parcel)])
    return Known(
        facts=Facts(
            delivered=_delivered(sent, claims),
            held=sum(parcel.state is State.HELD for parcel in parcels),
            fetched=tuple(_moment(parcel, ledger) for parcel in fetched if _returns(parcel)),
            missing=missing,
            waiting=sum(_waits(parcel) for parcel in parcels),
        ),
        claims=claims,
        missing=missing,
        unread=unread,
    )


def _sent(arrived: list[Parcel]) -> list[Sent]:
    """Claims that no later number of their series replaced. Of several volumes only the last one declares totals."""
    newest: dict[tuple[str, str, str], Parcel] = {}
    for parcel in arrived:
        if parcel.direction is Direction.CLAIM and parcel.summary and parcel.target:
            series = series_in(parcel.target)
            newest[series] = max(newest.get(series, parcel), parcel, key=lambda one: one.number)
    return [
        Sent(summary.payer, summary.claim_month, summary.declared_count, summary.declared_points)
        for parcel in newest.values()
        if (summary := parcel.summary) and (summary.declared_count is not None or not variant_of(parcel))
    ]


def _delivered(sent: list[Sent], claims: tuple[Claimed, ...]) -> tuple[Delivered, ...]:
    confirmed = {(one.payer, one.month) for one in claims if one.standing in {Standing.CONFIRMED, Standing.DIFFERS}}
    return tuple(Delivered(one.payer, one.month, (one.payer, one.month) in confirmed or None) for one in sent)


def _results(fetched: list[Parcel], returns: Path, forms: tuple[ResultForm, ...]) -> tuple[list[Results], int]:
    results = []
    unread = 0
    for parcel in fetched:
        form = form_of(parcel.name, forms)
        if form is None or parcel.target is None:
            continue
        try:
            results.append(read_results(_content(returns / parcel.target), form))
        except (ResultsUnreadable, OSError):
            unread += 1
    return results, unread


def _content(path: Path) -> bytes:
    """As much as a result file can have, and a byte more that says it has too much. Raises OSError."""
    with folder(path.parent) as here, os.fdopen(durable.open_existing(here, path.name), "rb") as file:
        return file.read(RESULT_MAX_BYTES + 1)


def _returns(parcel: Parcel) -> bool:
    return parcel.summary is not None and parcel.summary.kind.returns


def _waits(parcel: Parcel) -> bool:
    there = parcel.direction is Direction.CLAIM and parcel.state in _DELIVERING
    return there and parcel.failures >= FAILURES_MOST


def _row(parcel: Parcel) -> Row:
    summary = parcel.summary
    if summary is None:
        return Row(None, "", 0, None, None)
    return Row(summary.payer, summary.claim_month, summary.receipts, None, None)


def _moment(parcel: Parcel, ledger: Ledger) -> datetime:
    """When it arrived."""
    return next((step.at for step in ledger.steps(parcel.id) if step.state is State.DELIVERED), parcel.seen_at)
