"""`files backup`: a copy of the ledger while the relay runs."""

import argparse
from pathlib import Path

from gateway.cli.command import Command, Exit
from gateway.relay.backup import backup
from gateway.relay.places import Places


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file; it is as confidential as the ledger")


def _run(args: argparse.Namespace) -> int:
    head = backup(Places(args.state_dir).ledger, args.file)
    print(
        f"{args.file}: 控えを作りました。末尾 {head}"
        if args.lang == "ja"
        else f"{args.file}: written and checked; head {head}"
    )
    return Exit.OK


COMMANDS = (
    Command(
        name="backup",
        summary="copy the ledger to a new file, checked, while the relay runs",
        example="claim-gateway files backup /root/ledger-2026-11-22.sqlite3",
        arguments=_arguments,
        run=_run,
    ),
)
