"""What one site asks of every part of the box. Pure."""

from dataclasses import dataclass
from pathlib import Path

from gateway.firewall import part as firewall
from gateway.firewall.pppoe import pppoe_table
from gateway.firewall.table import Table
from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.policy.places import Carrier
from gateway.programs import desired as programs
from gateway.programs.model import NOTHING, Programs
from gateway.programs.part import ON_A_BOX, Folders
from gateway.programs.systemd import Units
from gateway.site.layout import TERMINAL_ZONES
from gateway.site.model import Site
from gateway.tunnel import compile as tunnel
from gateway.tunnel.door import DOOR
from gateway.tunnel.model import Tunnel
from gateway.wiring import part as wiring
from gateway.wiring.model import Wiring


@dataclass(frozen=True, slots=True)
class Runs:
    """Who runs the programs of others on this box, and where they look for their files."""

    units: Units
    folders: Folders = ON_A_BOX


@dataclass(frozen=True, slots=True)
class OwnEnd:
    """What other daemons are on this box: charon's credentials, where it is asked, what it encrypts with; who runs others.

    The site file names credentials relative to its own folder. Without `runs`, as in a twin, nobody runs a program.
    """

    folder: Path = Path("/etc/claim-gateway")
    door: Path = DOOR
    carrier: Carrier = Carrier.XFRM
    runs: Runs | None = None


THIS_BOX = OwnEnd()


@dataclass(frozen=True, slots=True)
class Desired:
    """The site, the matrix, the table made of it, the wiring, the tunnel this box holds, and the programs beside them."""

    site: Site
    policy: Policy
    table: Table
    wiring: Wiring
    tunnel: Tunnel | None = None
    own_end: OwnEnd = THIS_BOX
    programs: Programs = NOTHING
    dial_up: Table | None = None
    """What passes a terminal's own PPPoE through; None where the site does not ask for it."""

    @property
    def ruleset(self) -> str:
        """Every table, as `nft -f` reads it."""
        return self.table.text() + (self.dial_up.text() if self.dial_up else "")


def desire(site: Site, policy: Policy | None = None, own_end: OwnEnd = THIS_BOX) -> Desired:
    """Everything `site` asks for.

    `policy` stands in for the derived one when a rehearsal tries another. Over a twin's wire nobody makes a tunnel.
    """
    policy = derive(site) if policy is None else policy
    return Desired(
        site,
        policy,
        firewall.desired(policy, wiring.ports(site), own_end.carrier),
        wiring.desired(site),
        None if own_end.carrier is Carrier.WIRE else tunnel.desired(site, own_end.carrier),
        own_end,
        programs.desired(site),
        pppoe_table(policy, wiring.ports(site)),
    )


def terminal_ports(site: Site) -> tuple[str, ...]:
    """The interfaces with terminals behind them: what the barrier shuts."""
    return tuple(port for zone, port in wiring.ports(site).items() if zone in TERMINAL_ZONES)
