"""The PCs' addresses: inside their zone, nobody else's, and not the box's own."""

from collections.abc import Iterator
from ipaddress import ip_network

from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.rules.finding import Finding, Rule, inside, terminals
from gateway.site.rules.networks import brief, listed, within
from gateway.site.tree import Path
from gateway.site.values import IpAddress, IpInterface, IpNetwork

Host = tuple[Zone, str, IpNetwork, Path]


def _receipt_pcs(site: Site) -> Iterator[Host]:
    for index, pc in enumerate(site.zones.lan.receipt_pcs if site.zones.lan else ()):
        path: Path = ("zones", "lan", "receipt_pcs", index)
        yield Zone.LAN, pc.name, pc.address, (*path, "address")
        if pc.address6 is not None:
            yield Zone.LAN, pc.name, pc.address6, (*path, "address6")


def _terminals(site: Site) -> Iterator[tuple[Zone, str, IpAddress, Path]]:
    for zone, terminal, path in terminals(site):
        yield zone, terminal.name, terminal.address, (*path, "address")
        if terminal.address6 is not None:
            yield zone, terminal.name, terminal.address6, (*path, "address6")


def _own(site: Site) -> dict[Zone, tuple[IpInterface, ...]]:
    own = {zone: declared.addresses for zone, declared, _ in inside(site)}
    return own | ({Zone.WAN: site.zones.wan.addresses} if site.zones.wan else {})


def address6_is_ipv6(site: Site) -> Iterator[Finding]:
    """`address6` is the IPv6 address beside an IPv4 one."""
    hosts = [(zone, name, network.version, path) for zone, name, network, path in _receipt_pcs(site)]
    hosts += [(zone, name, address.version, path) for zone, name, address, path in _terminals(site)]
    first = {path[:-1]: version for _, _, version, path in hosts if path[-1] == "address"}
    for zone, name, version, path in hosts:
        if path[-1] == "address6" and version == 4:
            yield Finding(path, f"{zone}.{name} has an IPv4 address as address6. write IPv6 here, IPv4 in address:")
        elif path[-1] == "address6" and first[path[:-1]] == 6:
            yield Finding(
                path, f"{zone}.{name} has two IPv6 addresses. write one of them in address:, and no address6:"
            )


def hosts_are_inside(site: Site) -> Iterator[Finding]:
    """Every PC lies in a network of its zone, in each family it has."""
    hosts = list(_receipt_pcs(site))
    hosts += [(zone, name, ip_network(address), path) for zone, name, address, path in _terminals(site)]
    own = _own(site)
    for zone, name, host, path in hosts:
        networks = [interface.network for interface in own[zone] if interface.version == host.version]
        relies_on: tuple[Path, ...] = (("zones", zone.value, "addresses"),)
        if not networks:
            family = f"IPv{host.version}"
            text = f"{zone}.{name} {brief(host)} is {family}, and {zone} has no {family} address. add one, or take this out"
            yield Finding(path, text, relies_on)
        elif not within(host, networks):
            where = listed(networks)
            text = f"{zone}.{name} {brief(host)} is outside {zone} {where}. mend it, or the zone's addresses"
            yield Finding(path, text, relies_on)


def hosts_are_hosts(site: Site) -> Iterator[Finding]:
    """No terminal has the box's address, the network's own (IPv6: the routers' anycast, RFC 4291 2.6.1) or broadcast."""
    own = _own(site)
    for zone, name, address, path in _terminals(site):
        for mine, interfaces in own.items():
            if any(address == interface.ip for interface in interfaces):
                yield Finding(path, f"{zone}.{name} {address} is the gateway's own address in {mine}. give it another")
        for interface in own[zone]:
            network = interface.network
            broadcast = network.broadcast_address if network.version == 4 else None
            wide = network.prefixlen < network.max_prefixlen - 1
            if wide and address in (network.network_address, broadcast):
                yield Finding(path, f"{zone}.{name} {address} is no host's address in {network}. give it another")
    for zone, name, network, path in _receipt_pcs(site):
        single = network.prefixlen == network.max_prefixlen
        if single and any(network.network_address == interface.ip for interface in own[zone]):
            yield Finding(
                path, f"{zone}.{name} {brief(network)} is the gateway's own address in {zone}. give it another"
            )


def hosts_differ(site: Site) -> Iterator[Finding]:
    """One address, one PC; one name, one terminal, since certificates refer to it."""
    taken: dict[str, str] = {}
    hosts = [(zone, name, brief(network), path) for zone, name, network, path in _receipt_pcs(site)]
    hosts += [(zone, name, str(address), path) for zone, name, address, path in _terminals(site)]
    for zone, name, address, path in hosts:
        if address in taken:
            yield Finding(path, f"{zone}.{name} has the address {address} of {taken[address]}. give each its own")
        taken.setdefault(address, f"{zone}.{name}")
    names: set[str] = set()
    for zone, terminal, path in terminals(site):
        if terminal.name in names:
            text = f"a second terminal is named {terminal.name} in {zone}. give each its own name"
            yield Finding((*path, "name"), text)
        names.add(terminal.name)


def cards_differ(site: Site) -> Iterator[Finding]:
    """One network card, one terminal: DHCP tells them apart by it."""
    taken: dict[str, str] = {}
    for zone, terminal, path in terminals(site):
        if terminal.mac in taken:
            text = f"{zone}.{terminal.name} has the card {terminal.mac} of {taken[terminal.mac]}. give each its own"
            yield Finding((*path, "mac"), text)
        elif terminal.mac is not None:
            taken[terminal.mac] = f"{zone}.{terminal.name}"


RULES: tuple[Rule, ...] = (address6_is_ipv6, hosts_are_inside, hosts_are_hosts, hosts_differ, cards_differ)
