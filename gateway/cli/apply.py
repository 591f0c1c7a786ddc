"""`claim-gateway apply`: make the declared layout true on this box, now."""

import argparse
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.enforcer.transaction import ApplyError, apply, desire
from gateway.journal import configure
from gateway.policy.support import unsupported
from gateway.site.load import load_located


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")


def _run(args: argparse.Namespace) -> int:
    configure(lang=args.lang)
    located = load_located(args.site)
    missing = unsupported(located.site)
    if missing:
        lines = "\n".join(f"{located.place(path)}: not supported yet: {text}" for path, text in missing)
        raise Refused(f"nothing was changed\n{lines}")
    try:
        applied = apply(desire(located.site))
    except ApplyError as error:
        raise Refused(str(error)) from error
    policy = applied.desired.policy
    print(f"{args.site}: in force. {len(policy.flows)} flows, {applied.rule_count} rules")
    for change in applied.changes:
        print(f"  {change}")
    return Exit.OK


COMMAND = Command(
    name="apply",
    summary="make the declared layout true on this box: routing guard, nftables, addresses, routes, kernel settings",
    example="claim-gateway apply /etc/claim-gateway/site.yaml",
    arguments=_arguments,
    run=_run,
)
