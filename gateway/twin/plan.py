"""Which hosts a site's twin has, where they are plugged, and what they know of the network. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_interface

from gateway.policy.places import inside
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress, IpInterface, IpNetwork


@dataclass(frozen=True, slots=True)
class Host:
    """One computer with one network card. `services` are addresses on its loopback that stand for hosts behind it."""

    name: str
    zone: Zone
    addresses: tuple[IpInterface, ...]
    gateways: tuple[IpAddress, ...]
    """Its next hop for `reaches`, one per family."""
    reaches: tuple[IpNetwork, ...] = ()
    """Prefixes it routes to its gateways; empty means everything."""
    services: tuple[IpInterface, ...] = ()

    def address(self, family: Family) -> IpAddress | None:
        """Where others reach it in one family, or None."""
        places = self.services or self.addresses
        return next((place.ip for place in places if place.version == family), None)


def hosts(site: Site) -> tuple[Host, ...]:
    """Every receipt PC, every terminal, and the provider's side."""
    return (*_receipt_pcs(site), *_terminals(site), *_provider(site))


def _receipt_pcs(site: Site) -> Iterator[Host]:
    lan = site.zones.lan
    if not lan:
        return
    routers = tuple(address.ip for address in lan.addresses)
    for number, pc in enumerate(lan.receipt_pcs):
        addresses = tuple(
            ip_interface(f"{_first_host(network, routers)}/{_prefix_length(network, lan.addresses)}")
            for network in pc.networks
        )
        yield Host(f"pc{number}", Zone.LAN, addresses, routers)


def _terminals(site: Site) -> Iterator[Host]:
    for zone in TERMINAL_ZONES:
        part = site.zones.claim if zone is Zone.CLAIM else site.zones.qualification
        for number, terminal in enumerate(part.terminals if part else ()):
            own = part.addresses if part else ()
            addresses = tuple(
                ip_interface(f"{address}/{_prefix_length(address, own)}") for address in terminal.addresses
            )
            yield Host(f"{zone}{number}", zone, addresses, tuple(router.ip for router in own))


def _provider(site: Site) -> Iterator[Host]:
    wan = site.zones.wan
    if not wan or not wan.uplink.static:
        return
    uplink = wan.uplink.static
    systems = [system for system in (site.claim_system, site.qualification_system) if system]
    yield Host(
        "provider",
        Zone.WAN,
        tuple(ip_interface(f"{hop}/{_prefix_length(hop, uplink.addresses)}") for hop in uplink.next_hop),
        tuple(address.ip for address in uplink.addresses),
        # A carrier routes no clinic's private prefixes; this one does, so that "nothing starts from outside" is a real test.
        reaches=tuple(network for zone in Zone for network in inside(site, zone)),
        services=tuple(ip_interface(_first_host(network, ())) for system in systems for network in system.networks),
    )


def _first_host(network: IpNetwork, taken: tuple[IpAddress, ...]) -> IpAddress:
    return next((host for host in network.hosts() if host not in taken), network.network_address)


def _prefix_length(place: IpAddress | IpNetwork, zone: tuple[IpInterface, ...]) -> int:
    address = place if not hasattr(place, "network_address") else place.network_address
    return next((one.network.prefixlen for one in zone if address in one.network), one_host(address))


def one_host(address: IpAddress) -> int:
    """The prefix length of a single address."""
    return address.max_prefixlen
