"""What the box's own tunnel asks of the rules: its networks are reached through it or not at all (C17), in packets that fit."""

from collections.abc import Iterator, Mapping

from gateway.firewall.rules import ADDRESS_TYPE, IP
from gateway.firewall.table import NamedSet, literal
from gateway.policy.model import FAMILIES, Policy
from gateway.policy.networks import of_family
from gateway.site.layout import Zone

PROTECTED = "protected"

_CLAMP = (
    "tcp flags & (syn|rst) == syn tcp option maxseg size set rt mtu "
    'comment "smaller packets here: both ends are told as they open, and a lost packet-too-big hurts nobody"'
)


def protected_sets(policy: Policy) -> Iterator[NamedSet]:
    """What lies behind the tunnel, one set for each family that has any."""
    for family in FAMILIES:
        networks = of_family(policy.protected, family)
        if networks:
            elements = tuple(map(literal, networks))
            yield NamedSet(f"{PROTECTED}{family}", ADDRESS_TYPE[family], "interval", elements)


def tunnel_or_nothing(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[str]:
    """For forward and output. The pairs below permit none of this either; a set that somebody widens does not open it."""
    for family in FAMILIES:
        if of_family(policy.protected, family):
            yield (
                f'oifname != "{ports[Zone.TUNNEL]}" {IP[family]} daddr @{PROTECTED}{family} counter drop '
                'comment "C17: through the tunnel or not at all"'
            )


def clamped(policy: Policy, origin: Zone, target: Zone) -> Iterator[str]:
    """For one ordered pair: the largest segment its path takes, in both directions' first packets (RFC 9293 §3.7.1)."""
    sessions = policy.between(origin, target) or policy.between(target, origin)
    if sessions and Zone.GATEWAY not in (origin, target) and {origin, target} & set(policy.narrow):
        yield _CLAMP
