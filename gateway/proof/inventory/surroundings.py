"""What the site file says the box's surroundings are: which zone lies behind which port, and which prefixes live there."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.policy.model import Policy
from gateway.policy.places import Carrier
from gateway.proof.interfaces import interfaces
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.site.values import IpAddress, IpNetwork


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the inventory is judged against. `ports` are the kernel's names, by zone."""

    policy: Policy
    ports: Mapping[Zone, str]
    carrier: Carrier = Carrier.XFRM
    """What the tunnel's interface should be made of; on a box always an XFRM interface."""

    def networks(self, zone: Zone) -> tuple[IpNetwork, ...]:
        """The prefixes of one inside zone; none for the line's side."""
        return dict(self.policy.networks).get(zone, ())

    def inside(self) -> tuple[IpNetwork, ...]:
        """The prefixes of every inside zone."""
        return tuple(network for _, networks in self.policy.networks for network in networks)

    def zone_at(self, address: IpAddress) -> Zone | None:
        """The inside zone an address belongs to; None for what is beyond the line."""
        return next((zone for zone, networks in self.policy.networks if any(address in one for one in networks)), None)

    def providers(self) -> tuple[IpNetwork, ...]:
        """The far ends of the box's own tunnel."""
        ends = (flow.destinations for flow in self.policy.between(Zone.GATEWAY, Zone.WAN) if flow.either_asks)
        return tuple(network for networks in ends for network in networks)

    def holds_tunnel(self) -> bool:
        """Whether the box's own tunnel is declared."""
        return Zone.TUNNEL in self.policy.zones


def surroundings(site: Site, policy: Policy, carrier: Carrier = Carrier.XFRM) -> Surroundings:
    """Straight from the site file, not from what the wiring made of it."""
    return Surroundings(policy, interfaces(site), carrier)


def is_terminal(zone: Zone | None) -> bool:
    """Whether terminals stand in this zone."""
    return zone in TERMINAL_ZONES
