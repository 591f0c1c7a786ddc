"""`claim-gateway grants`: what may be opened for a while, and what is open."""

import argparse
import json

from gateway.cli.command import Command, Exit
from gateway.cli.reach import carried_out, place_arguments
from gateway.cli.span import spoken
from gateway.cli.table import lines
from gateway.enforcer.requests import Grants


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print it as JSON")
    place_arguments(parser)


def _run(args: argparse.Namespace) -> int:
    grants = carried_out(args, Grants())["grants"]
    if args.json:
        print(json.dumps(grants, ensure_ascii=False, indent=2))
        return Exit.OK
    rows = [("GRANT", "AT MOST", "OPEN FOR", "FROM")]
    rows += [
        (
            one["grant"],
            spoken(one["at_most_s"]),
            "closed" if one["open_for_s"] is None else spoken(one["open_for_s"]),
            ", ".join(one["sources"]),
        )
        for one in grants
    ]
    print("\n".join(lines(rows, indent="")) if grants else "the site declares no grants")
    return Exit.OK


COMMAND = Command(
    name="grants",
    summary="the grants the site declares, and which are open",
    example="claim-gateway grants",
    arguments=_arguments,
    run=_run,
)
