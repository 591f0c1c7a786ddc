"""The guard's routing rules, and those of others beside them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.proof.model import RoutingRule
from gateway.site.layout import Zone
from tests.proof.catalogue.mutation import Guard, Mutation, T


def guards(ports: Mapping[Zone, str], terminal: Zone) -> Iterator[Mutation]:
    def no(wanted: Callable[[RoutingRule], bool]) -> Callable[[Guard], Guard]:
        return lambda rules: tuple(rule for rule in rules if not wanted(rule))

    def more(*rules: RoutingRule) -> Callable[[Guard], Guard]:
        return lambda before: (*before, *rules)

    def marked(mask: int) -> Callable[[Guard], Guard]:
        return lambda rules: tuple(replace(rule, mark_mask=mask) if rule.priority == 210 else rule for rule in rules)

    yield Mutation("guard: gone", T.T8, guard=no(lambda rule: rule.blackhole))
    yield Mutation("guard: the forwarding rule gone", T.T8, guard=no(lambda rule: rule.priority == 210))
    yield Mutation("guard: gone in IPv6", T.T8, guard=no(lambda rule: rule.priority == 210 and rule.family == 6))
    yield Mutation("guard: TCP to the box", T.T8, guard=no(lambda rule: rule.blackhole and rule.protocol == 6))
    yield Mutation("guard: UDP to the box", T.T8, guard=no(lambda rule: rule.blackhole and rule.protocol == 17))
    yield Mutation("guard: own traffic not let by", T.T5, guard=no(lambda rule: rule.priority == 10))
    yield Mutation("guard: nothing delivered", T.T5, guard=no(lambda rule: rule.priority == 200))
    yield Mutation("guard: the box cannot talk to itself", T.T5, guard=no(lambda rule: rule.priority == 32_000))
    yield Mutation("guard: asks for another bit", T.T5, guard=marked(0x1000))
    yield Mutation("guard: asks for the other bit", T.T8, guard=marked(TABLE_ALIVE))
    yield Mutation("guard: asks for either bit", T.T8, guard=marked(MAY_FORWARD | TABLE_ALIVE))
    yield Mutation("a rule before the guard", T.T8, guard=more(RoutingRule(4, 5, table=254)))
    yield Mutation(
        "a rule before the guard, for one terminal", T.T8, guard=more(RoutingRule(4, 5, iif=ports[terminal], table=254))
    )
    yield Mutation(
        "a rule before the guard, for one user",
        T.T8,
        guard=more(RoutingRule(6, 5, table=254, unmodelled=("uidrange",))),
    )
    yield Mutation("a way around the guard", T.T8, guard=more(RoutingRule(4, 150, iif=ports[terminal], goto=32_000)))
    yield Mutation("the kernel's own rule back", T.T8, guard=more(RoutingRule(4, 0, table=255)))
    yield Mutation(
        "a tunnel's table behind the guard",
        None,
        guard=more(RoutingRule(4, 220, table=220)),
        why="the guard was asked before",
    )
    yield Mutation("no routes at all", T.T5, guard=no(lambda rule: rule.table in (253, 254)))
