"""The routing guard: forwards nothing that nftables has not marked. No table, no mark, no forwarding, with no code running.

The boot script systemd/claim-gateway-guard makes the same rules without Python; a test holds the two together.
Catch-all and without interface names on purpose: a renamed interface leaves a per-interface rule behind.
"""

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.policy.model import FAMILIES
from gateway.site.values import Family
from gateway.wiring.model import LOCAL_TABLE, Rule

TCP, UDP = 6, 17  # IANA protocol numbers; numbers, since a name would need /etc/protocols at boot
OWN_TRAFFIC = 10
AFTER_GUARD = 32_000

KERNEL_LOCAL_RULE = 0
"""The priority of the kernel's own `lookup local`, which would deliver before any guard: it is taken away."""


def guard_rules() -> tuple[Rule, ...]:
    """The rules of both families."""
    return tuple(rule for family in FAMILIES for rule in _rules(family))


def _rules(family: Family) -> tuple[Rule, ...]:
    return (
        Rule(family, OWN_TRAFFIC, iif="lo", goto=AFTER_GUARD),
        Rule(family, 100, protocol=TCP, unmarked=TABLE_ALIVE),
        Rule(family, 100, protocol=UDP, unmarked=TABLE_ALIVE),
        Rule(family, 200, table=LOCAL_TABLE),
        Rule(family, 210, unmarked=MAY_FORWARD),
        Rule(family, AFTER_GUARD, table=LOCAL_TABLE),
    )
