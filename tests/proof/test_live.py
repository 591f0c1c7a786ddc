"""LIVE sets hold anything inside their envelope and nothing outside it, in every state."""

import pytest

from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.model import Answer, Evidence, Theorem
from gateway.proof.prove import prove
from tests.proof.changes import Change, edited, without
from tests.proof.recorded import dump_of, site_of
from tests.proof.written import Piece

WITH_GRANT, WITH_WINDOW, WITH_NAMES = (
    "ip-vpn-claim-and-qualification",
    "after-hours",
    "ipsec-router-claim-and-qualification",
)


def false_of(name: str, change: Change) -> set[Theorem]:
    verdict = prove(site_of(name), Evidence(change(dump_of(name)), whole_guard()), Diagrams())
    return {one.theorem for one in verdict.judgements if one.answer is Answer.DISPROVED}


def holding(name: str, start: str, *elements: object) -> Change:
    def found(body: Piece) -> bool:
        return bool(body["name"].startswith(start) and not body["name"].endswith("6"))

    return edited("set", found, lambda body: body.update(elem=list(elements)))


@pytest.mark.parametrize(
    ("name", "start", "inside", "outside"),
    [
        (WITH_GRANT, "grant_", "192.168.10.250", "192.168.10.251"),
        (WITH_WINDOW, "open_", {"concat": ["eth1", "eth2"]}, {"concat": ["eth2", "eth1"]}),
        (WITH_NAMES, "names_", "198.18.0.1", "10.1.20.10"),
    ],
)
def test_an_element_inside_the_envelope_is_as_good_as_none_and_one_outside_is_not(
    name: str, start: str, inside: object, outside: object
) -> None:
    timed = {"elem": {"val": inside, "timeout": 60, "expires": 59}}
    assert false_of(name, holding(name, start)) == set()
    assert false_of(name, holding(name, start, timed)) == set()
    assert false_of(name, holding(name, start, outside)) == {Theorem.T4}


@pytest.mark.parametrize(("name", "start"), [(WITH_GRANT, "@grant_"), (WITH_WINDOW, "@open_")])
def test_a_rule_that_no_longer_asks_whether_it_is_open_is_caught(name: str, start: str) -> None:
    def forgets(body: Piece) -> None:
        body["expr"] = [one for one in body["expr"] if start not in str(one)]

    asks = edited("rule", lambda body: start in str(body["expr"]) and "start_tcp" in str(body["expr"]), forgets)
    assert Theorem.T4 in false_of(name, asks)


def test_an_answer_that_needs_no_question_is_caught() -> None:
    def forgets(body: Piece) -> None:
        body["expr"] = [one for one in body["expr"] if "@asked4" not in str(one)]

    answers = edited("rule", lambda body: "'right': '@asked4'" in str(body["expr"]), forgets)
    assert Theorem.T3 in false_of(WITH_GRANT, answers)


def test_a_grant_that_no_rule_asks_for_is_missed() -> None:
    lost = without(lambda chain, said: chain == "lan_to_gateway" and "@grant_" in str(said))
    assert Theorem.T5 in false_of(WITH_GRANT, lost)
