"""The barrier: one routing rule per family and terminal port that takes effect at once, whatever else stands or fell.

The enforcer shuts it before it reads what somebody changed, and opens it when everything is as declared again.
"""

from collections.abc import Iterable

from pyroute2 import IPRoute

from gateway.wiring.guard import BARRIER, barrier_rules
from gateway.wiring.model import Change
from gateway.wiring.part import all_rules, apply


def shut(ports: Iterable[str]) -> None:
    """Nothing that comes in by `ports` goes anywhere from now on. Raises WiringError."""
    apply(Change(rule) for rule in barrier_rules(ports))


def open_again() -> None:
    """Take every rule of the barrier away, whoever left it. Raises WiringError."""
    with IPRoute() as ip:
        standing = [rule for rule in all_rules(ip) if rule.priority == BARRIER]
    if standing:
        apply(Change(rule, add=False) for rule in standing)


def is_shut() -> bool:
    """Whether any rule of it stands."""
    with IPRoute() as ip:
        return any(rule.priority == BARRIER for rule in all_rules(ip))
