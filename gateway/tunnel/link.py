"""The tunnel's interface and routes in the kernel: read, compared, made so. The blackholes come first and go last."""

import errno
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_interface, ip_network
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.policy.model import FAMILIES
from gateway.policy.places import TUNNEL_PORT, Carrier
from gateway.site.values import IpInterface
from gateway.tunnel.errors import TunnelError
from gateway.tunnel.model import BLACKHOLE_METRIC, Link, Route, Tunnel, Way

ROUTE_PROTOCOL = 99
"""Whose routes ours are (rtnetlink(7)): a number that iproute2's rt_protos gives to nobody."""
_MAIN_TABLE = 254  # RT_TABLE_MAIN
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
_BLACKHOLE = 6  # RTN_BLACKHOLE
_LINK_UP = 1  # IFF_UP
_SCOPE_LINK = 253  # RT_SCOPE_LINK: the kernel's own link-local addresses
_XFRM = "xfrm"


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands in the kernel: the interface, and our routes. `kind` is the kernel's word for what the interface is."""

    kind: str | None = None
    """None: there is no interface of that name."""
    if_id: int = 0
    mtu: int = 0
    up: bool = False
    addresses: tuple[IpInterface, ...] = ()
    routes: tuple[Route, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """One change. `item` is a route, an address, or the interface as a whole, its MTU, or its being up."""

    item: Route | IpInterface | Link | int | bool
    add: bool = True

    def __str__(self) -> str:
        sign = "+" if self.add else "-"
        match self.item:
            case bool():
                return f"{sign} interface {TUNNEL_PORT} up"
            case int():
                return f"{sign} MTU {self.item} on {TUNNEL_PORT}"
            case Route() | Link():
                return f"{sign} {self.item}"
        return f"{sign} address {self.item} on {TUNNEL_PORT}"


def observe() -> Standing:
    """What stands in this network namespace. Raises TunnelError."""
    try:
        with IPRoute() as ip:
            found = next((one for one in ip.get_links() if dict(one["attrs"])["IFLA_IFNAME"] == TUNNEL_PORT), None)
            index = found["index"] if found is not None else 0
            standing = Standing(routes=tuple(sorted(_routes(ip, index), key=str)))
            return standing if found is None else _with_link(ip, standing, found)
    except (NetlinkError, OSError) as error:
        raise TunnelError(f"the tunnel's interface cannot be looked at: {error}") from error


def steps(wanted: Tunnel | None, found: Standing) -> tuple[Step, ...]:
    """From `found` to `wanted`, in an order in which no packet finds a way beside the tunnel. Pure."""
    return tuple(_steps(wanted, found))


def steps_back(before: Standing, now: Standing) -> tuple[Step, ...]:
    """From `now` to what stood before. Pure."""
    if before.kind == _XFRM:
        link = Link(before.mtu, before.addresses, Carrier.XFRM, before.if_id)
        return steps(Tunnel(link, before.routes, ()), now)
    made = (Step(_found_link(now), add=False),) if now.kind == _XFRM else ()
    left = replace(now, kind=None, routes=_blackholes(now)) if made else now
    return (*made, *steps(Tunnel(Link(left.mtu, carrier=Carrier.TUN), before.routes, ()), left))


def apply(wanted: Iterable[Step]) -> None:
    """Take the steps, in order. Raises TunnelError at the first that is refused; what was done stays done."""
    with IPRoute() as ip:
        for step in wanted:
            try:
                _take(ip, step)
            except NetlinkError as error:
                # Somebody, often the kernel itself, was faster: an interface took its routes along, say.
                if error.code not in (
                    (errno.EEXIST,) if step.add else (errno.ENOENT, errno.ESRCH, errno.EADDRNOTAVAIL)
                ):
                    raise TunnelError(f"{step}: {error.args[1]}") from error
            except OSError as error:
                raise TunnelError(f"{step}: {error.strerror or error}") from error


def _steps(wanted: Tunnel | None, found: Standing) -> Iterator[Step]:
    routes = wanted.routes if wanted else ()
    blackholes = tuple(one for one in routes if one.way is Way.BLACKHOLE)
    yield from (Step(one) for one in blackholes if one not in found.routes)
    has_link = found.kind is not None
    if wanted and wanted.link.carrier is Carrier.XFRM:
        yield from _remake(wanted.link, found)
        has_link = True
        if not _is(wanted.link, found):
            found = replace(
                found, kind=_XFRM, if_id=wanted.link.if_id, mtu=0, up=False, addresses=(), routes=_blackholes(found)
            )
    elif wanted is None and found.kind == _XFRM:
        yield Step(_found_link(found), add=False)
        found = replace(found, routes=_blackholes(found))
    if wanted and has_link:
        yield from _settings(wanted, found)
        yield from (Step(one) for one in routes if one.way is Way.TUNNEL and one not in found.routes)
    gone = (one for one in found.routes if one not in routes)
    yield from (Step(one, add=False) for one in sorted(gone, key=lambda one: one.way is Way.BLACKHOLE))


def _remake(link: Link, found: Standing) -> Iterator[Step]:
    if found.kind is not None and not _is(link, found):
        yield Step(_found_link(found), add=False)
    if not _is(link, found):
        yield Step(link)


def _found_link(found: Standing) -> Link:
    return Link(found.mtu, found.addresses, Carrier.XFRM if found.kind == _XFRM else Carrier.TUN, found.if_id)


def _is(link: Link, found: Standing) -> bool:
    return (found.kind, found.if_id) == (_XFRM, link.if_id)


def _settings(wanted: Tunnel, found: Standing) -> Iterator[Step]:
    if found.mtu != wanted.link.mtu:
        yield Step(wanted.link.mtu)
    yield from (Step(one) for one in wanted.link.addresses if one not in found.addresses)
    # A former address would be taken for translated packets. A virtual one is charon's, as is all of a TUN device.
    if wanted.link.carrier is Carrier.XFRM and not any(one.virtual_address for one in wanted.connections):
        yield from (Step(one, add=False) for one in found.addresses if one not in wanted.link.addresses)
    if not found.up:
        yield Step(item=True)


def _blackholes(found: Standing) -> tuple[Route, ...]:
    return tuple(one for one in found.routes if one.way is Way.BLACKHOLE)


def _take(ip: IPRoute, step: Step) -> None:
    match step.item:
        case Route() as route:
            _take_route(ip, route, "add" if step.add else "del")
        case Link() as link if step.add:
            ip.link("add", ifname=link.name, kind=_XFRM, xfrm_if_id=link.if_id, xfrm_link=0)
        case Link():
            ip.link("del", index=_index(ip))
        case bool():
            ip.link("set", index=_index(ip), state="up")
        case int() as mtu:
            ip.link("set", index=_index(ip), mtu=mtu)
        case address:
            verb = "add" if step.add else "del"
            ip.addr(verb, index=_index(ip), address=str(address.ip), prefixlen=address.network.prefixlen)


def _take_route(ip: IPRoute, route: Route, verb: str) -> None:
    words: dict[str, Any] = {"family": _FAMILY[route.network.version], "dst": str(route.network)}
    words |= {"table": _MAIN_TABLE, "priority": route.metric, "proto": ROUTE_PROTOCOL}
    if route.way is Way.BLACKHOLE:
        words["type"] = "blackhole"
    else:
        words["oif"] = _index(ip)
    ip.route(verb, **words)


def _index(ip: IPRoute) -> int:
    found: list[int] = ip.link_lookup(ifname=TUNNEL_PORT)
    if not found:
        raise TunnelError(f"interface {TUNNEL_PORT} is gone again. look for who else makes or removes it")
    return found[0]


def _routes(ip: IPRoute, index: int) -> Iterator[Route]:
    for family in FAMILIES:
        for one in ip.get_routes(family=_FAMILY[family], table=_MAIN_TABLE):
            attributes = dict(one["attrs"])
            if one["proto"] != ROUTE_PROTOCOL or "RTA_DST" not in attributes:
                continue
            network = ip_network(f"{attributes['RTA_DST']}/{one['dst_len']}")
            if one["type"] == _BLACKHOLE and attributes.get("RTA_PRIORITY") == BLACKHOLE_METRIC:
                yield Route(network, Way.BLACKHOLE)
            elif index and attributes.get("RTA_OIF") == index:
                yield Route(network, Way.TUNNEL)


def _with_link(ip: IPRoute, standing: Standing, link: Mapping[str, Any]) -> Standing:
    attributes = dict(link["attrs"])
    info = dict(attributes.get("IFLA_LINKINFO", {"attrs": ()})["attrs"])
    data = info.get("IFLA_INFO_DATA", {})
    if_id = dict(data["attrs"]).get("IFLA_XFRM_IF_ID", 0) if info.get("IFLA_INFO_KIND") == _XFRM else 0
    return replace(
        standing,
        kind=info.get("IFLA_INFO_KIND", "unknown"),
        if_id=if_id,
        mtu=attributes["IFLA_MTU"],
        up=bool(link["flags"] & _LINK_UP),
        addresses=tuple(_addresses(ip, link["index"])),
    )


def _addresses(ip: IPRoute, index: int) -> Iterator[IpInterface]:
    for one in ip.get_addr(index=index):
        attributes = dict(one["attrs"])
        if one["scope"] != _SCOPE_LINK:
            own = attributes.get("IFA_LOCAL") or attributes["IFA_ADDRESS"]
            yield ip_interface(f"{own}/{one['prefixlen']}")
