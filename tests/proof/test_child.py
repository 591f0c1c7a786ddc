from dataclasses import replace

from gateway.proof.child import Limits, prove_apart
from gateway.proof.model import Answer
from tests.proof.changes import adding
from tests.proof.recorded import dump_of, evidence_of, site_of

SAMPLE = "ip-vpn-claim"


def test_a_proof_in_a_child_says_what_one_here_would() -> None:
    assert prove_apart(site_of(SAMPLE), evidence_of(SAMPLE)).answer is Answer.PROVED


def test_a_proof_that_takes_too_long_is_stopped_and_refused() -> None:
    verdict = prove_apart(site_of(SAMPLE), evidence_of(SAMPLE), Limits(seconds=0.0))
    assert verdict.answer is Answer.NOT_PROVABLE
    assert "longer than 0 s" in verdict.reason


def test_a_proof_without_memory_is_refused_and_nothing_here_falls() -> None:
    verdict = prove_apart(site_of(SAMPLE), evidence_of(SAMPLE), Limits(memory_bytes=-4 * 2**30))
    assert verdict.answer is Answer.NOT_PROVABLE
    assert "memory" in verdict.reason or "SIG" in verdict.reason


def test_what_the_evidence_hides_from_python_is_refused_too() -> None:
    odd = adding({"table": None})(dump_of(SAMPLE))
    assert prove_apart(site_of(SAMPLE), replace(evidence_of(SAMPLE), dump=odd)).answer is Answer.NOT_PROVABLE
