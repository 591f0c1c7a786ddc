"""How a command reaches the enforcer: through its socket if it runs, else by doing the same itself under the same lock."""

import argparse
import os
from pathlib import Path
from typing import Any

from gateway.cli.command import Denied, Refused
from gateway.cli.main import run_dir_argument
from gateway.enforcer.box import Box
from gateway.enforcer.client import NotRunning, ask
from gateway.enforcer.clock import Clock
from gateway.enforcer.errors import EnforcerError, NotNow
from gateway.enforcer.lock import alone
from gateway.enforcer.part import PartError
from gateway.enforcer.person import myself
from gateway.enforcer.proving import Prover
from gateway.enforcer.requests import Apply, Request
from gateway.enforcer.service import perform
from gateway.enforcer.store import Store

CAP_NET_ADMIN = 12
"""linux/capability.h"""
_NOBODY_TAKES_BACK = (
    "claim-gateway apply: --confirm-within needs the enforcer, which puts the former site back."
    " start it: systemctl start claim-gateway-enforcer"
)


def place_arguments(parser: argparse.ArgumentParser) -> None:
    """Add `--state-dir` and `--run-dir`.

    They are not the relay's directories: who may write there decides what the box lets through, and the relay may not.
    """
    run_dir_argument(parser)
    state = os.environ.get("CLAIM_GATEWAY_ENFORCER_STATE_DIR", "/var/lib/claim-gateway-enforcer")
    parser.add_argument("--state-dir", type=Path, default=Path(state), metavar="DIR", help="default: %(default)s")


def carried_out(args: argparse.Namespace, request: Request) -> dict[str, Any]:
    """What came of the request. Raises Denied or Refused."""
    try:
        try:
            return ask(args.run_dir, request)
        except NotRunning:
            need_the_right(args.command)
            if isinstance(request, Apply) and request.confirm_within is not None:
                raise Refused(_NOBODY_TAKES_BACK) from None
            store = Store(args.state_dir)
            with alone(store.root, myself()):
                clock = Clock()
                box = Box(store, args.run_dir, clock=clock, proof=Prover(clock.now))
                return perform(box, request, myself())
    except NotNow as error:
        raise Denied(str(error)) from error
    except (EnforcerError, *PartError) as error:
        raise Refused(str(error)) from error


def need_the_right(command: str) -> None:
    """Raises Refused unless this process may change the network; asked first, since libnftables complains on its own."""
    if not may_change_the_network():
        raise Refused(f"claim-gateway {command}: this needs the right to change the network. run it as root")


def may_change_the_network() -> bool:
    """Whether this process has CAP_NET_ADMIN."""
    status = Path("/proc/self/status").read_text()
    effective = next(int(line.split()[1], 16) for line in status.splitlines() if line.startswith("CapEff:"))
    return bool(effective & 1 << CAP_NET_ADMIN)
