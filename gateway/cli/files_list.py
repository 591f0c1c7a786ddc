"""`files list` and `files show`: where parcels are. A list is what gets copied and sent on, so it names no file unless asked."""

import argparse
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from gateway.claims.calendar import in_japan
from gateway.cli.command import Command, Exit
from gateway.cli.parcel_id import parcel_id, parcel_named
from gateway.cli.table import lines
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Parcel, State, month_of
from gateway.relay.places import Places
from gateway.relay.why import because
from gateway.site.words import one_line

LIMIT = 50
_SHOWN_DIGITS = 8
_DIRECTIONS_JA = {Direction.CLAIM: "請求", Direction.RETURN: "返戻"}
_STATES_JA = {
    State.SEEN: "発見", State.SETTLED: "安定", State.TAKING: "受取中", State.TAKEN: "受取済み", State.INSPECTED: "検査済み",
    State.DELIVERING: "配達中", State.RENAMING: "配達確定中", State.DELIVERED: "配達済み", State.NOTED: "通知済み",
    State.RETIRED: "保管終了", State.HELD: "保留", State.REJECTED: "不採用", State.CLEARED: "消去済み", State.FORGOTTEN: "未受取",
}  # fmt: skip

_TITLES: tuple[str, ...] = ("parcel", "way", "state", "seen", "month", "payer", "no", "bytes", "reasons")
_TITLES_JA: tuple[str, ...] = ("配送物", "種別", "状態", "日時", "月", "支払機関", "回", "バイト", "理由")


def _list_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--held", action="store_true", help="only what waits for a person")
    parser.add_argument("--limit", type=_count, default=LIMIT, metavar="N", help="the newest N (default: %(default)s)")
    parser.add_argument("--names", action="store_true", help="the files' names too: they may say a patient's")
    parser.add_argument("--json", action="store_true", help="print {parcels:[{id, direction, state, seen_at, …}]}")


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 100_000):
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not a number from 1 to 100000")
    return int(text)


def _list(args: argparse.Namespace) -> int:
    with Ledger.read(Places(args.state_dir).ledger) as ledger:
        parcels = ledger.in_state(State.HELD)[::-1][: args.limit] if args.held else ledger.parcels(args.limit)
    if args.json:
        print(json.dumps({"parcels": [_data(one, names=args.names) for one in parcels]}, ensure_ascii=False))
    else:
        print("\n".join(_table(parcels, args.lang, names=args.names)))
    return Exit.OK


def _table(parcels: tuple[Parcel, ...], lang: str, *, names: bool) -> Iterator[str]:
    ja = lang == "ja"
    if not parcels:
        yield "配送物はありません" if ja else "no parcels"
        return
    titles = _TITLES_JA if ja else _TITLES
    rows = [titles, *(_row(one, ja=ja) for one in parcels)]
    if names:
        last = ("ファイル名" if ja else "name", *map(_name, parcels))
        rows = [(*row, name) for row, name in zip(rows, last, strict=True)]
    yield from lines(rows, indent="")


def _row(parcel: Parcel, *, ja: bool) -> tuple[str, ...]:
    return (
        parcel.id[:_SHOWN_DIGITS],
        _DIRECTIONS_JA[parcel.direction] if ja else str(parcel.direction),
        _STATES_JA[parcel.state] if ja else str(parcel.state),
        f"{in_japan(parcel.seen_at):%Y-%m-%d %H:%M}",
        _month(parcel) or "–",
        parcel.payer_folder,
        str(parcel.number or "–"),
        f"{parcel.size:,}",
        " ".join(parcel.reasons),
    )


def _show_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", type=parcel_id, metavar="ID", help="a parcel's id, or its first digits")
    parser.add_argument("--json", action="store_true", help="print {id, name, …, history:[…], chain:[…]}")


