"""`claim-gateway confirm`: the site on trial counts from now on."""

import argparse

from gateway.cli.apply import to_the_journal
from gateway.cli.command import Command, Exit
from gateway.cli.reach import carried_out, place_arguments
from gateway.enforcer.requests import Confirm


def _run(args: argparse.Namespace) -> int:
    to_the_journal(args.lang)
    site = carried_out(args, Confirm())["site"]
    print(f"site {site['digest'][:12]} is confirmed: it is what this box starts with")
    return Exit.OK


COMMAND = Command(
    name="confirm",
    summary="keep the site that `apply --confirm-within` put in force on trial",
    example="claim-gateway confirm",
    arguments=place_arguments,
    run=_run,
)
