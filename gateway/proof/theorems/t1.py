"""T1: no terminal starts anything towards lan."""

from collections.abc import Iterator

from gateway.proof.algebra import Term
from gateway.proof.case import Case, Violation, Weight
from gateway.proof.header import INVALID, NEW, UNTRACKED
from gateway.proof.model import Path, Theorem
from gateway.proof.pppoe import passed_by
from gateway.proof.ruleset import Bypass
from gateway.site.layout import Zone

THEOREM = Theorem.T1
STATEMENT = "nothing from a terminal zone towards lan gets through with ct state new, untracked or invalid"


def violations(case: Case) -> Iterator[Violation]:
    """By the interface of lan, or to an address of lan by any interface; and what takes packets past the rules."""
    yield Violation(
        "a packet that starts something goes from a terminal to lan. take the rule that accepts it away",
        Path.FORWARD,
        case.accepted(Path.FORWARD) & starts_towards_lan(case),
    )
    for table in case.ruleset.tables:
        for chain in table.chains.values():
            for rule in chain.rules:
                if any(isinstance(one, Bypass) and one.kind != "flow" for one in rule.statements):
                    way = passed_by(table, rule)
                    if way is not None and way in case.pppoe:
                        yield Violation(str(way), weight=Weight.NOTE)
                        continue
                    yield Violation(
                        f"the rule '{rule.text}' in {table} {chain.name} sends packets on past every filter. take it away"
                    )


def starts_towards_lan(case: Case) -> Term:
    """Packets of no session, from a terminal, for lan."""
    declared = case.declared
    towards_lan = declared.goes_to(Zone.LAN) | declared.inside("daddr", Zone.LAN)
    return case.state(Path.FORWARD, NEW, UNTRACKED, INVALID) & declared.from_terminals() & towards_lan
