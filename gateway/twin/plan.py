"""Which hosts a site's twin has, where they are plugged, and what they know of the network. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_interface

from gateway.policy.places import holds_tunnel, own, part, providers, way_out, zone_of
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress, IpInterface, IpNetwork
from gateway.site.zones import LanZone, TerminalZone

TUNNEL_ENDS = (
    (ip_interface("100.64.0.1/30"), ip_interface("100.64.0.2/30")),
    (ip_interface("fd00:64::1/64"), ip_interface("fd00:64::2/64")),
)
"""Near and far end of the wire that stands for the tunnel: addresses no site may use (RFC 6598, RFC 4193)."""
SOMEWHERE: dict[Family, IpAddress] = {4: ip_address("198.18.0.1"), 6: ip_address("2001:2::1")}
"""A host on the Internet that no site file names (RFC 2544, RFC 5180)."""


@dataclass(frozen=True, slots=True)
class Host:
    """One computer with one network card. `services` are addresses on its loopback that stand for hosts behind it."""

    name: str
    zone: Zone
    addresses: tuple[IpInterface, ...]
    gateways: tuple[IpAddress, ...]
    """Its next hop for everything, one per family. A carrier routes no clinic's private prefixes; here the line's side
    does, so that "nothing starts from outside" is a real test."""
    services: tuple[IpInterface, ...] = ()
    one_of_many: bool = False
    """Whether others are declared just like it, so that a few of them speak for all."""

    def faces(self, family: Family) -> tuple[IpAddress, ...]:
        """The addresses it is asked at in one family: those of the hosts it stands for, else its own."""
        return tuple(place.ip for place in self.services or self.addresses if place.version == family)


def hosts(site: Site) -> tuple[Host, ...]:
    """Every PC a site file names, and what stands at the other end of the line and of the tunnel."""
    pcs = tuple(_receipt_pcs(site))
    return (*pcs, *_others_in_lan(site, pcs), *_terminals(site), *_provider(site), *_tunnel_end(site))


def box_faces(site: Site, zone: Zone, family: Family) -> tuple[IpAddress, ...]:
    """The box's own addresses on one segment."""
    if zone is Zone.TUNNEL:
        return tuple(near.ip for near, _ in TUNNEL_ENDS if near.version == family)
    return tuple(network.network_address for network in own(site, zone) if network.version == family)


def _receipt_pcs(site: Site) -> Iterator[Host]:
    lan = part(site, Zone.LAN)
    if not isinstance(lan, LanZone):
        return
    routers = tuple(address.ip for address in lan.addresses)
    for number, pc in enumerate(lan.receipt_pcs):
        addresses = (_with_prefix(_first_host(network, routers), lan.addresses) for network in pc.networks)
        yield Host(f"pc{number}", Zone.LAN, tuple(addresses), routers, one_of_many=True)


def _others_in_lan(site: Site, pcs: tuple[Host, ...]) -> Iterator[Host]:
    """Who manages the box or may be granted something, and the servers in lan that the box itself uses."""
    lan, management = site.zones.lan, site.management
    if lan is None:
        return
    routers = tuple(address.ip for address in lan.addresses)
    known = [address.ip for pc in pcs for address in pc.addresses]
    people = [*(management.from_ if management else ()), *(n for one in site.grants.values() for n in one.from_)]
    strangers = [network for network in dict.fromkeys(people) if not any(address in network for address in known)]
    for number, network in enumerate(strangers):
        address = _first_host(network, routers)
        yield Host(f"manager{number}", Zone.LAN, (_with_prefix(address, lan.addresses),), routers)
    servers = [server for server in _servers(site) if zone_of(site, server) is Zone.LAN and server not in known]
    if servers:
        addresses = tuple(_with_prefix(server, lan.addresses) for server in dict.fromkeys(servers))
        yield Host("servers", Zone.LAN, addresses, routers)


def _terminals(site: Site) -> Iterator[Host]:
    for zone in TERMINAL_ZONES:
        segment = part(site, zone)
        for number, terminal in enumerate(segment.terminals if isinstance(segment, TerminalZone) else ()):
            own_side = segment.addresses if segment else ()
            addresses = tuple(_with_prefix(address, own_side) for address in terminal.addresses)
            routers = tuple(router.ip for router in own_side)
            yield Host(f"{zone}{number}", zone, addresses, routers, one_of_many=True)


def _provider(site: Site) -> Iterator[Host]:
    uplink = site.zones.wan.uplink.static if site.zones.wan else None
    if uplink is None:
        return
    places = [*_updates(site, "wan"), *_asked_by_the_box(site)]
    places += [*_systems(site)] if way_out(site) is Zone.WAN else []
    places += [far_end.address for far_end in providers(site)]
    versions = {address.version for address in uplink.addresses}
    places += [address for version, address in SOMEWHERE.items() if version in versions]
    yield Host(
        "provider",
        Zone.WAN,
        tuple(_with_prefix(hop, uplink.addresses) for hop in uplink.next_hop),
        tuple(address.ip for address in uplink.addresses),
        services=tuple(ip_interface(address) for address in dict.fromkeys(places)),
    )


def _tunnel_end(site: Site) -> Iterator[Host]:
    if holds_tunnel(site):
        places = dict.fromkeys((*_systems(site), *_updates(site, "tunnel")))
        yield Host(
            "tunnel-end",
            Zone.TUNNEL,
            tuple(far for _, far in TUNNEL_ENDS),
            tuple(near.ip for near, _ in TUNNEL_ENDS),
            services=tuple(ip_interface(address) for address in places),
        )


def _systems(site: Site) -> Iterator[IpAddress]:
    systems = (system for system in (site.claim_system, site.qualification_system) if system)
    yield from (_first_host(network, ()) for system in systems for network in system.networks)


def _updates(site: Site, via: str) -> Iterator[IpAddress]:
    yield from (_first_host(network, ()) for update in site.updates if update.via == via for network in update.networks)


def _asked_by_the_box(site: Site) -> Iterator[IpAddress]:
    yield from (server for server in _servers(site) if zone_of(site, server) is Zone.WAN)


def _servers(site: Site) -> tuple[IpAddress, ...]:
    management = site.management
    return (*management.ntp, *management.dns, *management.syslog) if management else ()


def _first_host(network: IpNetwork, taken: tuple[IpAddress, ...]) -> IpAddress:
    return next((host for host in network.hosts() if host not in taken), network.network_address)


def _with_prefix(address: IpAddress, segment: Iterable[IpInterface]) -> IpInterface:
    lengths = (one.network.prefixlen for one in segment if address in one.network)
    return ip_interface(f"{address}/{next(lengths, address.max_prefixlen)}")
