"""Evidence and a site in, a verdict out. Pure: no kernel, no clock but the stopwatch, no process."""

import time
from collections.abc import Iterable, Iterator

from gateway.proof.algebra import Algebra
from gateway.proof.case import Case, Proposition, Violation, Weight, case_of
from gateway.proof.errors import NotProvable
from gateway.proof.ingress import ingress_violations
from gateway.proof.model import Answer, Evidence, Finding, Judgement, Verdict
from gateway.proof.theorems import THEOREMS
from gateway.proof.witness import counterexample
from gateway.site.model import Site

_WEIGHTS = {Answer.DISPROVED: Weight.FALSE, Answer.NOT_PROVABLE: Weight.OPEN, Answer.PROVED: Weight.NOTE}


def prove(site: Site, evidence: Evidence, algebra: Algebra) -> Verdict:
    """Every theorem over the evidence. Never raises for what the evidence says: what is not understood is not provable."""
    began = time.monotonic()
    try:
        case = case_of(site, evidence, algebra)
        judgements = tuple(_judged(case, theorem, evidence.findings) for theorem in THEOREMS)
        reason = next((one.reason for one in judgements if one.answer is not Answer.PROVED), "")
    except NotProvable as error:
        reason, judgements = str(error), _undecided(str(error))
    except RecursionError:
        reason = "the rules jump deeper than the kernel allows. make the dump with: nft -nn -j list ruleset"
        judgements = _undecided(reason)
    answer = summed(one.answer for one in judgements)
    if answer is Answer.DISPROVED:
        reason = next(one.reason for one in judgements if one.answer is Answer.DISPROVED)
    return Verdict(answer, judgements, evidence.findings, reason, time.monotonic() - began)


def _undecided(reason: str) -> tuple[Judgement, ...]:
    return tuple(Judgement(theorem.THEOREM, Answer.NOT_PROVABLE, reason) for theorem in THEOREMS)


def summed(answers: Iterable[Answer]) -> Answer:
    """Disproved if any is, else not provable if any is, else proved."""
    found = set(answers)
    for answer in (Answer.DISPROVED, Answer.NOT_PROVABLE):
        if answer in found:
            return answer
    return Answer.PROVED


def _judged(case: Case, theorem: Proposition, findings: Iterable[Finding]) -> Judgement:
    undecided, notes = "", list[str]()
    for violation in _all(case, theorem, findings):
        shown = None
        if violation.packets is not None:
            packets = violation.packets & case.journey.world[violation.path]
            if case.header.algebra.never(packets):
                continue
            if violation.weight is Weight.FALSE:
                shown = counterexample(case, violation.path, packets)
        match violation.weight:
            case Weight.FALSE:
                return Judgement(theorem.THEOREM, Answer.DISPROVED, violation.claim, shown)
            case Weight.OPEN:
                undecided = undecided or violation.claim
            case Weight.NOTE:
                notes.append(violation.claim)
    answer = Answer.NOT_PROVABLE if undecided else Answer.PROVED
    return Judgement(theorem.THEOREM, answer, undecided, notes=tuple(dict.fromkeys(notes)))


def _all(case: Case, theorem: Proposition, findings: Iterable[Finding]) -> Iterator[Violation]:
    """What the rules do, what stands beside the IP hooks, and what the inventory found outside the rules."""
    yield from theorem.violations(case)
    yield from ingress_violations(case, theorem.THEOREM)
    for finding in findings:
        if finding.theorem is theorem.THEOREM:
            yield Violation(f"{finding.what}: {finding.why}. {finding.todo}", weight=_WEIGHTS[finding.answer])
