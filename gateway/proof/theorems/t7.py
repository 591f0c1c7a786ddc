"""T7: who speaks is who it says, and each of the box's addresses answers on its own interface only."""

from collections.abc import Iterator

from gateway.proof.algebra import any_of
from gateway.proof.case import Case, Violation
from gateway.proof.declared import LINE_ZONES
from gateway.proof.header import BROADCAST, ESTABLISHED, INVALID, LOCAL, MULTICAST, NEW, RELATED, UNTRACKED
from gateway.proof.model import Path, Theorem

THEOREM = Theorem.T7
STATEMENT = "a source that no route leads back to, and an address of another interface, are dropped on every interface"


def violations(case: Case) -> Iterator[Violation]:
    """Live sessions need no route lookup: their addresses are held by the session's set (T3)."""
    header, declared = case.header, case.declared
    line = any_of(header.algebra, [declared.comes_from(zone) for zone in LINE_ZONES if zone in case.ports])
    router = case.state(Path.FORWARD, RELATED) & line & ~declared.inside("saddr")
    for path, excused in (
        (Path.FORWARD, router),
        (Path.INPUT, case.upkeep.from_nowhere(Path.INPUT) | (case.state(Path.INPUT, RELATED) & line)),
    ):
        starts = case.state(path, NEW, UNTRACKED, INVALID, RELATED)
        yield Violation(
            "a packet with a source that does not live behind its interface gets through. drop what fib finds missing",
            path,
            case.accepted(path) & starts & header.source_missing & ~excused,
        )
    here = header.one_of(header.destination_type, (LOCAL, BROADCAST, MULTICAST), "destination type")
    yield Violation(
        "the box answers on one interface for an address of another. drop what fib does not find local on its interface",
        Path.INPUT,
        case.accepted(Path.INPUT)
        & case.state(Path.INPUT, NEW, ESTABLISHED, RELATED, INVALID, UNTRACKED)
        & ~here
        & ~case.upkeep.allowed(Path.INPUT),
    )
