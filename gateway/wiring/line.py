"""Which addresses and routes are the line's own: by their end, or by the signs they came with. The rest somebody put there.

A line has no say in what lies inside or behind the tunnel: a lease there, or a router to it, would lead terminals' packets out.
A lease or an advertisement without end leaves an address that looks as if a person had made it. A lease's routes tell then,
which systemd-networkd marks with the protocol they came by (rtnetlink(7)); an advertisement's address bears a mark itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from pyroute2 import IPRoute

from gateway.policy.networks import EVERYWHERE, without
from gateway.site.values import Family, IpAddress, IpNetwork
from gateway.wiring.message import DHCP, FoundAddress, FoundRoute, Origin
from gateway.wiring.model import MAIN_TABLE, Address, Assigned, DefaultRoute, Route, Wiring

_SEGMENT_BITS = 64  # a segment's prefix (RFC 4291 §2.5.4)


@dataclass(frozen=True, slots=True)
class Given:
    """The box's own address on a port, as a route of its lease says."""

    port: str
    source: IpAddress


def read(ip: IPRoute, names: Mapping[int, str]) -> tuple[Given, ...]:
    """Every such route of the main table."""
    return tuple(parse(ip.get_routes(table=MAIN_TABLE), names))


def parse(routes: Iterable[Mapping[str, Any]], names: Mapping[int, str]) -> Iterator[Given]:
    """From RTM_NEWROUTE messages. Pure."""
    for one in routes:
        told = dict(one["attrs"])
        if one["proto"] == DHCP and "RTA_PREFSRC" in told and told.get("RTA_OIF", 0) in names:
            yield Given(names[told["RTA_OIF"]], ip_address(told["RTA_PREFSRC"]))


def gave(wanted: Wiring, given: Iterable[Given], found: FoundAddress) -> bool:
    """Whether the line gave the address. Pure."""
    own = found.address
    address = own.address.ip
    mine = tuple(_assigned(wanted, own.port, own.address.version))
    if any(one.host is not None and _host(own) == one.host for one in mine):
        return not any(address in network for network in wanted.spoken_for)
    if not any(one.host is None for one in mine):
        return False
    # What an advertisement gives is one address without its neighbours: that leads nobody astray.
    if address.version == 4 and any(address in network for network in wanted.spoken_for):
        return False
    return not found.lasts or found.advertised or Given(own.port, address) in given


def led(wanted: Wiring, found: FoundRoute) -> bool:
    """Whether the route came with a declared address, or the line gave it. Pure."""
    port, network = _way(found.route)
    mine = tuple(_assigned(wanted, port, network.version))
    if found.origin is Origin.ADDRESS and not mine:
        return True
    place = any(one.host is None or network.prefixlen >= _SEGMENT_BITS for one in mine)
    return found.origin is not Origin.SOMEBODY and place and bool(without((network,), wanted.spoken_for))


def _way(route: DefaultRoute | Route) -> tuple[str, IpNetwork]:
    match route:
        case DefaultRoute(port, via):
            return port, next(one for one in EVERYWHERE if one.version == via.version)
        case Route(port, network):
            return port, network


def _assigned(wanted: Wiring, port: str, family: Family) -> Iterator[Assigned]:
    return (one for one in wanted.assigned if (one.port, one.family) == (port, family))


def _host(found: Address) -> int | None:
    network = found.address.network
    return int(found.address.ip) - int(network.network_address) if network.prefixlen == _SEGMENT_BITS else None
