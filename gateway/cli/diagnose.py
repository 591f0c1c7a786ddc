"""`claim-gateway diagnose`: one verdict on where the fault lies, what was tried, and whom to call."""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit
from gateway.cli.diagnose_look import look
from gateway.cli.reach import need_the_right, place_arguments
from gateway.cli.table import lines
from gateway.report.diagnosis import Diagnosis, Outcome, Side, diagnose
from gateway.report.wording import Lang
from gateway.site.load import load_site

_WORDS: dict[Lang, dict[str, str]] = {
    "en": {
        "nothing": "nothing is wrong, as far as this box can see",
        "unsure": "nothing is found wrong, but not everything could be seen. open the claim system on the terminal, then run this again",
        "verdict": "{side}: {what}",
        "call": "  call {name}, {phone}",
        "also": "also: {side}: {what} ({name}, {phone})",
        Outcome.GOOD: "good",
        Outcome.WRONG: "WRONG",
        Outcome.UNKNOWN: "not seen",
    },
    "ja": {
        "nothing": "本装置から見える範囲に異常はありません",
        "unsure": "異常は見つかりませんが、確かめられないものがあります。端末で請求システムを開いてから、もう一度実行してください",
        "verdict": "{side}: {what}",
        "call": "  連絡先 {name} {phone}",
        "also": "ほかに: {side}: {what}（{name} {phone}）",
        Outcome.GOOD: "正常",
        Outcome.WRONG: "異常",
        Outcome.UNKNOWN: "不明",
    },
}


def _arguments(parser: argparse.ArgumentParser) -> None:
    place_arguments(parser)
    parser.add_argument(
        "--site", type=Path, default=Path("/etc/claim-gateway/site.yaml"), metavar="SITE", help="default: %(default)s"
    )
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _run(args: argparse.Namespace) -> int:
    site = load_site(args.site)
    need_the_right("diagnose")
    found = diagnose(tuple(look(args, site)), site.responsible)
    if args.json:
        print(json.dumps(_data(found), ensure_ascii=False, indent=2))
    else:
        print("\n".join(_screen(found, args.lang)))
    if found.faults:
        return Exit.NO
    return Exit.UNDECIDED if found.unsure else Exit.OK


def _screen(found: Diagnosis, lang: Lang) -> Iterator[str]:
    words = _WORDS[lang]
    if found.verdict is None:
        yield words["unsure" if found.unsure else "nothing"]
    else:
        fault = found.verdict
        yield words["verdict"].format(side=fault.side.text(lang), what=fault.text(lang))
        yield words["call"].format(name=fault.desk.name, phone=fault.desk.phone)
    for other in found.faults[1:]:
        said = {"side": other.side.text(lang), "what": other.text(lang)}
        yield words["also"].format(**said, name=other.desk.name, phone=other.desk.phone)
    yield ""
    yield from lines((words[one.outcome], one.text(lang), one.detail) for one in found.tried)


def _data(found: Diagnosis) -> dict[str, Any]:
    return {
        "verdict": found.verdict and found.verdict.side,
        "decided": bool(found.faults) or not found.unsure,
        "faults": [
            {
                "side": one.side,
                "side_ja": Side(one.side).text("ja"),
                "probe": one.probe,
                "text": one.text("en"),
                "call": {"name": one.desk.name, "phone": one.desk.phone},
            }
            for one in found.faults
        ],
        "tried": [{"probe": one.probe, "outcome": one.outcome, "detail": one.detail} for one in found.tried],
    }


COMMAND = Command(
    name="diagnose",
    summary="where does the fault lie: inside, the terminal, the line or the claim system? 0: nothing wrong, 1: found, 3: cannot be told",
    example="claim-gateway diagnose --lang ja",
    arguments=_arguments,
    run=_run,
)
