"""`claim-gateway calendar`: when the claim system takes and gives files, and what should have happened by now."""

import argparse
import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gateway.claims.calendar import (
    Activity,
    Window,
    deadlines,
    in_japan,
    month_of,
    month_to_claim,
    next_window,
    open_windows,
    windows,
)
from gateway.claims.matching import line
from gateway.claims.reminders import Reminder, reminders
from gateway.cli.command import Command, Exit, Refused
from gateway.cli.declared_rules import inspected_site
from gateway.cli.moment import moment_argument, moment_of
from gateway.cli.table import lines
from gateway.relay.facts import Known, known
from gateway.relay.inspection import result_forms
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.places import Places


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--month", type=_month, metavar="YYYY-MM", help="another month's windows (default: this month)")
    parser.add_argument(
        "--state-dir", type=Path, metavar="DIR", help="the relay's ledger: adds what should have happened by now"
    )
    parser.add_argument("--site", type=Path, metavar="SITE", help="the site file, for its inspection.results")
    parser.add_argument("--json", action="store_true", help="print {now, month, windows, open, deadlines, reminders}")
    moment_argument(parser)


def _month(text: str) -> str:
    if not re.fullmatch(r"(19|2[0-9])[0-9]{2}-(0[1-9]|1[0-2])", text):
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not a month. write it as 2026-11")
    return text


def _run(args: argparse.Namespace) -> int:
    now = in_japan(moment_of(args))
    month = args.month or month_of(now)
    state = _known(args, month_of(now))
    told = reminders(state.facts, now) if state else ()
    if args.json:
        print(json.dumps(_data(now, month, state, told, args.lang), ensure_ascii=False))
    else:
        print("\n".join(_report(now, month, state, told, args.lang)))
    return Exit.OK


def _known(args: argparse.Namespace, month: str) -> Known | None:
    forms = result_forms(inspected_site(args.site)) if args.site else ()
    if args.state_dir is None:
        return None
    places = Places(args.state_dir)
    try:
        with closing(Ledger.read(places.ledger)) as ledger:
            return known(ledger, places.returns, forms, month)
    except LedgerError as error:
        raise Refused(str(error)) from error


def _report(now: datetime, month: str, state: Known | None, told: tuple[Reminder, ...], lang: str) -> Iterator[str]:
    ja = lang == "ja"
    yield f"{month}（日本時間）" if ja else f"{month} (Japan's clock)"
    yield from lines((activity.says.line(lang), *_spans(windows(activity, month))) for activity in Activity)
    ends = deadlines(month)
    expire = f"{ends.returns_expire:%Y}-{_last(ends.returns_expire)}"
    yield f"  {month} に送付された返戻の期限: {expire}" if ja else f"  returns sent in {month}: until {expire}"
    yield ""
    yield f"現在 {now:%Y-%m-%d %H:%M}" if ja else f"now {now:%Y-%m-%d %H:%M}"
    yield from lines(_now(now, lang))
    yield f"  {'今回の請求年月' if ja else 'claims are made for'}: {month_to_claim(now)}"
    if state is not None:
        yield from _state(state, told, lang)


def _state(state: Known, told: tuple[Reminder, ...], lang: str) -> Iterator[str]:
    ja = lang == "ja"
    yield ""
    yield line(state.claims, lang)
    for reminder in told:
        yield f"  {reminder.text(lang)}"
    for one in state.missing:
        if ja:
            yield f"  {one.payer.folder} {one.month} の返戻: 内訳 {one.listed:,} 件、受取 {one.fetched:,} 件"
        else:
            yield f"  returns of {one.payer.folder} {one.month}: {one.listed:,} listed, {one.fetched:,} fetched"
    if state.unread:
        said = "宣言どおりに読めない結果ファイル" if ja else "result files that cannot be read as declared"
        yield f"  {said}: {state.unread}"


def _now(now: datetime, lang: str) -> Iterator[tuple[str, str]]:
    ja = lang == "ja"
    opened = {window.activity: window for window in open_windows(now)}
    for activity in Activity:
        if activity in opened:
            until = _last(opened[activity].closes)
            yield activity.says.line(lang), f"受付中（{until} まで）" if ja else f"open until {until}"
        else:
            opens = f"{next_window(activity, now).opens:%m-%d %H:%M}"
            yield activity.says.line(lang), f"{opens} から" if ja else f"opens {opens}"


def _spans(days: tuple[Window, ...]) -> tuple[str, str, str]:
    """Neighbouring days of the same hours in one: `5–7 08:00–21:00`. Three columns: no activity changes more often."""
    spans: list[tuple[int, int, str]] = []
    for day in days:
        hours = f"{day.opens:%H:%M}–{_last(day.closes)[-5:]}"
        if spans and spans[-1][2] == hours:
            spans[-1] = (spans[-1][0], day.opens.day, hours)
        else:
            spans.append((day.opens.day, day.opens.day, hours))
    texts = [f"{first}–{last} {hours}" for first, last, hours in spans]
    first, second, third = (*texts, "", "", "")[:3]
    return first, second, third


def _last(end: datetime) -> str:
    """An end as people write it: the 11th 00:00 is the 10th 24:00."""
    if (end.hour, end.minute) == (0, 0):
        return f"{end - timedelta(minutes=1):%m-%d} 24:00"
    return f"{end:%m-%d %H:%M}"


def _data(now: datetime, month: str, state: Known | None, told: tuple[Reminder, ...], lang: str) -> dict[str, Any]:
    ends = deadlines(month)
    data: dict[str, Any] = {
        "now": now.isoformat(timespec="seconds"),
        "month": month,
        "claim_month": month_to_claim(now),
        "windows": [_window(window) for activity in Activity for window in windows(activity, month)],
        "open": [_window(window) for window in open_windows(now)],
        "deadlines": {
            "send_opens": ends.send_opens.isoformat(),
            "send_closes": ends.send_closes.isoformat(),
            "correct_closes": ends.correct_closes.isoformat(),
            "download_closes": ends.download_closes.isoformat(),
            "returns_expire": ends.returns_expire.isoformat(),
        },
    }
    if state is not None:
        data["claims"] = [
            {"payer": str(one.payer), "month": one.month, "standing": str(one.standing)} for one in state.claims
        ]
        data["reminders"] = [
            {"cause": str(one.cause), "month": one.month, "payer": one.payer, "text": one.text(lang)} for one in told
        ]
        data["unread_results"] = state.unread
    return data


def _window(window: Window) -> dict[str, str]:
    return {
        "activity": str(window.activity),
        "opens": window.opens.isoformat(),
        "closes": window.closes.isoformat(),
    }


COMMAND = Command(
    name="calendar",
    summary="when the claim system takes and gives files, and what should have happened by now",
    example="claim-gateway calendar --month 2026-12",
    arguments=_arguments,
    run=_run,
)
