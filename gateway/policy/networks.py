"""Address arithmetic on mixed families."""

from collections.abc import Iterable
from ipaddress import collapse_addresses, ip_network

from gateway.site.values import Family, IpAddress, IpNetwork


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
