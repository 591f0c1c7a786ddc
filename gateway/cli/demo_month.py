"""`claim-gateway demo --month`: a clinic's November as a table: the day, what staff did, what the gateway did."""

from collections.abc import Iterator
from typing import Any

from gateway.claims.finding import Text
from gateway.cli.table import lines
from gateway.relay.parcel import Direction, Parcel, State
from gateway.relay.why import because
from gateway.twin.month import Month, Played

_HEADINGS = (Text("when", "日時"), Text("staff", "職員"), Text("gateway", "ゲートウェイ"))
_DAYS = Text("Mon Tue Wed Thu Fri Sat Sun", "月 火 水 木 金 土 日")
_DELIVERED = Text("delivered with its slip: {}", "端末に届け、配達票を書いた: {}")
_AGAIN = Text("not sent again, noted beside {}", "再送せず、控えを残した: {}")
_BROUGHT = Text("brought to 返戻, put away on the terminal: {}", "返戻に持ち帰り、端末では取込済に移した: {}")
_WAITS = Text("taken; waits for the terminal as {}", "受け取り、端末を待つ: {}")
_HELD = Text("held, with a note: {}", "保留にし、説明を書いた: {}")
_REMINDED = Text(
    "お知らせ.txt: 1 hour is left to confirm both claims", "お知らせ.txt: 請求確定まで残り1時間（社保・国保）"
)


def report(month: Month, seconds: float, lang: str) -> Iterator[str]:
    """The table, what is wrong, and the verdict."""
    rows = [tuple(heading.line(lang) for heading in _HEADINGS)]
    for act in month.acts:
        rows += _rows(act, lang)
    yield from lines(rows)
    for act in month.acts:
        yield from (f"{act.when:%m-%d %H:%M}: {wrong}" for wrong in act.wrong)
    yield from month.wrong
    yield ""
    delivered = sum(_counts(act, Direction.CLAIM) for act in month.acts)
    brought = sum(_counts(act, Direction.RETURN) for act in month.acts)
    verdict = "every folder, name, slip and ledger row is as it must be" if month.ok else "NOT as it must be"
    carried = f"{delivered} claims delivered, {brought} files brought back, none held at the end"
    yield f"{'OK' if month.ok else 'FAILED'}: {carried}; {month.checked} things compared, {verdict}; {seconds:.1f} s"


def data(month: Month, seconds: float) -> dict[str, Any]:
    """The same for machines."""
    return {
        "ok": month.ok,
        "acts": [
            {
                "when": act.when.isoformat(),
                "staff": act.staff.en,
                "came": [
                    {"state": str(parcel.state), "target": str(parcel.target or ""), "reasons": list(parcel.reasons)}
                    for parcel in act.came
                ],
                "wrong": list(act.wrong),
            }
            for act in month.acts
        ],
        "compared": month.checked,
        "wrong": list(month.wrong),
        "seconds": round(seconds, 3),
    }


def _rows(act: Played, lang: str) -> Iterator[tuple[str, str, str]]:
    day = _DAYS.line(lang).split()[act.when.weekday()]
    did = [_did(parcel, lang) for parcel in act.came]
    if act.reminded:
        did.append(_REMINDED.line(lang))
    first, *rest = did or [""]
    yield f"{act.when:%m-%d} {day} {act.when:%H:%M}", act.staff.line(lang), first
    yield from (("", "", more) for more in rest)


def _did(parcel: Parcel, lang: str) -> str:
    match parcel.state:
        case State.HELD:
            return _HELD.line(lang).format(_why(parcel, lang))
        case State.NOTED if parcel.duplicate:
            return _AGAIN.line(lang).format(_folder(parcel))
        case State.NOTED if parcel.direction is Direction.RETURN:
            return _BROUGHT.line(lang).format(parcel.target)
        case State.NOTED:
            return _DELIVERED.line(lang).format(_folder(parcel))
    return _WAITS.line(lang).format(_folder(parcel))


def _why(parcel: Parcel, lang: str) -> str:
    if lang != "ja":
        return ", ".join(parcel.reasons)
    return "、".join(because(reason, parcel.summary)[0].removeprefix("理由: ") for reason in parcel.reasons)


def _folder(parcel: Parcel) -> str:
    return str(parcel.target.parent) if parcel.target else ""


def _counts(act: Played, direction: Direction) -> int:
    return sum(one.direction is direction and one.state is State.NOTED and not one.duplicate for one in act.came)
