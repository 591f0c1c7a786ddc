"""`claim-gateway status`: one screen that says whether this box is well, a section for each room that runs on it."""

import argparse
import json

from gateway.cli.command import Command, Exit
from gateway.cli.reach import place_arguments
from gateway.cli.section import Section
from gateway.cli.status_enforcer import enforcer
from gateway.cli.table import lines

SECTIONS = (enforcer,)
"""In the order in which they are shown."""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    place_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    sections = [ask(args) for ask in SECTIONS]
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
