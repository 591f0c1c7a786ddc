"""What an apply would change, in the order in which it would, down to the single rule. Reads only."""

from collections.abc import Iterator, Mapping

from gateway.enforcer.desired import Desired
from gateway.enforcer.part import FirewallPart
from gateway.enforcer.transaction import Difference, parts
from gateway.firewall.spelling import spelled

Rules = Mapping[str, tuple[str, ...]]


def plan(desired: Desired) -> tuple[Difference, ...]:
    """Everything that differs in this network namespace. Raises a PartError."""
    return tuple(_plan(desired))


def _plan(desired: Desired) -> Iterator[Difference]:
    for part in parts(desired):
        found = part.observe()
        lines = part.difference(found)
        yield from (Difference(part.name, text) for text in lines)
        if lines and isinstance(part, FirewallPart):
            wanted = spelled(desired.table)
            if wanted is not None and found.text is not None:
                yield from (Difference(part.name, text) for text in rule_changes(wanted, found.rules))


def rule_changes(wanted: Rules, found: Rules) -> Iterator[str]:
    """The rules that come and go, in the kernel's spelling. Pure."""
    for chain in sorted(wanted.keys() | found.keys()):
        new, old = wanted.get(chain, ()), found.get(chain, ())
        yield from (f"- {chain}: {rule}" for rule in old if rule not in new)
        yield from (f"+ {chain}: {rule}" for rule in new if rule not in old)
