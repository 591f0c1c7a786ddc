"""T9: only the declared source translation exists, and it does."""

from collections.abc import Iterator

from gateway.policy.networks import of_family
from gateway.proof.algebra import Term, any_of
from gateway.proof.case import Case, Violation
from gateway.proof.chains import Met
from gateway.proof.model import Path, Theorem
from gateway.proof.ruleset import Translate

THEOREM = Theorem.T9
STATEMENT = "source addresses are translated exactly where it is declared, and destinations nowhere"


def violations(case: Case) -> Iterator[Violation]:
    """Any other translation that a packet meets, and a declared session that leaves with its own address."""
    wanted = _declared(case)
    for path in Path:
        done = case.header.algebra.false
        for one in _translations(case, path):
            if _kind(one) != "masquerade":
                yield Violation(
                    f"the rule '{one.rule.text}' in {one.table} {one.rule.chain} rewrites where packets go or come from "
                    f"({_kind(one)}). take it away",
                    path,
                    one.packets,
                )
                continue
            done = done | one.packets
            yield Violation(
                f"the rule '{one.rule.text}' in {one.table} {one.rule.chain} hides sources that are not declared to be. narrow it",
                path,
                one.packets & case.accepted(path) & ~wanted,
            )
        if path is Path.FORWARD:
            started = case.accepted(path) & case.declared.starting(path)
            yield Violation(
                "a session leaves with an inside address where translation is declared. put the masquerade rule back",
                path,
                started & wanted & ~done,
            )


def _translations(case: Case, path: Path) -> Iterator[Met]:
    for piece in case.journey.pieces[path]:
        yield from (one for one in piece.met if isinstance(one.statement, Translate))


def _kind(met: Met) -> str:
    return met.statement.kind if isinstance(met.statement, Translate) else ""


def _declared(case: Case) -> Term:
    declared = case.declared
    return any_of(
        case.header.algebra,
        [
            declared.goes_to(one.out) & declared.among("saddr", of_family(one.sources, 4), 4)
            for one in case.policy.translations
        ],
    )
