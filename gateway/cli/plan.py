"""`claim-gateway plan SITE`: what an apply would change on this box, without changing anything."""

import argparse
import json
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.enforceable import enforceable_site
from gateway.cli.reach import need_the_right
from gateway.enforcer.part import PartError
from gateway.enforcer.plan import plan
from gateway.enforcer.transaction import desire
from gateway.wiring.ports import located


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")
    parser.add_argument("--json", action="store_true", help="print it as JSON")


def _run(args: argparse.Namespace) -> int:
    site = enforceable_site(args.site)
    need_the_right("plan")
    try:
        found = plan(desire(located(site)))
    except PartError as error:
        raise Refused(str(error)) from error
    if args.json:
        print(json.dumps([{"part": one.part, "text": one.text} for one in found], ensure_ascii=False, indent=2))
    elif found:
        print(f"{args.site}: {len(found)} differences from this box")
        print("\n".join(f"  {one}" for one in found))
    else:
        print(f"{args.site}: this box is as declared")
    return Exit.NO if found else Exit.OK


COMMAND = Command(
    name="plan",
    summary="what an apply would change here: rules, sets, links, addresses, routes, settings. 0: nothing, 1: something",
    example="claim-gateway plan /etc/claim-gateway/site.yaml",
    arguments=_arguments,
    run=_run,
)
