"""Prerouting: the guard's marks by direction, and the spoof check. A packet without the mark cannot be forwarded at all."""

from collections.abc import Iterator, Mapping

from gateway.firewall.live import names_set
from gateway.firewall.rules import DHCP_TO_SERVER, IP, NEIGHBOUR_DISCOVERY, ROUTER_SOLICITATION, refused
from gateway.firewall.table import VERDICT, Chain, NamedSet
from gateway.firewall.tunnel import PROTECTED
from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.policy.model import FAMILIES, Policy
from gateway.policy.networks import of_family
from gateway.policy.places import Carrier
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.values import Family
from gateway.site.zones import Segment

SEGMENTS = "segments"
_MARKS = 0xFFFFFFFF & ~(MAY_FORWARD | TABLE_ALIVE)
_ALIVE = (
    f"meta mark set meta mark & {_MARKS:#x} | {TABLE_ALIVE:#x} "
    'comment "whoever marked it before, a tunnel that kept the outer packet\'s mark too: only these rules say so"'
)
_MARK = f"meta mark set meta mark | {MAY_FORWARD:#x}"
_ANSWER = f"ct state established ct direction reply {_MARK} accept"
_NEIGHBOUR = (
    f"{NEIGHBOUR_DISCOVERY} accept "
    'comment "unmarked: the input chain decides; a duplicate-address probe has no source for fib"'
)
_SPOOFED = "fib saddr . iif oif missing goto spoofed"
_FROM_NOWHERE = "ip saddr 0.0.0.0 ip daddr 255.255.255.255"


def goes_set(zone: Zone, family: Family) -> str:
    """The set of everything a terminal zone may be routed to."""
    return f"{zone}_goes{family}"


def segments_map(policy: Policy, ports: Mapping[Zone, str]) -> NamedSet:
    """Which chain marks what comes by a port."""
    entries = ('"lo" : accept', *(f'"{ports[zone]}" : goto from_{zone}' for zone in _segments(policy)))
    return NamedSet(SEGMENTS, f"ifname : {VERDICT}", "", entries)


def ingress_chains(policy: Policy, carrier: Carrier) -> Iterator[Chain]:
    """`spoofed`, one chain per segment, and the base chain that picks among them by interface."""
    yield Chain("spoofed", refused("spoofed", "this source does not live behind this interface"))
    for zone in _segments(policy):
        yield Chain(f"from_{zone}", tuple(_from_zone(policy, zone, carrier)))
    yield Chain(
        "prerouting",
        (
            _ALIVE,
            f"iifname vmap @{SEGMENTS}",
            'counter drop comment "unknown interface"',
        ),
        "type filter hook prerouting priority mangle; policy drop;",
    )


def _segments(policy: Policy) -> tuple[Zone, ...]:
    return tuple(zone for zone in policy.zones if zone is not Zone.GATEWAY)


def _from_zone(policy: Policy, zone: Zone, carrier: Carrier) -> Iterator[str]:
    if zone not in (Zone.LAN, *TERMINAL_ZONES):
        yield from _through_ipsec(policy, zone, carrier)
    # Established packets come first: the pair chains check their zones and addresses again, so they need no fib.
    yield _NEIGHBOUR
    if zone is Zone.LAN:
        yield f"ct state established ct direction original {_MARK} accept"
        yield _SPOOFED
        yield f"{_MARK} accept"
    elif zone in TERMINAL_ZONES:
        yield from _from_terminals(policy, zone)
    else:
        yield from _from_line()


def _from_terminals(policy: Policy, zone: Zone) -> Iterator[str]:
    yield _ANSWER
    for family in FAMILIES:
        yield f"ct state established ct direction original {IP[family]} daddr @{goes_set(zone, family)} {_MARK} accept"
    if (zone, Segment.DHCP) in policy.served:
        yield f'ct direction original {_FROM_NOWHERE} {DHCP_TO_SERVER} accept comment "asks for an address before it has one"'
    if (zone, Segment.RA) in policy.served:
        yield f'{ROUTER_SOLICITATION} accept comment "asks for a router before it has an address"'
    yield _SPOOFED
    for family in FAMILIES:
        yield f"ct direction original {IP[family]} daddr @{goes_set(zone, family)} {_MARK} accept"
        for flow in policy.flows:
            if flow.origin is zone and flow.names and family in flow.families:
                yield (
                    f"ct direction original {IP[family]} daddr @{names_set(flow, family)} "
                    f"{IP[family]} daddr != @inside{family} {_MARK} accept"
                )
    yield 'accept comment "to the box itself; unmarked, it cannot be forwarded"'


def _through_ipsec(policy: Policy, zone: Zone, carrier: Carrier) -> Iterator[str]:
    """C17: what the tunnel protects comes by the tunnel only, and by the tunnel comes only what was encrypted."""
    if zone is not Zone.TUNNEL:
        for family in FAMILIES:
            if of_family(policy.protected, family):
                yield (
                    f"{IP[family]} saddr @{PROTECTED}{family} counter drop "
                    'comment "C17: nothing from the tunnel\'s networks comes by the line"'
                )
    elif carrier is Carrier.XFRM:
        yield 'meta ipsec missing counter drop comment "C17: did not come through IPsec"'


def _from_line() -> Iterator[str]:
    yield _ANSWER
    for family in FAMILIES:
        yield (
            f"ct state related ct direction reply {IP[family]} saddr != @inside{family} {_MARK} accept "
            'comment "errors come from any router on the path, never from inside"'
        )
    yield _SPOOFED
    yield 'accept comment "to the box itself; unmarked, it cannot be forwarded"'
