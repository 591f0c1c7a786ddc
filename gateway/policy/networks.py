"""Address arithmetic on mixed families."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network

from gateway.site.values import Family, IpAddress, IpNetwork

EVERYWHERE: tuple[IpNetwork, ...] = (ip_network("0.0.0.0/0"), ip_network("::/0"))
_NO_HOSTS = ("0.0.0.0/8", "127.0.0.0/8", "169.254.0.0/16", "224.0.0.0/3")
GLOBAL_V6: IpNetwork = ip_network("2000::/3")
"""The unicast addresses IANA gives out (RFC 4291 §2.4, IANA IPv6 address space)."""


def merged(networks: Iterable[IpNetwork]) -> tuple[IpNetwork, ...]:
    """IPv4 before IPv6, sorted, overlapping and neighbouring prefixes joined: interval sets refuse overlaps."""
    given = tuple(networks)
    return (
        *collapse_addresses(network for network in given if network.version == 4),
        *collapse_addresses(network for network in given if network.version == 6),
    )


def hosts(addresses: Iterable[IpAddress]) -> tuple[IpNetwork, ...]:
    """Each address as a network of its own, merged."""
    return merged(ip_network(address) for address in addresses)


def of_family(networks: Iterable[IpNetwork], family: Family) -> tuple[IpNetwork, ...]:
    """The networks of one family, in their order."""
    return tuple(network for network in networks if network.version == family)


def without(networks: Iterable[IpNetwork], taken: Iterable[IpNetwork]) -> tuple[IpNetwork, ...]:
    """`networks` less `taken`, as prefixes."""
    left = list(networks)
    for hole in taken:
        left = [piece for network in left for piece in _less(network, hole)]
    return merged(left)


def internet() -> tuple[IpNetwork, ...]:
    """Every address a host on the Internet can have: no loopback, link-local, multicast or reserved ones (RFC 6890)."""
    return (*without(EVERYWHERE[:1], map(ip_network, _NO_HOSTS)), GLOBAL_V6)


def _less(network: IpNetwork, hole: IpNetwork) -> Iterable[IpNetwork]:
    if not network.overlaps(hole):
        return (network,)
    match network, hole:
        case IPv4Network(), IPv4Network():
            return () if network.subnet_of(hole) else network.address_exclude(hole)
        case IPv6Network(), IPv6Network():
            return () if network.subnet_of(hole) else network.address_exclude(hole)
    return (network,)
