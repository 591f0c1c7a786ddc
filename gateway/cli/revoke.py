"""`claim-gateway revoke NAME`: close a grant before its time."""

import argparse

from gateway.cli.apply import to_the_journal
from gateway.cli.command import Command, Exit
from gateway.cli.reach import carried_out, place_arguments
from gateway.enforcer.requests import Revoke


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", metavar="NAME", help="the grant, as `claim-gateway grants` lists it")
    place_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    to_the_journal(args.lang)
    answer = carried_out(args, Revoke(name=args.name))
    print(f"{answer['grant']}: closed" if answer["was_open"] else f"{answer['grant']}: was closed already")
    return Exit.OK


COMMAND = Command(
    name="revoke",
    summary="close a grant before its time, and end the sessions it allowed",
    example="claim-gateway revoke vendor-ssh",
    arguments=_arguments,
    run=_run,
)
