"""T3: an established session stays what was declared, and its answers never become questions."""

from collections.abc import Iterator

from gateway.proof.case import Case, Violation
from gateway.proof.header import ESTABLISHED, UDP
from gateway.proof.live import asked_set
from gateway.proof.model import Path, Theorem
from gateway.proof.ruleset import Bypass, SetUpdate

THEOREM = Theorem.T3
STATEMENT = "established packets pass only along a declared session, towards its initiator only in reply direction, never a bare SYN"


def violations(case: Case) -> Iterator[Violation]:
    """Established packets of no declared session, ways past the rules, and answers opened by the wrong side."""
    declared = case.declared
    for path in Path:
        yield Violation(
            "an established packet gets through that belongs to no declared session in its direction. match the session's set, "
            "and ct direction, before accepting established",
            path,
            case.accepted(path)
            & case.state(path, ESTABLISHED)
            & ~(declared.continuing(path) | case.upkeep.allowed(path)),
        )
        asks = declared.asking(path) & case.header.transport(UDP) & ~case.header.reply
        updates = [
            one
            for piece in case.journey.pieces[path]
            for one in piece.met
            if isinstance(one.statement, SetUpdate) and case.live.is_live(one.table, one.statement.set)
        ]
        for one in updates:
            wrong = one.packets if not _is_asked(one.statement) else one.packets & ~asks
            yield Violation(
                f"the rule '{one.rule.text}' in {one.table} {one.rule.chain} opens a way for answers to a packet that is no "
                "declared question. let only the flow's own questions update the set",
                path,
                wrong & case.accepted(path) if _is_asked(one.statement) else wrong,
            )
    for table in case.ruleset.tables:
        for kind, name in table.objects:
            if kind == "flowtable":
                yield Violation(f"{table} declares the flowtable {name}: sessions in it skip the rules. take it away")
        for chain in table.chains.values():
            for rule in chain.rules:
                if any(isinstance(one, Bypass) and one.kind == "flow" for one in rule.statements):
                    yield Violation(
                        f"the rule '{rule.text}' in {table} {chain.name} takes sessions past the rules. take it away"
                    )


def _is_asked(statement: object) -> bool:
    return isinstance(statement, SetUpdate) and statement.set in (asked_set(4), asked_set(6))
