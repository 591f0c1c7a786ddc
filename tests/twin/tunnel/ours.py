"""The same box under our policy: table, guard, blackholes, and the tunnel as the enforcer's part makes it."""

from gateway.enforcer.transaction import apply
from gateway.tunnel.part import prepared
from tests.twin.tunnel.calling import initiate
from tests.twin.tunnel.rig import Line


def connect(line: Line) -> None:
    """Put the policy in force, then bring the tunnel up."""
    line.box.call(lambda: apply(line.wanted))
    (ready, *_), _ = prepared(line.tunnel, line.home)
    initiate(line, ready.name)
    line.lead_back()
    line.box.call(lambda: apply(line.wanted))  # charon's device is there now
