"""`claim-gateway status`: one screen that says whether this box is well, a section for each room that runs on it."""

import argparse
import json
import os
from pathlib import Path

from gateway.cli.command import Command, Exit
from gateway.cli.reach import place_arguments
from gateway.cli.section import Section
from gateway.cli.share_place import share_arguments
from gateway.cli.status_drop import drop
from gateway.cli.status_enforcer import enforcer
from gateway.cli.status_relay import relay
from gateway.cli.table import lines

SECTIONS = (enforcer, relay, drop)
"""In the order in which they are shown. A room this box does not have says None."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    place_arguments(parser)
    parser.add_argument(
        "--site", type=Path, default=Path("/etc/claim-gateway/site.yaml"), metavar="SITE", help="default: %(default)s"
    )
    state = os.environ.get("CLAIM_GATEWAY_STATE_DIR", "/var/lib/claim-gateway")
    parser.add_argument(
        "--relay-state-dir", type=Path, default=Path(state), metavar="DIR", help="the relay's; default: %(default)s"
    )
    share_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    sections = [section for ask in SECTIONS if (section := ask(args)) is not None]
    well = not any(section.complaints for section in sections)
    if args.json:
        shown = {one.title: one.data | {"complaints": list(one.complaints)} for one in sections}
        print(json.dumps({"healthy": well, **shown}, ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for section in sections for line in _screen(section)))
    return Exit.OK if well else Exit.NO


def _screen(section: Section) -> list[str]:
    state = "NOT WELL" if section.complaints else "well"
    return [
        f"{section.title}: {state}",
        *(f"  ! {complaint}" for complaint in section.complaints),
        *lines(section.lines),
    ]


COMMAND = Command(
    name="status",
    summary="one screen: is this box well? 0: yes, 1: no",
    example="claim-gateway status --json",
    arguments=_arguments,
    run=_run,
)
