"""What `status` says of the relay: what is on its way, what waits for a person, what is due. No file names."""

import argparse
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

from gateway.cli.section import Figure, Section, words
from gateway.policy.schedule import SITE_ZONE
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.parcel import Direction, State
from gateway.relay.places import Places
from gateway.relay.standing import Standing, standing
from gateway.site.errors import SiteFileError
from gateway.site.load import load_site

TITLE = "relay"
_HEADING = "中継"
_ID_DIGITS = 12
_DONE = (State.DELIVERED, State.NOTED, State.RETIRED)
_DIRECTIONS_JA = {Direction.CLAIM: "請求", Direction.RETURN: "返戻"}


def relay(args: argparse.Namespace) -> Section | None:
    """Reads the ledger beside the running relay. None: the site declares no relay, or this box has no site file."""
    if not args.site.exists():
        return None
    heading = words(args.lang)(TITLE, _HEADING)
    try:
        site = load_site(args.site)
    except SiteFileError as error:
        return Section(TITLE, (), critical=(str(error).splitlines()[0],), heading=heading)
    if site.relay is None:
        return None
    places = Places(args.relay_state_dir)
    try:
        with closing(Ledger.read(places.ledger)) as ledger:
            stands = standing(ledger, places, site, datetime.now(UTC))
    except (LedgerError, OSError) as error:
        return Section(TITLE, (), critical=(str(error),), heading=heading, undecided=True)
    return Section(
        TITLE,
        tuple(_lines(stands, args.lang)),
        tuple(_complaints(stands, args.lang)),
        _data(stands, args.lang),
        figures=tuple(_figures(stands)),
        heading=heading,
    )


def _lines(stands: Standing, lang: str) -> Iterator[tuple[str, str]]:
    say, oldest = words(lang), ""
    if stands.undelivered_since is not None:
        since = f"{stands.undelivered_since.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}"
        oldest = say(f", the oldest since {since}", f" 件（最古 {since}）")
    yield say("on their way", "配送中"), f"{stands.waiting}" + (oldest or say("", " 件"))
    claims, returns = _done(stands, Direction.CLAIM), _done(stands, Direction.RETURN)
    yield say("carried", "配送済み"), say(f"{claims} claims, {returns} returns", f"請求 {claims} 件、返戻 {returns} 件")
    for reminder in stands.reminders:
        yield say("due", "お知らせ"), reminder.text(lang)
    yield say("chain", "台帳の末尾"), str(stands.head)


def _complaints(stands: Standing, lang: str) -> Iterator[str]:
    say = words(lang)
    for held in stands.held:
        since, short = f"{held.since.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}", held.id[:_ID_DIGITS]
        todo = (
            say("release or reject it", "再開または却下してください")
            if held.releasable
            else say("reject it", "却下してください")
        )
        reasons = ", ".join(held.reasons)
        yield say(
            f"{held.direction} {short} waits since {since}: {reasons}. {todo}",
            f"{_DIRECTIONS_JA[held.direction]} {short} が {since} から保留中です（{reasons}）。{todo}",
        )
    if stands.unread_results:
        yield say(
            f"{stands.unread_results} result files cannot be read as declared. see inspection.results in the site file",
            f"結果ファイル {stands.unread_results} 件を宣言どおりに読めません。サイトファイルの inspection.results を確認してください",
        )


def _done(stands: Standing, direction: Direction) -> int:
    return sum(stands.counts.get((direction, state), 0) for state in _DONE)


def _figures(stands: Standing) -> Iterator[Figure]:
    for direction in Direction:
        for state in State:
            labels = (("direction", str(direction)), ("state", str(state)))
            yield Figure("parcels", stands.counts.get((direction, state), 0), "Parcels the ledger knows.", labels)
    yield Figure("parcels_on_their_way", stands.waiting, "Parcels neither delivered nor held.")
    if stands.undelivered_since is not None:
        since = stands.undelivered_since.timestamp()
        yield Figure("oldest_on_its_way_timestamp_seconds", since, "When the oldest of them was first seen.")
    yield Figure("parcels_held", len(stands.held), "Parcels that wait for a person.")
    yield Figure("reminders", len(stands.reminders), "What staff should hear now.")
    yield Figure("chain_links_total", stands.head.sequence, "Links of the ledger's audit chain.")


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
