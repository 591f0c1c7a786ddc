"""`claim-gateway apply`: make the declared layout true on this box, for good or on trial."""

import argparse
import json
from pathlib import Path
from typing import Any

from gateway.cli.command import Command, Exit
from gateway.cli.enforceable import enforceable_site
from gateway.cli.reach import carried_out, place_arguments
from gateway.cli.span import span, spoken
from gateway.enforcer.requests import COMMENT_MAX_CHARS, Apply
from gateway.journal import Level, configure
from gateway.journal.journald import SOCKET_PATH


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    parser.add_argument(
        "--confirm-within",
        type=span,
        metavar="TIME",
        help="put the former site back after TIME, such as 5m, unless `claim-gateway confirm` comes before; an hour at most",
    )
    parser.add_argument(
        "--unproved",
        type=_reason,
        metavar="REASON",
        help="put it in force though it is not proved; the journal and status say so, and REASON, until another is",
    )
    parser.add_argument("--comment", type=_comment, default="", metavar="TEXT", help="why, for the history")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")
    place_arguments(parser)


def _comment(text: str) -> str:
    if len(text) > COMMENT_MAX_CHARS or not text.isprintable():
        raise argparse.ArgumentTypeError(f"a comment is one line of at most {COMMENT_MAX_CHARS} characters")
    return text


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("say why it should be in force without proof")
    return _comment(text)


def to_the_journal(lang: str) -> None:
    """Whoever applies, by systemd or by hand, the journal of the box keeps it."""
    configure(lang=lang, to_journal=Path(SOCKET_PATH).exists(), least=Level.CRITICAL)


def _run(args: argparse.Namespace) -> int:
    to_the_journal(args.lang)
    enforceable_site(args.site)
    request = Apply(
        site=args.site.read_bytes().decode(),
        comment=args.comment,
        confirm_within=args.confirm_within,
        unproved=args.unproved or "",
    )
    answer = carried_out(args, request)
    if args.json:
        print(json.dumps(answer, ensure_ascii=False, indent=2))
    else:
        print_outcome(str(args.site), answer)
    return Exit.OK


def print_outcome(what: str, answer: dict[str, Any]) -> None:
    """What an apply or a rollback did, for people."""
    print(f"{what}: in force. {answer['flows']} flows, {answer['rules']} rules")
    for change in answer["changes"]:
        print(f"  {change}")
    if answer["site"]["unproved"]:
        print(f"  without proof: {answer['site']['unproved']}")
    if answer["cut"]:
        print(f"  connections cut: {answer['cut']}")
    if answer["confirm_within_s"] is not None:
        left = spoken(answer["confirm_within_s"])
        print(f"on trial: `claim-gateway confirm` within {left}, or the former site comes back")


COMMAND = Command(
    name="apply",
    summary="make the declared layout true on this box: routing guard, nftables, addresses, routes, kernel settings",
    example="claim-gateway apply /etc/claim-gateway/site.yaml --confirm-within 5m --comment 'new terminal'",
    arguments=_arguments,
    run=_run,
)