def _show(args: argparse.Namespace) -> int:
    with Ledger.read(Places(args.state_dir).ledger) as ledger:
        parcel = parcel_named(ledger, args.id)
        steps = [(step.at, str(step.state), step.event, step.attempt) for step in ledger.steps(parcel.id)]
        sealed = [link for link in ledger.links() if link.said.get("parcel") == parcel.id]
    if args.json:
        history = [
            {"at": at.isoformat(), "state": state, "event": event, "attempt": attempt}
            for at, state, event, attempt in steps
        ]
        chain = [{"sequence": link.sequence, "at": link.said["at"], "fact": link.said["fact"]} for link in sealed]
        print(json.dumps(_data(parcel, names=True) | {"history": history, "chain": chain}, ensure_ascii=False))
        return Exit.OK
    print("\n".join(_report(parcel, args.lang)))
    rows = [(f"{in_japan(at):%Y-%m-%d %H:%M:%S}", state, event, f"#{attempt}") for at, state, event, attempt in steps]
    print(f"\n{'履歴' if args.lang == 'ja' else 'history'}")
    print("\n".join(lines(rows)))
    facts = [
        (
            f"{in_japan(datetime.fromisoformat(link.said['at'])):%Y-%m-%d %H:%M:%S}",
            link.said["fact"],
            f"{link.sequence}",
        )
        for link in sealed
    ]
    print(f"\n{'監査チェーン' if args.lang == 'ja' else 'sealed in the audit chain'}")
    print("\n".join(lines(facts)))
    return Exit.OK


def _report(parcel: Parcel, lang: str) -> Iterator[str]:
    ja = lang == "ja"
    yield f"{'配送物' if ja else 'parcel'} {parcel.id}"
    rows = [
        ("種別" if ja else "way", _DIRECTIONS_JA[parcel.direction] if ja else str(parcel.direction)),
        ("状態" if ja else "state", _STATES_JA[parcel.state] if ja else str(parcel.state)),
        ("ファイル名" if ja else "name", _name(parcel)),
        ("元の場所" if ja else "from", one_line(parcel.source.decode("utf-8", "replace")) or "–"),
        ("置き場所" if ja else "to", one_line(str(parcel.target or "–"))),
        ("大きさ" if ja else "bytes", f"{parcel.size:,}"),
        ("sha256", parcel.digest or "–"),
    ]
    if parcel.brought_by:
        rows.append(("入れた人" if ja else "brought by", one_line(parcel.brought_by)))
    if parcel.reasons:
        rows.append(("理由" if ja else "reasons", " ".join(parcel.reasons)))
    if parcel.decided_by:
        rows.append(("判断した人" if ja else "decided by", one_line(parcel.decided_by)))
        rows.append(("判断の理由" if ja else "because", one_line(parcel.decided_why)))
    yield from lines(rows)
    if ja and parcel.state is State.HELD:
        for reason in parcel.reasons:
            yield from (f"  {said}" for said in because(reason, parcel.summary))


def _data(parcel: Parcel, *, names: bool) -> dict[str, Any]:
    summary = parcel.summary
    data = {
        "id": parcel.id,
        "direction": str(parcel.direction),
        "state": str(parcel.state),
        "seen_at": parcel.seen_at.isoformat(),
        "month": _month(parcel),
        "payer": parcel.payer_folder,
        "number": parcel.number,
        "size": parcel.size,
        "digest": parcel.digest,
        "kind": str(summary.kind) if summary else None,
        "count": summary.declared_count if summary else None,
        "points": summary.declared_points if summary else None,
        "reasons": list(parcel.reasons),
        "duplicate": parcel.duplicate,
    }
    if names:
        data |= {
            "name": parcel.name.encode("utf-8", "replace").decode(),
            "source": parcel.source.decode("utf-8", "replace"),
            "target": str(parcel.target).encode("utf-8", "replace").decode() if parcel.target else None,
            "brought_by": parcel.brought_by,
            "decided_by": parcel.decided_by,
            "decided_why": parcel.decided_why,
        }
    return data


def _month(parcel: Parcel) -> str:
    return parcel.target.parts[0] if parcel.target else month_of(parcel, parcel.seen_at)


def _name(parcel: Parcel) -> str:
    return one_line(parcel.name) or "–"


COMMANDS = (
    Command(
        name="list",
        summary="the newest parcels, without the files' names",
        example="claim-gateway files list --held --json",
        arguments=_list_arguments,
        run=_list,
    ),
    Command(
        name="show",
        summary="all the ledger knows of one parcel, its file's name too",
        example="claim-gateway files show 3f1a9c2e",
        arguments=_show_arguments,
        run=_show,
    ),
)
