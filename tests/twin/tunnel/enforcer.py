"""`claim-gateway enforcer` with charon's own device for the tunnel, as a build machine needs it: run by `Daemon`."""

import argparse
from pathlib import Path

from gateway.enforcer.clock import Clock
from gateway.enforcer.daemon import Setting, run
from gateway.enforcer.desired import OwnEnd
from gateway.enforcer.proving import Prover
from gateway.journal import configure
from gateway.policy.places import Carrier
from tests.twin.enforcer.daemon import Daemon
from tests.twin.tunnel.rig import DOOR, SITE_FILE, Line

_PROGRAM = """
from gateway.firewall import part
part.take = lambda nft: False
part.can_hold = lambda: False
from tests.twin.tunnel.enforcer import main
main()
"""
"""As on Debian 12's kernel: before 6.9 no table is held against strangers, and `nft flush ruleset` does what it says."""


def daemon(line: Line) -> Daemon:
    """The box's enforcer, not started yet."""
    return Daemon(line.box, line.home / SITE_FILE, line.home, program=("-c", _PROGRAM))


def main() -> None:
    """Until it is ended. What it is asked for is what the real command takes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["enforcer"])
    for place in ("--site", "--state-dir", "--run-dir"):
        parser.add_argument(place, type=Path, required=True)
    args = parser.parse_args()
    configure(lang="en")
    clock = Clock(trusted=True)
    own_end = OwnEnd(args.site.parent, args.site.parent / DOOR, Carrier.TUN)
    run(Setting(args.state_dir, args.run_dir, args.site, clock, Prover(clock.now), own_end))
