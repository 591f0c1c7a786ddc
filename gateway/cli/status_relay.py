"""What `status` says of the relay: what is on its way, what waits for a person, what is due. No file names."""

import argparse
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from gateway.cli.section import Section
from gateway.policy.schedule import SITE_ZONE
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.parcel import Direction, State
from gateway.relay.places import Places
from gateway.relay.standing import Standing, standing
from gateway.site.errors import SiteFileError
from gateway.site.load import load_site

TITLE = "relay"
_ID_DIGITS = 12
_DONE = (State.DELIVERED, State.NOTED, State.RETIRED)


def relay(args: argparse.Namespace) -> Section | None:
    """Reads the ledger beside the running relay. None: the site declares no relay, or this box has no site file."""
    if not args.site.exists():
        return None
    try:
        site = load_site(args.site)
    except SiteFileError as error:
        return Section(TITLE, (), (str(error).splitlines()[0],))
    if site.relay is None:
        return None
    places = Places(args.relay_state_dir)
    try:
        with closing(Ledger.read(places.ledger)) as ledger:
            stands = standing(ledger, places, site, datetime.now(UTC))
    except LedgerError as error:
        return Section(TITLE, (), (str(error),))
    return Section(TITLE, tuple(_lines(stands, args.lang)), tuple(_complaints(stands)), _data(stands, args.lang))


def _lines(stands: Standing, lang: str) -> Iterator[tuple[str, str]]:
    oldest = ""
    if stands.undelivered_since is not None:
        oldest = f", the oldest since {stands.undelivered_since.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}"
    yield "on their way", f"{stands.waiting}{oldest}"
    yield "carried", f"{_done(stands, Direction.CLAIM)} claims, {_done(stands, Direction.RETURN)} returns"
    for reminder in stands.reminders:
        yield "due", reminder.text(lang)
    yield "chain", str(stands.head)


def _complaints(stands: Standing) -> Iterator[str]:
    for held in stands.held:
        since = f"{held.since.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}"
        todo = "release or reject it" if held.releasable else "reject it"
        yield f"{held.direction} {held.id[:_ID_DIGITS]} waits since {since}: {', '.join(held.reasons)}. {todo}"
    if stands.unread_results:
        yield f"{stands.unread_results} result files cannot be read as declared. see inspection.results in the site file"


def _done(stands: Standing, direction: Direction) -> int:
    return sum(stands.counts.get((direction, state), 0) for state in _DONE)


def _data(stands: Standing, lang: str) -> dict[str, Any]:
    counts: dict[str, dict[str, int]] = {str(direction): {} for direction in Direction}
    for (direction, state), count in stands.counts.items():
        counts[direction][str(state)] = count
    return {
        "parcels": counts,
        "undelivered_since": stands.undelivered_since and stands.undelivered_since.isoformat(),
        "held": [
            {
                "id": one.id,
                "direction": str(one.direction),
                "reasons": list(one.reasons),
                "since": one.since.isoformat(),
            }
            for one in stands.held
        ],
        "reminders": [{"cause": str(one.cause), "text": one.text(lang)} for one in stands.reminders],
        "chain_head": str(stands.head),
    }
