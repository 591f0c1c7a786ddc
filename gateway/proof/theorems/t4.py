"""T4 (over): whatever may start is in the Policy, in every state of the schedule."""

from collections.abc import Iterator

from gateway.proof.case import Case, Violation
from gateway.proof.header import INVALID, NEW, UNTRACKED
from gateway.proof.model import Path, Theorem

THEOREM = Theorem.T4
STATEMENT = "every packet that gets through and belongs to no session yet is the first of a declared one, or the box's own upkeep"


def violations(case: Case) -> Iterator[Violation]:
    """Packets that start something undeclared, on any path; and LIVE sets that hold what they never may."""
    for path in Path:
        yield Violation(
            "a packet gets through that starts nothing the policy declares. narrow or take away the rule that accepts it",
            path,
            case.accepted(path)
            & case.state(path, NEW, UNTRACKED, INVALID)
            & ~(case.declared.starting(path) | case.upkeep.allowed(path)),
        )
    for name, element in case.live.outside(case.ruleset.tables):
        shown = " . ".join(str(part) for part in element.parts)
        yield Violation(
            f"the LIVE set {name} holds {shown}, which is outside what the policy declares. delete the element"
        )
