"""`claim-gateway apply`: make the declared layout true on this box, now."""

import argparse
from pathlib import Path

from gateway.cli.command import Command, Exit, Refused
from gateway.cli.enforceable import enforceable_site
from gateway.enforcer.transaction import ApplyError, apply, desire
from gateway.journal import Level, configure
from gateway.journal.journald import SOCKET_PATH

CAP_NET_ADMIN = 12
"""linux/capability.h"""


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("site", type=Path, metavar="SITE", help="the site file")


def _run(args: argparse.Namespace) -> int:
    # Whoever applies, by systemd or by hand, the journal of the box keeps it.
    configure(lang=args.lang, to_journal=Path(SOCKET_PATH).exists(), least=Level.CRITICAL)
    site = enforceable_site(args.site)
    if not _may_change_the_network():
        raise Refused("claim-gateway apply: this changes links, routes and nftables. run it as root")
    try:
        applied = apply(desire(site))
    except ApplyError as error:
        raise Refused(str(error)) from error
    policy = applied.desired.policy
    print(f"{args.site}: in force. {len(policy.flows)} flows, {applied.rule_count} rules")
    for change in applied.changes:
        print(f"  {change}")
    return Exit.OK


def _may_change_the_network() -> bool:
    """Whether CAP_NET_ADMIN is effective (capabilities(7)); asked first, since libnftables complains on its own."""
    status = Path("/proc/self/status").read_text()
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(effective & 1 << CAP_NET_ADMIN)


COMMAND = Command(
    name="apply",
    summary="make the declared layout true on this box: routing guard, nftables, addresses, routes, kernel settings",
    example="claim-gateway apply /etc/claim-gateway/site.yaml",
    arguments=_arguments,
    run=_run,
)
