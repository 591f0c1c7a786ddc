"""`claim-gateway rollback`: the site before this one again."""

import argparse

from gateway.cli.apply import print_outcome, to_the_journal
from gateway.cli.command import Command, Exit
from gateway.cli.reach import carried_out, place_arguments
from gateway.enforcer.requests import Rollback


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "steps",
        type=_steps,
        nargs="?",
        metavar="N",
        help="how many confirmed sites back (default: end a trial, else 1)",
    )
    place_arguments(parser)


def _steps(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 99:
        raise argparse.ArgumentTypeError(
            f"{text!r:.40} is not a number of steps. `claim-gateway history` shows how many"
        )
    return int(text)


def _run(args: argparse.Namespace) -> int:
    to_the_journal(args.lang)
    answer = carried_out(args, Rollback(steps=args.steps))
    print_outcome(f"site {answer['site']['digest'][:12]}", answer)
    return Exit.OK


COMMAND = Command(
    name="rollback",
    summary="end a trial, or put an earlier confirmed site in force",
    example="claim-gateway rollback 2",
    arguments=_arguments,
    run=_run,
)
