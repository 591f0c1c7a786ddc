"""`claim-gateway status`: one screen that says whether this box is well, a section for each room that runs on it."""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.reach import place_arguments
from gateway.cli.section import Section, words
from gateway.cli.share_place import share_arguments
from gateway.cli.status_console import issue
from gateway.cli.status_drop import drop
from gateway.cli.status_enforcer import enforcer
from gateway.cli.status_nagios import line, state
from gateway.cli.status_prometheus import exposition
from gateway.cli.status_relay import relay
from gateway.cli.status_units import units
from gateway.cli.table import lines
from gateway.policy.schedule import SITE_ZONE

SECTIONS = (enforcer, relay, drop, units)
"""In the order in which they are shown. A room this box does not have says None."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print it as JSON")
    forms.add_argument(
        "--nagios",
        action="store_true",
        help="one line, and a plugin's exit codes: 0 ok, 1 warning, 2 critical, 3 unknown",
    )
    parser.add_argument("--prometheus", type=Path, metavar="FILE", help="write FILE for a textfile collector")
    parser.add_argument("--issue", type=Path, metavar="FILE", help="write FILE for agetty to print above a login")
    place_arguments(parser)
    parser.add_argument(
        "--site", type=Path, default=Path("/etc/claim-gateway/site.yaml"), metavar="SITE", help="default: %(default)s"
    )
    relay_state = os.environ.get("CLAIM_GATEWAY_STATE_DIR", "/var/lib/claim-gateway")
    parser.add_argument(
        "--relay-state-dir",
        type=Path,
        default=Path(relay_state),
        metavar="DIR",
        help="the relay's; default: %(default)s",
    )
    share_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    sections = [section for ask in SECTIONS if (section := ask(args)) is not None]
    now = datetime.now(UTC)
    if args.prometheus:
        _replace(args.prometheus, exposition(sections, now.timestamp()))
    if args.issue:
        # What is wrong first: the console shows only what has room above the prompt.
        urgent = sorted(sections, key=lambda section: section.well)
        _replace(args.issue, issue(_screen(urgent, args.lang), now.astimezone(SITE_ZONE)))
    well = all(section.well for section in sections)
    if args.nagios:
        print(line(sections))
        return state(sections)
    if args.json:
        shown = {one.title: one.data | _complaints(one) for one in sections}
        print(json.dumps({"healthy": well, **shown}, ensure_ascii=False, indent=2))
    elif not (args.prometheus or args.issue):
        print("\n".join(_screen(sections, args.lang)))
    return Exit.OK if well else Exit.NO


def _complaints(section: Section) -> dict[str, list[str]]:
    return {"complaints": [*section.critical, *section.complaints], "critical": list(section.critical)}


def _screen(sections: list[Section], lang: str) -> Iterator[str]:
    say = words(lang)
    for section in sections:
        yield f"{section.heading or section.title}: {say('well', '正常') if section.well else say('NOT WELL', '要対応')}"
        yield from (f"  ! {complaint}" for complaint in (*section.critical, *section.complaints))
        yield from lines(section.lines)


def _replace(path: Path, text: str) -> None:
    """Whoever reads it meanwhile sees the old one or the new one, whole. Raises Refused."""
    try:
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            try:
                file.write(text)
                file.flush()
                os.fchmod(file.fileno(), 0o644)
                Path(file.name).replace(path)
            except OSError:
                Path(file.name).unlink(missing_ok=True)
                raise
    except OSError as error:
        raise Refused(
            f"{path}: {os.strerror(error.errno or 0)}. give a file in a directory that may be written"
        ) from error


COMMAND = Command(
    name="status",
    summary="one screen: is this box well? 0: yes, 1: no (with --nagios: a plugin's codes)",
    example="claim-gateway status --json",
    arguments=_arguments,
    run=_run,
)
