from dataclasses import replace

import pytest

from gateway.proof.diagram import Diagrams
from gateway.proof.model import Answer, Evidence, Finding, Theorem, Verdict
from gateway.proof.prove import prove
from tests.proof.changes import first_in
from tests.proof.recorded import NAMES, dump_of, evidence_of, site_of
from tests.proof.written import ACCEPT, goto

SAMPLE = "ip-vpn-claim"


def proved(evidence: Evidence) -> Verdict:
    return prove(site_of(SAMPLE), evidence, Diagrams())


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_proves(name: str) -> None:
    verdict = prove(site_of(name), evidence_of(name), Diagrams())
    assert verdict.answer is Answer.PROVED, verdict.reason
    assert [one.theorem for one in verdict.judgements] == list(Theorem)


def test_another_sites_rules_do_not_prove() -> None:
    assert proved(evidence_of("after-hours")).answer is Answer.DISPROVED


def test_no_rules_at_all_are_disproved_by_what_is_needed_not_by_what_gets_through() -> None:
    verdict = proved(replace(evidence_of(SAMPLE), dump=()))
    false = {one.theorem for one in verdict.judgements if one.answer is Answer.DISPROVED}
    assert Theorem.T5 in false
    assert Theorem.T1 not in false  # the guard stands alone


def test_what_cannot_be_read_is_not_provable_with_its_place() -> None:
    verdict = proved(
        replace(evidence_of(SAMPLE), dump=(*dump_of(SAMPLE), {"table": {"family": "decnet", "name": "x"}}))
    )
    assert verdict.answer is Answer.NOT_PROVABLE
    assert "decnet" in verdict.reason
    assert {one.answer for one in verdict.judgements} == {Answer.NOT_PROVABLE}


def test_a_loop_that_no_kernel_takes_is_not_provable() -> None:
    loop = first_in("errors", goto("errors"))(dump_of(SAMPLE))
    assert proved(replace(evidence_of(SAMPLE), dump=loop)).answer is Answer.NOT_PROVABLE


@pytest.mark.parametrize("answer", [Answer.DISPROVED, Answer.NOT_PROVABLE])
def test_a_finding_outside_the_rules_fails_its_theorem(answer: Answer) -> None:
    finding = Finding(
        "bridge", "br0 joins eth1 and eth2", "frames pass beside every filter", "take it down", Theorem.T1, answer
    )
    verdict = proved(replace(evidence_of(SAMPLE), findings=(finding,)))
    assert verdict.answer is answer
    (failed,) = [one for one in verdict.judgements if one.answer is not Answer.PROVED]
    assert failed.theorem is Theorem.T1
    assert "br0" in failed.reason


def test_disproved_weighs_more_than_not_provable() -> None:
    finding = Finding("x", "x", "x", "x", Theorem.T6, Answer.NOT_PROVABLE)
    evidence = Evidence(first_in("forward", ACCEPT)(dump_of(SAMPLE)), evidence_of(SAMPLE).guard, (finding,))
    verdict = proved(evidence)
    assert verdict.answer is Answer.DISPROVED
    assert "terminal" in verdict.reason
