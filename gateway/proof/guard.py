"""The guard as it has to be: what an offline proof assumes where nobody wrote down the routing rules of the box."""

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.proof.model import RoutingRule
from gateway.site.values import Family

_LOCAL, _MAIN, _DEFAULT = 255, 254, 253  # RT_TABLE_*, linux/rtnetlink.h
_TCP, _UDP = 6, 17


def whole_guard() -> tuple[RoutingRule, ...]:
    """The rules of systemd/claim-gateway-guard beside the kernel's own, both families."""
    families: tuple[Family, ...] = (4, 6)
    return tuple(rule for family in families for rule in _rules(family))


def _rules(family: Family) -> tuple[RoutingRule, ...]:
    rules = (
        RoutingRule(family, 10, iif="lo", goto=32_000),
        RoutingRule(family, 100, protocol=_TCP, mark_mask=TABLE_ALIVE, blackhole=True),
        RoutingRule(family, 100, protocol=_UDP, mark_mask=TABLE_ALIVE, blackhole=True),
        RoutingRule(family, 200, table=_LOCAL),
        RoutingRule(family, 210, mark_mask=MAY_FORWARD, blackhole=True),
        RoutingRule(family, 32_000, table=_LOCAL),
        RoutingRule(family, 32_766, table=_MAIN),
    )
    return rules if family == 6 else (*rules, RoutingRule(family, 32_767, table=_DEFAULT))
