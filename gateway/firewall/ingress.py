"""Prerouting: the guard's marks by direction, and the spoof check. A packet without the mark cannot be forwarded at all."""

from collections.abc import Iterator, Mapping

from gateway.firewall.rules import IP, NEIGHBOUR_DISCOVERY, refused
from gateway.firewall.table import Chain, braces
from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.policy.model import Policy
from gateway.site.layout import TERMINAL_ZONES, Zone

_MARK = f"meta mark set meta mark | {MAY_FORWARD:#x}"
_ANSWER = f"ct state established ct direction reply {_MARK} accept"
_NEIGHBOUR = (
    f"{NEIGHBOUR_DISCOVERY} accept "
    'comment "unmarked: the input chain decides; a duplicate-address probe has no source for fib"'
)
_SPOOFED = "fib saddr . iif oif missing goto spoofed"


def ingress_chains(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[Chain]:
    """`spoofed`, one chain per segment, and the base chain that picks among them by interface."""
    segments = tuple(zone for zone in policy.zones if zone is not Zone.GATEWAY)
    yield Chain("spoofed", refused("spoofed", "this source does not live behind this interface"))
    for zone in segments:
        yield Chain(f"from_{zone}", tuple(_from_zone(zone)))
    entries = ('"lo" : accept', *(f'"{ports[zone]}" : goto from_{zone}' for zone in segments))
    yield Chain(
        "prerouting",
        (
            f"meta mark set meta mark | {TABLE_ALIVE:#x}",
            f"iifname vmap {braces(entries)}",
            'counter drop comment "unknown interface"',
        ),
        "type filter hook prerouting priority mangle; policy drop;",
    )


def _from_zone(zone: Zone) -> Iterator[str]:
    # Established packets come first: the pair chains check their zones and addresses again, so they need no fib.
    yield _NEIGHBOUR
    if zone is Zone.LAN:
        yield f"ct state established ct direction original {_MARK} accept"
        yield _SPOOFED
        yield f"{_MARK} accept"
        return
    yield _ANSWER
    if zone not in TERMINAL_ZONES:
        for family, ip in IP.items():
            yield (
                f"ct state related ct direction reply {ip} saddr != @inside{family} {_MARK} accept "
                'comment "errors come from any router on the path, never from inside"'
            )
    yield _SPOOFED
    if zone in TERMINAL_ZONES:
        for family, ip in IP.items():
            yield f"ct direction original {ip} daddr @{zone}_goes{family} {_MARK} accept"
    yield 'accept comment "to the box itself; unmarked, it cannot be forwarded"'
