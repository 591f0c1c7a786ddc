"""`claim-gateway history`: which sites were confirmed on this box, when, by whom and why."""

import argparse
import json

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.reach import place_arguments
from gateway.cli.table import lines
from gateway.enforcer.errors import StateError
from gateway.enforcer.store import Store, entry_data
from gateway.policy.schedule import SITE_ZONE


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    place_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    if not args.state_dir.is_dir():
        raise Refused(f"{args.state_dir}: no site was ever applied here. apply one, or name another --state-dir")
    try:
        standing = Store(args.state_dir).standing()
    except StateError as error:
        raise Refused(str(error)) from error
    entries = [(entry, "confirmed") for entry in standing.confirmed]
    if entries:
        entries[-1] = (entries[-1][0], "in force" if standing.trial is None else "comes back")
    if standing.trial:
        entries.append((standing.trial.entry, "on trial"))
    if args.json:
        print(
            json.dumps([entry_data(entry) | {"state": state} for entry, state in entries], ensure_ascii=False, indent=2)
        )
        return Exit.OK
    rows = [("NUMBER", "SITE", "WHEN", "STATE", "WHO", "COMMENT")]
    rows += [
        (
            str(entry.number),
            entry.short,
            f"{entry.at.astimezone(SITE_ZONE):%Y-%m-%d %H:%M}",
            state,
            entry.who,
            entry.comment,
        )
        for entry, state in reversed(entries)
    ]
    print("\n".join(lines(rows, indent="")))
    return Exit.OK


COMMAND = Command(
    name="history",
    summary="the sites confirmed on this box: when, by whom, and why",
    example="claim-gateway history --json",
    arguments=_arguments,
    run=_run,
)
