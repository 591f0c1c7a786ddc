"""T8: not vacuous. Each layer holds the direction alone, and each accept is there for something declared."""

from collections.abc import Iterator

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.proof.algebra import Term, any_of
from gateway.proof.case import Case, Violation, Weight
from gateway.proof.declared import LINE_ZONES
from gateway.proof.fields import MARK_BITS
from gateway.proof.header import ESTABLISHED, INVALID, NEW, TCP, UDP, UNTRACKED
from gateway.proof.journey import IP_FAMILIES
from gateway.proof.live import OWN_TABLE
from gateway.proof.model import Path, Theorem
from gateway.proof.ruleset import Kind, MarkSet, Match, Named, Rule, Table, Verdict, VerdictMap
from gateway.proof.theorems.t1 import starts_towards_lan
from gateway.site.layout import Zone

THEOREM = Theorem.T8
STATEMENT = (
    "the table holds T1 and T3 towards lan without the guard, the guard holds T1 without the table's filter, and every accept is met by a packet "
    "that gets through"
)
_GUARD_BITS = MAY_FORWARD | TABLE_ALIVE


def violations(case: Case) -> Iterator[Violation]:
    """Both layers one by one, who else writes the guard's marks, and accepts that nothing needs."""
    yield from _table_alone(case)
    yield from _guard_alone(case)
    yield from _no_table(case)
    yield from _other_writers(case)
    yield from _idle_accepts(case)


def _table_alone(case: Case) -> Iterator[Violation]:
    journey = case.journey
    passes = journey.prerouting.accepted & journey.forward.accepted & journey.postrouting.accepted
    yield Violation(
        "without the guard a terminal could start something towards lan: the table alone does not hold the direction. "
        "mend the forward chain",
        Path.FORWARD,
        passes & starts_towards_lan(case),
    )
    declared = case.declared
    yield Violation(
        "without the guard an established packet that is no answer could go from a terminal to lan: the table alone does not "
        "hold the direction. ask for ct direction reply",
        Path.FORWARD,
        passes
        & case.state(Path.FORWARD, ESTABLISHED)
        & declared.from_terminals()
        & declared.goes_to(Zone.LAN)
        & ~declared.continuing(Path.FORWARD),
    )


def _guard_alone(case: Case) -> Iterator[Violation]:
    """As if the forward chain accepted everything. Only the destination tells lan then: routing sends it there."""
    journey = case.journey
    passes = journey.prerouting.accepted & journey.routed(Path.FORWARD)
    yield Violation(
        "without the table's filter a terminal could start something towards lan: the guard alone does not hold the "
        "direction. mend the guard's rules (claim-gateway-guard) and the marks in prerouting",
        Path.FORWARD,
        passes & starts_towards_lan(case) & case.declared.inside("daddr"),
    )
    line = any_of(case.header.algebra, [case.declared.comes_from(zone) for zone in LINE_ZONES if zone in case.ports])
    starts = case.state(Path.FORWARD, NEW, UNTRACKED, INVALID) & line
    yield Violation(
        "without the table's filter the line could start something towards the inside: the marks in prerouting do not hold the "
        "direction. mark only answers and errors from the line",
        Path.FORWARD,
        passes & starts & case.declared.inside("daddr"),
    )


def _no_table(case: Case) -> Iterator[Violation]:
    """After a flush: no table, no mark, no forwarding, and no TCP or UDP to the box itself."""
    header, routing = case.header, case.journey.routing
    unmarked = (header.algebra.false,) * MARK_BITS
    yield Violation(
        "without a table packets would be forwarded: the guard is not whole. run claim-gateway-guard",
        Path.FORWARD,
        routing.lets(Path.FORWARD, unmarked) & ~header.on(header.iif, "lo"),
    )
    yield Violation(
        "without a table TCP and UDP would reach the box itself: the guard is not whole. run claim-gateway-guard",
        Path.INPUT,
        routing.lets(Path.INPUT, unmarked)
        & (header.transport(TCP) | header.transport(UDP))
        & ~header.on(header.iif, "lo")
        & ~routing.unconditional(),
    )


def _other_writers(case: Case) -> Iterator[Violation]:
    for table in case.ruleset.tables:
        for chain in table.chains.values():
            for rule in chain.rules:
                if any(_hands_over(table, one) for one in rule.statements):
                    yield Violation(
                        f"the rule '{rule.text}' in {table} {chain.name} hands packets to a program, which may rewrite them and "
                        "write the guard's marks. take it away"
                    )
                if str(table) != OWN_TABLE and any(_writes_guard(one) for one in rule.statements):
                    yield Violation(
                        f"the rule '{rule.text}' in {table} {chain.name} writes the guard's marks. use other bits, or take it away"
                    )


def _writes_guard(said: object) -> bool:
    match said:
        case MarkSet(keep, flip, known):
            return not known or bool((~keep | flip) & _GUARD_BITS)
    return False


def _hands_over(table: Table, said: object) -> bool:
    """nfnetlink_queue's verdicts carry a packet's new content and mark."""
    match said:
        case Verdict(Kind.QUEUE):
            return True
        case VerdictMap(entries=Named(name)):
            return name in table.sets and any(one.verdict.kind is Kind.QUEUE for one in table.sets[name].entries)
        case VerdictMap(entries=(*entries,)):
            return any(one.verdict.kind is Kind.QUEUE for one in entries)
    return False


def _idle_accepts(case: Case) -> Iterator[Violation]:
    """An accept that no packet needs to get through is a mistake waiting for a companion."""
    useful: dict[str, Term] = {}
    places: dict[str, tuple[Table, Rule]] = {}
    for path in Path:
        for piece in case.journey.pieces[path]:
            for table, rule, packets in piece.hits:
                if _accepts(rule) and table.family in IP_FAMILIES:
                    places[rule.id] = (table, rule)
                    through = packets & case.accepted(path) & case.journey.world[path]
                    useful[rule.id] = useful.get(rule.id, case.header.algebra.false) | through
    for rule_id, packets in useful.items():
        if case.header.algebra.never(packets):
            table, rule = places[rule_id]
            shown = f"the rule '{rule.text}' in {table} {rule.chain} accepts, and no packet gets through by it"
            if _waits(table, rule):
                yield Violation(f"{shown} while its set is empty", weight=Weight.NOTE)
            else:
                yield Violation(f"{shown}. take it away")


def _waits(table: Table, rule: Rule) -> bool:
    """Whether it looks into an empty set: until an element is added it means nothing, and then it is judged again."""
    return any(
        isinstance(one, Match) and isinstance(one.right, Named) and not table.sets[one.right.name].elements
        for one in rule.statements
    )


def _accepts(rule: Rule) -> bool:
    return any(isinstance(one, Verdict) and one.kind is Kind.ACCEPT for one in rule.statements)
