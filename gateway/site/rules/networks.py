"""Comparing networks of either family, and writing them as the vendor does."""

from collections.abc import Iterable

from gateway.site.values import IpNetwork


def within(inner: IpNetwork, outer: Iterable[IpNetwork]) -> bool:
    """Whether all of `inner` lies in one of `outer`. Families never lie in each other."""
    return any(inner.network_address in network and inner.prefixlen >= network.prefixlen for network in outer)


def brief(network: IpNetwork) -> str:
    """A single host without its prefix length."""
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def listed(networks: Iterable[IpNetwork]) -> str:
    """Networks as a message lists them."""
    return ", ".join(map(str, networks))
