"""Two engines that share no code, decision diagrams and an SMT solver, say the same of every theorem."""

import pytest

from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.model import Answer, Evidence, Theorem, Verdict
from gateway.proof.prove import prove
from tests.proof.catalogue import catalogue
from tests.proof.recorded import dump_of, evidence_of, site_of
from tests.proof.smt import Solver

SAMPLE = "ip-vpn-claim"
EVERY = 9
"""Each change costs the solver about two seconds."""


def said(verdict: Verdict) -> dict[Theorem, Answer]:
    return {one.theorem: one.answer for one in verdict.judgements}


@pytest.mark.parametrize("name", [SAMPLE, pytest.param("after-hours", marks=pytest.mark.long)])
def test_both_prove_the_sample(name: str) -> None:
    assert prove(site_of(name), evidence_of(name), Solver()).answer is Answer.PROVED


@pytest.mark.long
def test_both_say_the_same_of_changed_rules() -> None:
    site, dump = site_of(SAMPLE), dump_of(SAMPLE)
    for mutation in list(catalogue(site))[::EVERY]:
        try:
            evidence = Evidence(mutation.dump(dump), mutation.guard(whole_guard()))
        except LookupError:
            continue
        assert said(prove(site, evidence, Solver())) == said(prove(site, evidence, Diagrams())), mutation.name
