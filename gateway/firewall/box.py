"""Input and output: what the box itself may receive and send below the level of flows, and the way to the pair chains."""

from collections.abc import Iterator, Mapping

from gateway.firewall.rules import (
    DHCP_TO_CLIENT,
    DHCP_TO_SERVER,
    LINK_LOCAL,
    NEIGHBOUR_DISCOVERY,
    ROUTER_ADVERTISEMENT,
    ROUTER_SOLICITATION,
    no_extension_headers,
)
from gateway.firewall.table import VERDICT, Chain, NamedSet
from gateway.firewall.tunnel import tunnel_or_nothing
from gateway.policy.model import Policy
from gateway.site.layout import Zone
from gateway.site.zones import Segment

_NEIGHBOUR = f'{NEIGHBOUR_DISCOVERY} counter accept comment "neighbour discovery is untracked: before ct state"'
_FOREIGN_ADDRESS = (
    "fib daddr . iif type != { local, broadcast, multicast } counter drop "
    'comment "an address of another interface (weak host)"'
)


INWARD, OUTWARD = "inward", "outward"
"""The verdict maps from a port to the chain that decides what comes to the box by it, or leaves the box by it."""


def port_maps(ports: Mapping[Zone, str]) -> Iterator[NamedSet]:
    """Both of them."""
    for name, chain in ((INWARD, "{}_to_gateway"), (OUTWARD, "gateway_to_{}")):
        elements = tuple(f'"{port}" : goto {chain.format(zone)}' for zone, port in ports.items())
        yield NamedSet(name, f"ifname : {VERDICT}", "", elements)


def input_chain(policy: Policy, ports: Mapping[Zone, str]) -> Chain:
    """To the box: loopback, neighbour discovery, then the pair chains; addresses are bound to their interface."""
    return Chain(
        "input",
        (
            'iifname "lo" accept',
            _NEIGHBOUR,
            *_routers_heard(policy, ports),
            f"icmpv6 type mld-listener-query ip6 hoplimit 1 {LINK_LOCAL} counter accept",
            no_extension_headers(policy),
            "ct state invalid,untracked counter drop",
            _FOREIGN_ADDRESS,
            *_leases_asked(policy, ports),
            f"iifname vmap @{INWARD}",
            'counter drop comment "unknown interface"',
        ),
        "type filter hook input priority filter; policy drop;",
    )


def output_chain(policy: Policy, ports: Mapping[Zone, str]) -> Chain:
    """From the box: loopback, neighbour discovery, listener reports, then the pair chains."""
    return Chain(
        "output",
        (
            'oifname "lo" accept',
            *tunnel_or_nothing(policy, ports),
            _NEIGHBOUR,
            *_routers_asked(policy, ports),
            "icmpv6 type mld2-listener-report counter accept",
            *_leases_given(policy, ports),
            f"oifname vmap @{OUTWARD}",
            'counter drop comment "unknown interface"',
        ),
        "type filter hook output priority filter; policy drop;",
    )


def _routers_heard(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[str]:
    """Router discovery (RFC 4861), untracked like neighbour discovery: only where it is needed."""
    if policy.hears_routers:
        yield f'iifname "{ports[Zone.WAN]}" {ROUTER_ADVERTISEMENT} {LINK_LOCAL} counter accept'
    for zone, service in policy.served:
        if service is Segment.RA:
            yield f'iifname "{ports[zone]}" {ROUTER_SOLICITATION} counter accept'


def _routers_asked(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[str]:
    if policy.hears_routers:
        yield f'oifname "{ports[Zone.WAN]}" {ROUTER_SOLICITATION} counter accept'
    for zone, service in policy.served:
        if service is Segment.RA:
            yield f'oifname "{ports[zone]}" {ROUTER_ADVERTISEMENT} {LINK_LOCAL} counter accept'


def _leases_asked(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[str]:
    """DHCP is broadcast and multicast: its answers belong to no tracked session, so ports and interface decide."""
    if policy.asks_dhcp:
        yield f'iifname "{ports[Zone.WAN]}" {DHCP_TO_CLIENT} counter accept comment "a lease on the line (RFC 2131)"'
        yield (
            f'iifname "{ports[Zone.WAN]}" {LINK_LOCAL} udp sport 547 udp dport 546 counter accept '
            'comment "a lease or a prefix on the line (RFC 8415)"'
        )
    for zone, service in policy.served:
        if service is Segment.DHCP:
            yield f'iifname "{ports[zone]}" {DHCP_TO_SERVER} counter accept comment "leases for this segment"'


def _leases_given(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[str]:
    if policy.asks_dhcp:
        yield f'oifname "{ports[Zone.WAN]}" {DHCP_TO_SERVER} counter accept comment "a lease on the line (RFC 2131)"'
        yield (
            f'oifname "{ports[Zone.WAN]}" {LINK_LOCAL} udp sport 546 udp dport 547 counter accept '
            'comment "a lease or a prefix on the line (RFC 8415)"'
        )
    for zone, service in policy.served:
        if service is Segment.DHCP:
            yield f'oifname "{ports[zone]}" {DHCP_TO_CLIENT} counter accept comment "leases for this segment"'
