"""The routes behind what only the tunnel may reach: with the tunnel's interface gone, the kernel must still know no other way.

A blackhole stands behind each route into the tunnel, for the same prefix and with a worse metric. The longest prefix wins,
so nothing shorter can take a packet past it; what is longer, or stands in a table that is asked earlier, could.
"""

from collections.abc import Iterable, Iterator

from gateway.policy.networks import without
from gateway.proof.inventory.routes import MAIN_TABLE, Route, within
from gateway.proof.inventory.rules import LOCAL_TABLE
from gateway.proof.inventory.surroundings import Surroundings
from gateway.proof.model import Answer, Finding, RoutingRule, Theorem
from gateway.site.layout import Zone
from gateway.site.values import IpNetwork

_LEADS_ON = (1, 9)  # RTN_UNICAST, RTN_THROW (asks the next table), linux/rtnetlink.h
_ENDS = (6, 7, 8)  # RTN_BLACKHOLE, RTN_UNREACHABLE, RTN_PROHIBIT


def judge(routes: Iterable[Route], rules: Iterable[RoutingRule], site: Surroundings) -> Iterator[Finding]:
    """Every protected network ends in the tunnel or nowhere, in whichever table is asked."""
    found, tunnel = tuple(routes), site.ports.get(Zone.TUNNEL)
    asked_first = _before_main(rules)
    for network in site.policy.protected:
        yield from _unstopped(network, found)
        for route in found:
            if route.kind not in _LEADS_ON or route.destination.version != network.version:
                continue
            if (route.ports and set(route.ports) == {tunnel}) or route.table == LOCAL_TABLE:
                continue
            covers = (network.version, route.table) in asked_first and within(network, route.destination)
            if within(route.destination, network) or covers:
                yield _astray(network, route)


def _unstopped(network: IpNetwork, routes: Iterable[Route]) -> Iterator[Finding]:
    stopped = [
        route.destination
        for route in routes
        if route.table == MAIN_TABLE and route.kind in _ENDS and within(route.destination, network)
    ]
    for open_part in without((network,), stopped):
        yield Finding(
            "route",
            f"no blackhole stands behind the tunnel for {open_part}",
            "with the tunnel's interface gone, the default route would be asked and packets led to the line",
            "run claim-gateway apply",
            Theorem.T10,
            Answer.DISPROVED,
        )


def _astray(network: IpNetwork, route: Route) -> Finding:
    where = " and ".join(route.ports) or "another table"
    return Finding(
        "route",
        f"the route to {route.destination} in table {route.table} leads to {where}",
        f"{network} is reached through the tunnel or not at all, and this way is not encrypted",
        f"remove it: ip -{network.version} route del {route.destination} table {route.table}",
        Theorem.T10,
        Answer.DISPROVED,
    )


def _before_main(rules: Iterable[RoutingRule]) -> frozenset[tuple[int, int]]:
    """The tables that some rule asks before the main one, by family."""
    found, main_asked = set[tuple[int, int]](), set[int]()
    for rule in sorted(rules, key=lambda one: one.priority):
        if rule.table == MAIN_TABLE:
            main_asked.add(rule.family)
        elif rule.table and rule.family not in main_asked:
            found.add((rule.family, rule.table))
    return frozenset(found)
