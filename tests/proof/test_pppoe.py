from typing import Any

import pytest

from gateway.policy.derive import derive
from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.interfaces import interfaces
from gateway.proof.model import Answer, Evidence, Theorem, Verdict
from gateway.proof.pppoe import Passed, declared_ways, passed_by
from gateway.proof.prove import prove
from gateway.proof.read import read
from gateway.site.model import Site
from tests.proof.recorded import dump_of, site_of

SAMPLE = "ip-vpn-claim"
FRAMES = [0x8863, 0x8864]


def forwarded(port: str, to: str, *, kinds: list[int] = FRAMES, comes_by: str | None = None) -> dict[str, Any]:
    said: list[dict[str, Any]] = []
    if port:
        said.append({"match": {"op": "==", "left": {"meta": {"key": "iifname"}}, "right": comes_by or port}})
    said.append({"match": {"op": "==", "left": {"meta": {"key": "protocol"}}, "right": {"set": kinds}}})
    said += [{"counter": {"packets": 0, "bytes": 0}}, {"fwd": {"dev": to}}]
    chain = f"from_{port or 'any'}"
    return {"rule": {"family": "netdev", "table": "pppoe", "chain": chain, "handle": 9, "expr": said}}


def ruleset(*rules: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    names = dict.fromkeys(one["rule"]["chain"] for one in rules)
    hook = {"type": "filter", "hook": "ingress", "prio": 0, "policy": "accept"}
    chains = [{"chain": {"family": "netdev", "table": "pppoe", "name": name, "handle": 1, **hook}} for name in names]
    return ({"table": {"family": "netdev", "name": "pppoe", "handle": 1}}, *chains, *rules)


@pytest.fixture
def dialling() -> Site:
    return site_of(SAMPLE).model_copy(update={"pppoe_passthrough": True})


def said(site: Site, *rules: dict[str, Any]) -> Verdict:
    return prove(site, Evidence((*dump_of(SAMPLE), *ruleset(*rules)), whole_guard()), Diagrams())


def test_both_ways_are_let_stand_and_the_report_says_what_they_bypass(dialling: Site) -> None:
    verdict = said(dialling, forwarded("eth2", "eth0"), forwarded("eth0", "eth2"))

    assert verdict.answer is Answer.PROVED
    notes = next(one.notes for one in verdict.judgements if one.theorem is Theorem.T1)
    assert len(notes) == 2
    assert all("beside every rule" in note and "C6" in note for note in notes)


def test_a_site_that_does_not_ask_for_it_is_disproved() -> None:
    verdict = said(site_of(SAMPLE), forwarded("eth2", "eth0"))

    assert Theorem.T1 in {one.theorem for one in verdict.judgements if one.answer is Answer.DISPROVED}


@pytest.mark.parametrize(
    "strange",
    [
        forwarded("eth2", "eth1"),
        forwarded("eth1", "eth0"),
        forwarded("eth2", "eth0", kinds=[0x8863, 0x8864, 0x0800]),
        forwarded("eth2", "eth0", kinds=[0x0800]),
        forwarded("", "eth0"),
        forwarded("eth2", "eth0", comes_by="eth*"),
    ],
)
def test_every_other_way_and_every_other_frame_is_disproved(dialling: Site, strange: dict[str, Any]) -> None:
    verdict = said(dialling, forwarded("eth2", "eth0"), forwarded("eth0", "eth2"), strange)

    assert Theorem.T1 in {one.theorem for one in verdict.judgements if one.answer is Answer.DISPROVED}


def test_the_declared_ways_join_the_terminals_port_and_the_line(dialling: Site) -> None:
    ports = interfaces(dialling)
    assert declared_ways(dialling, ports) == {Passed("eth2", "eth0"), Passed("eth0", "eth2")}
    assert declared_ways(site_of(SAMPLE), ports) == frozenset()
    assert derive(dialling).protected == ()


def test_the_same_rule_in_another_family_is_no_way_of_it() -> None:
    (table,) = read(ruleset(forwarded("eth2", "eth0"))).tables
    (rule,) = table.chains["from_eth2"].rules

    assert passed_by(table, rule) == Passed("eth2", "eth0")
