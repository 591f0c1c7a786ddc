"""T2: `related` means small ICMP errors about a live session, and nothing else."""

from collections.abc import Iterator

from gateway.proof.algebra import any_of
from gateway.proof.case import Case, Violation
from gateway.proof.declared import LINE_ZONES
from gateway.proof.header import RELATED
from gateway.proof.model import Path, Theorem
from gateway.proof.ruleset import Helper

THEOREM = Theorem.T2
STATEMENT = "related is accepted only for the listed ICMP errors, never from a terminal into lan; no helper exists"


def violations(case: Case) -> Iterator[Violation]:
    """Other types, longer packets, pairs without a session, inside sources from the line, and helpers of any kind."""
    declared = case.declared
    for path in Path:
        related = case.accepted(path) & case.state(path, RELATED)
        yield Violation(
            "a related packet gets through that is no small ICMP error of a declared session. narrow the rule to the listed types",
            path,
            related & ~(declared.errors(path) | case.upkeep.allowed(path)),
        )
    line = any_of(case.header.algebra, [declared.comes_from(zone) for zone in LINE_ZONES if zone in case.ports])
    yield Violation(
        "an ICMP error from the line with an address of the inside gets through. it is forged: drop it before it is marked",
        Path.FORWARD,
        case.accepted(Path.FORWARD)
        & case.state(Path.FORWARD, RELATED)
        & line
        & declared.inside("saddr")
        & declared.routes(),
    )
    for table in case.ruleset.tables:
        for kind, name in table.objects:
            if kind in ("ct helper", "ct expectation"):
                yield Violation(f"{table} declares the {kind} {name}: helpers open ways nobody declared. take it away")
        for chain in table.chains.values():
            for rule in chain.rules:
                if any(isinstance(one, Helper) for one in rule.statements):
                    yield Violation(
                        f"the rule '{rule.text}' in {table} {chain.name} gives sessions a helper. take it away"
                    )
