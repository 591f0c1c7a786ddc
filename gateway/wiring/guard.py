"""The routing guard: forwards nothing that nftables has not marked. No table, no mark, no forwarding, with no code running.

The boot script systemd/claim-gateway-guard makes the same rules without Python; a test holds the two together.
Catch-all and without interface names on purpose: a renamed interface leaves a per-interface rule behind.
"""

from collections.abc import Iterable

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.policy.model import FAMILIES
from gateway.site.values import Family
from gateway.wiring.model import LOCAL_TABLE, MAIN_TABLE, Rule

TCP, UDP = 6, 17  # IANA protocol numbers; numbers, since a name would need /etc/protocols at boot
OWN_TRAFFIC = 10
AFTER_GUARD = 32_000

BARRIER = 1
"""The priority of the rules that shut the terminals off while the enforcer looks at a foreign change: before all others."""
MAIN = 32_766
"""The kernel's own `lookup main`: behind the guard, and the way to everything."""

KERNEL_LOCAL_RULE = 0
"""The priority of the kernel's own `lookup local`, which would deliver before any guard: it is taken away."""


def guard_rules() -> tuple[Rule, ...]:
    """The rules of both families."""
    return tuple(rule for family in FAMILIES for rule in _rules(family))


def main_rules() -> tuple[Rule, ...]:
    """What the kernel has from the start, and `ip rule flush` takes away."""
    return tuple(Rule(family, MAIN, table=MAIN_TABLE) for family in FAMILIES)


def barrier_rules(ports: Iterable[str]) -> tuple[Rule, ...]:
    """Nothing that comes in by `ports` goes anywhere, not even to the box."""
    return tuple(Rule(family, BARRIER, iif=port) for port in ports for family in FAMILIES)


def _rules(family: Family) -> tuple[Rule, ...]:
    return (
        Rule(family, OWN_TRAFFIC, iif="lo", goto=AFTER_GUARD),
        Rule(family, 100, protocol=TCP, unmarked=TABLE_ALIVE),
        Rule(family, 100, protocol=UDP, unmarked=TABLE_ALIVE),
        Rule(family, 200, table=LOCAL_TABLE),
        Rule(family, 210, unmarked=MAY_FORWARD),
        Rule(family, AFTER_GUARD, table=LOCAL_TABLE),
    )
