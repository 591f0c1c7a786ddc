"""Routes: they say which sources belong to which port (the spoof check asks them), and some carry packets away inside others."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from gateway.policy.model import FAMILIES
from gateway.policy.networks import EVERYWHERE, GLOBAL_V6
from gateway.proof.inventory.asking import listed
from gateway.proof.inventory.rules import LOCAL_TABLE
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, Theorem
from gateway.site.layout import Zone
from gateway.site.values import Family, IpNetwork

_UNICAST, _LOCAL = 1, 2  # RTN_UNICAST, RTN_LOCAL, linux/rtnetlink.h
MAIN_TABLE = 254  # RT_TABLE_MAIN: what `ip route` leaves unsaid
_ANYWHERE = dict(zip(FAMILIES, EVERYWHERE, strict=True))
_SEGMENT_BITS = 64
_LOOPBACK = ip_network("127.0.0.0/8")
_ON_EVERY_LINK = (ip_network("fe80::/10"), ip_network("169.254.0.0/16"), ip_network("ff00::/8"))
"""Link-local and multicast prefixes belong to every port (RFC 4291, RFC 3927)."""


@dataclass(frozen=True, slots=True)
class Route:
    """One route. `kind` is its RTN_ number; `ports` has several for a multipath route; `wrapped` names an encapsulation."""

    destination: IpNetwork
    ports: tuple[str, ...]
    table: int = MAIN_TABLE
    kind: int = _UNICAST
    wrapped: str = ""
    next_hop: str = ""
    """The number of a next-hop object (ip-nexthop(8)) where the kernel tells nothing else of where it leads."""


def read() -> tuple[Route, ...]:
    """The routes of every table and both families. Raises NotObserved."""
    return tuple(
        route
        for family in FAMILIES
        for route in parse(listed("ip", "-json", "-Numeric", f"-{family}", "route", "show", "table", "all"), family)
    )


def parse(objects: Iterable[Mapping[str, Any]], family: Family) -> tuple[Route, ...]:
    """From `ip -json -Numeric route show table all` (ip-route(8))."""
    return tuple(_route(one, family) for one in objects)


def _route(one: Mapping[str, Any], family: Family) -> Route:
    hops = (one, *one.get("nexthops", ()))
    told = any("dev" in hop for hop in hops)
    return Route(
        _ANYWHERE[family] if one["dst"] == "default" else ip_network(str(one["dst"])),
        tuple(str(hop["dev"]) for hop in hops if "dev" in hop),
        int(one.get("table", MAIN_TABLE)),
        int(one.get("type", _UNICAST)),
        next((str(hop["encap"]) for hop in hops if "encap" in hop), ""),
        "" if told else str(one.get("nhid", "")),
    )


def judge(found: Iterable[Route], site: Surroundings) -> Iterator[Finding]:
    """Every prefix of the site lies behind its own port, and nothing else lies behind an inside port."""
    zones = {port: zone for zone, port in site.ports.items()}
    for route in found:
        if route.wrapped:
            yield _finding(
                route,
                f"wraps packets ({route.wrapped})",
                "what it carries is not what the rules saw",
                Theorem.T1,
                Answer.NOT_PROVABLE,
            )
        if route.next_hop:
            yield _finding(
                route,
                f"leads to the next-hop object {route.next_hop}, whose port is not told",
                "nobody can tell which sources would be believed there",
                Theorem.T7,
                Answer.NOT_PROVABLE,
            )
        if route.kind == _LOCAL and route.destination.prefixlen < route.destination.max_prefixlen:
            if route.destination != _LOOPBACK:
                yield _finding(
                    route,
                    "makes a whole prefix the box's own",
                    "the box answers for others",
                    Theorem.T7,
                    Answer.DISPROVED,
                )
        elif route.kind == _UNICAST:
            yield from _unicast(route, zones, site)


def _unicast(route: Route, zones: Mapping[str, Zone], site: Surroundings) -> Iterator[Finding]:
    if route.table == LOCAL_TABLE:
        yield _finding(
            route,
            "stands in the table of local addresses",
            "that table is asked before the guard's last rule, so unmarked packets are forwarded",
            Theorem.T8,
            Answer.DISPROVED,
        )
    for port in route.ports:
        zone = zones.get(port)
        behind = site.networks(zone) if zone else ()
        astray = any(within(route.destination, one) for one in site.inside() if one not in behind)
        delegated = zone in site.policy.delegated and _may_be_delegated(route.destination)
        lives_here = delegated or any(within(route.destination, one) for one in (*behind, *_ON_EVERY_LINK))
        if astray or (behind and not lives_here):
            yield _finding(
                route,
                f"leads out of {port}, where the site file does not put it",
                "the spoof check takes the routes' word: such sources would be believed there",
                Theorem.T7,
                Answer.DISPROVED,
            )


def _may_be_delegated(destination: IpNetwork) -> bool:
    """What a segment's part of a delegated prefix can be; which it is, only the line knows (RFC 8415, RFC 4291 §2.5.4)."""
    return within(destination, GLOBAL_V6) and destination.prefixlen >= _SEGMENT_BITS


def within(inner: IpNetwork, outer: IpNetwork) -> bool:
    """Whether every address of one network lies in the other."""
    return inner.version == outer.version and inner.prefixlen >= outer.prefixlen and inner.network_address in outer


def _finding(route: Route, what: str, why: str, theorem: Theorem, answer: Answer) -> Finding:
    version = route.destination.version
    return Finding(
        "route",
        f"the route to {route.destination} in table {route.table} {what}",
        why,
        f"remove it: ip -{version} route del {route.destination} table {route.table}",
        theorem,
        answer,
    )
