"""Which addresses are the line's own: by their end, or by the signs they came with. The rest somebody put there.

A lease or an advertisement without end leaves an address that looks as if a person had made it. A lease's routes tell then,
which systemd-networkd marks with the protocol they came by (rtnetlink(7)); an advertisement's address bears a mark itself.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any

from pyroute2 import IPRoute

from gateway.site.values import IpAddress
from gateway.wiring.message import DHCP, Found
from gateway.wiring.model import MAIN_TABLE, Address, Assigned

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


def gave(assigned: Iterable[Assigned], given: Iterable[Given], found: Found) -> bool:
    """Whether the line gave the address. Pure."""
    own = found.address
    mine = [one for one in assigned if (one.port, one.family) == (own.port, own.address.version)]
    if any(one.host is not None and _host(own) == one.host for one in mine):
        return True
    if not any(one.host is None for one in mine):
        return False
    return not found.lasts or found.advertised or Given(own.port, own.address.ip) in given


def _host(found: Address) -> int | None:
    network = found.address.network
    return int(found.address.ip) - int(network.network_address) if network.prefixlen == _SEGMENT_BITS else None
