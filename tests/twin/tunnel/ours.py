"""The same box under our policy: table, guard, blackholes, and the tunnel as the enforcer's part makes it."""

from gateway.enforcer.transaction import apply, desire
from gateway.policy.places import Carrier
from gateway.tunnel.part import TunnelPart
from tests.twin.tunnel.calling import initiate
from tests.twin.tunnel.rig import Line


def connect(line: Line) -> None:
    """Put the policy in force, then bring the tunnel up."""
    line.box.call(_enforce, line)
    part = TunnelPart(line.tunnel, line.home, line.ours.door)
    line.box.call(lambda: part.apply(part.observe()))
    initiate(line, part.observe().ready[0].name)
    line.lead_back()
    line.box.call(lambda: part.apply(part.observe()))  # charon's device is there now


def _enforce(line: Line) -> None:
    apply(desire(line.site, carrier=Carrier.TUN))
