"""Input and output: what the box itself may receive and send."""

from collections.abc import Mapping

from gateway.firewall.rules import NEIGHBOUR_DISCOVERY, NO_EXTENSION_HEADERS
from gateway.firewall.table import Chain, braces
from gateway.site.layout import Zone

_NEIGHBOUR = f'{NEIGHBOUR_DISCOVERY} counter accept comment "neighbour discovery is untracked: before ct state"'
_FOREIGN_ADDRESS = (
    "fib daddr . iif type != { local, broadcast, multicast } counter drop "
    'comment "an address of another interface (weak host)"'
)


def input_chain(ports: Mapping[Zone, str]) -> Chain:
    """To the box: loopback, neighbour discovery, then the pair chains; addresses are bound to their interface."""
    pairs = tuple(f'"{port}" : goto {zone}_to_gateway' for zone, port in ports.items())
    return Chain(
        "input",
        (
            'iifname "lo" accept',
            _NEIGHBOUR,
            "icmpv6 type mld-listener-query ip6 hoplimit 1 ip6 saddr fe80::/10 counter accept",
            NO_EXTENSION_HEADERS,
            "ct state invalid,untracked counter drop",
            _FOREIGN_ADDRESS,
            f"iifname vmap {braces(pairs)}",
            'counter drop comment "unknown interface"',
        ),
        "type filter hook input priority filter; policy drop;",
    )


def output_chain(ports: Mapping[Zone, str]) -> Chain:
    """From the box: loopback, neighbour discovery, listener reports, then the pair chains."""
    pairs = tuple(f'"{port}" : goto gateway_to_{zone}' for zone, port in ports.items())
    return Chain(
        "output",
        (
            'oifname "lo" accept',
            _NEIGHBOUR,
            "icmpv6 type mld2-listener-report counter accept",
            f"oifname vmap {braces(pairs)}",
            'counter drop comment "unknown interface"',
        ),
        "type filter hook output priority filter; policy drop;",
    )
