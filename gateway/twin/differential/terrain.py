"""Where packets of a twin can go: its zones, the routes of the box, and addresses worth trying. Pure."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from gateway.policy.model import FAMILIES, Policy, Translation
from gateway.policy.networks import EVERYWHERE, of_family
from gateway.policy.places import protected
from gateway.proof.interfaces import interfaces
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress, IpInterface, IpNetwork
from gateway.twin.plan import TUNNEL_ENDS, hosts

_POOL_PER_NETWORK = 4
"""Addresses tried of each network: its first, its last and two between."""


@dataclass(frozen=True, slots=True)
class Terrain:
    """`own` are the box's addresses by zone, `routes` where it sends what, `pool` whom to speak to or for, by zone."""

    ports: Mapping[Zone, str]
    own: Mapping[Zone, tuple[IpInterface, ...]]
    routes: tuple[tuple[IpNetwork, Zone], ...]
    pool: Mapping[tuple[Zone, Family], tuple[IpAddress, ...]]
    translations: tuple[Translation, ...] = ()

    def is_own(self, address: IpAddress) -> bool:
        """Whether the box has the address, on any port."""
        return any(one.ip == address for held in self.own.values() for one in held)

    def way(self, address: IpAddress) -> Zone | None:
        """The zone the box sends it to: its longest prefix; None without a route."""
        leading = [(network.prefixlen, zone) for network, zone in self.routes if address in network]
        return max(leading, key=lambda route: route[0])[1] if leading else None

    def routed_back(self, address: IpAddress, zone: Zone) -> bool:
        """What nft's `fib saddr . iif oif` finds: any route by that port, however short; never for the box's own."""
        return not self.is_own(address) and any(
            address in network and through is zone for network, through in self.routes
        )

    def hidden_behind(self, source: IpAddress, out: Zone) -> IpAddress | None:
        """The box's address that `source` is masqueraded by on its way to a zone; None if it goes as itself."""
        networks = [network for one in self.translations if one.out is out for network in one.sources]
        if not any(source in network for network in networks):
            return None
        return next((one.ip for one in self.own[out] if one.version == source.version), None)

    def is_on_link(self, address: IpAddress, zone: Zone) -> bool:
        """Whether the box asks for the address itself on the port, not for a router."""
        return any(address in one.network for one in self.own.get(zone, ()))


def terrain(site: Site, policy: Policy) -> Terrain:
    """The terrain of a twin of `site`; the addresses come from its hosts and from both ends of every flow."""
    ports = interfaces(site)
    own = {zone: _own(site, zone) for zone in ports}
    return Terrain(ports, own, tuple(_routes(site, own)), _pools(site, policy, own), policy.translations)


def _own(site: Site, zone: Zone) -> tuple[IpInterface, ...]:
    parts = {
        Zone.LAN: site.zones.lan,
        Zone.CLAIM: site.zones.claim,
        Zone.QUALIFICATION: site.zones.qualification,
        Zone.WAN: site.zones.wan,
    }
    if zone is Zone.TUNNEL:
        return tuple(near for near, _ in TUNNEL_ENDS)
    found = parts.get(zone)
    return found.addresses if found else ()


def _routes(site: Site, own: Mapping[Zone, tuple[IpInterface, ...]]) -> Iterator[tuple[IpNetwork, Zone]]:
    for zone, held in own.items():
        yield from ((one.network, zone) for one in held)
    if Zone.TUNNEL in own:
        yield from ((network, Zone.TUNNEL) for network in protected(site))
    uplink = site.zones.wan.uplink.static if site.zones.wan else None
    for hop in uplink.next_hop if uplink else ():
        yield EVERYWHERE[FAMILIES.index(hop.version)], Zone.WAN


def _pools(
    site: Site, policy: Policy, own: Mapping[Zone, tuple[IpInterface, ...]]
) -> Mapping[tuple[Zone, Family], tuple[IpAddress, ...]]:
    pools: dict[tuple[Zone, Family], dict[IpAddress, None]] = {}
    for host in hosts(site):
        for face in (*host.addresses, *host.services):
            pools.setdefault((host.zone, face.version), {})[face.ip] = None
    for flow in policy.flows:
        for zone, networks in ((flow.origin, flow.sources), (flow.target, flow.destinations)):
            for family in FAMILIES:
                for network in of_family(networks, family):
                    if zone is not Zone.GATEWAY:
                        pools.setdefault((zone, family), {}).update(dict.fromkeys(_some_of(network)))
    for zone, held in own.items():
        for one in held:
            pools.setdefault((zone, one.version), {}).update(dict.fromkeys(_some_of(one.network)))
    taken = {one.ip for held in own.values() for one in held}
    return {key: tuple(one for one in found if one not in taken) for key, found in pools.items()}


def _some_of(network: IpNetwork) -> Sequence[IpAddress]:
    """The edges of a network and two seeded places between; never the addresses that mean all of it."""
    first, last = int(network.network_address), int(network.broadcast_address)
    if network.num_addresses > 2:
        first, last = first + 1, last - 1
    dice = random.Random(str(network))  # noqa: S311 -- the same addresses in every run
    numbers = dict.fromkeys((first, last, *(dice.randint(first, last) for _ in range(_POOL_PER_NETWORK - 2))))
    found: list[IpAddress] = [IPv4Address(one) if network.version == 4 else IPv6Address(one) for one in numbers]
    return [address for address in found if _is_somebodys(address)]


def _is_somebodys(address: IpAddress) -> bool:
    """Unicast, and not of the ranges the kernel itself refuses as a source or to forward (RFC 1812 §5.3.7, RFC 4291 §2.5.6)."""
    odd = address.is_multicast or address.is_loopback or address.is_unspecified or address.is_link_local
    return not odd and not (address.version == 4 and (int(address) >> 24 in (0, 127) or int(address) >> 28 >= 14))
