"""Which addresses are the line's own: by their end, or by the routes that came with them. The rest somebody put there.

A lease or an advertisement without end leaves an address that looks as if a person had made it; then its routes tell, which
systemd-networkd marks with the protocol they came by (rtnetlink(7)).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from pyroute2 import IPRoute

from gateway.site.values import IpAddress, IpNetwork
from gateway.wiring.model import MAIN_TABLE, Address, Assigned

_RA, _DHCP = 9, 16  # RTPROT_RA, RTPROT_DHCP, linux/rtnetlink.h
_SEGMENT_BITS = 64  # a segment's prefix (RFC 4291 §2.5.4)


@dataclass(frozen=True, slots=True)
class Given:
    """What a route of a lease or an advertisement says about the port it leaves by."""

    port: str
    network: IpNetwork | None
    source: IpAddress | None


def read(ip: IPRoute, names: Mapping[int, str]) -> tuple[Given, ...]:
    """Every such route of the main table."""
    return tuple(parse(ip.get_routes(table=MAIN_TABLE), names))


def parse(routes: Iterable[Mapping[str, Any]], names: Mapping[int, str]) -> Iterator[Given]:
    """From RTM_NEWROUTE messages. Pure."""
    for one in routes:
        told = dict(one["attrs"])
        if one["proto"] in (_RA, _DHCP) and told.get("RTA_OIF", 0) in names:
            network = ip_network(f"{told['RTA_DST']}/{one['dst_len']}") if one["dst_len"] else None
            source = ip_address(told["RTA_PREFSRC"]) if "RTA_PREFSRC" in told else None
            yield Given(names[told["RTA_OIF"]], network, source)


def gave(assigned: Iterable[Assigned], given: Iterable[Given], found: Address, *, lasts: bool) -> bool:
    """Whether the line gave `found`, which `lasts` until somebody takes it away or has an end of its own. Pure."""
    mine = [one for one in assigned if (one.port, one.family) == (found.port, found.address.version)]
    if any(one.host is not None and _host(found) == one.host for one in mine):
        return True
    if not any(one.host is None for one in mine):
        return False
    address = found.address.ip
    return not lasts or any(
        one.port == found.port and (one.source == address or (one.network is not None and address in one.network))
        for one in given
    )


def _host(found: Address) -> int | None:
    network = found.address.network
    return int(found.address.ip) - int(network.network_address) if network.prefixlen == _SEGMENT_BITS else None
