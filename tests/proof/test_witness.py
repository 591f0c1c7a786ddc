from ipaddress import ip_address

import pytest

from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.model import Counterexample, Evidence, Path, Theorem
from gateway.proof.prove import prove
from tests.proof.changes import Change, first_in
from tests.proof.recorded import dump_of, site_of
from tests.proof.written import ACCEPT, DROP, RELATED, meta, payload, state

SAMPLE = "ip-vpn-claim"


def shown(change: Change, theorem: Theorem) -> Counterexample:
    verdict = prove(site_of(SAMPLE), Evidence(change(dump_of(SAMPLE)), whole_guard()), Diagrams())
    (found,) = [one.counterexample for one in verdict.judgements if one.theorem is theorem]
    assert found is not None
    return found


def test_a_witness_is_a_packet_a_person_believes() -> None:
    found = shown(first_in("claim_to_lan", payload("tcp", "dport", 445), ACCEPT), Theorem.T8)
    packet = found.packet
    assert (packet.path, packet.iif, packet.oif, packet.family) == (Path.FORWARD, "eth2", "eth1", 4)
    assert (packet.source, packet.destination) == (ip_address("192.168.20.10"), ip_address("192.168.10.21"))
    assert (packet.protocol, packet.dport, packet.tcp_flags, packet.ct_state) == (6, 445, ("syn",), "new")
    assert (packet.sport, packet.hop_limit, packet.length, packet.mark) == (49_152, 64, 60, 0)
    assert packet.source_routed_back
    assert packet.assumed == ()


def test_its_way_is_told_to_the_rule_that_stops_it() -> None:
    found = shown(first_in("claim_to_lan", payload("tcp", "dport", 445), ACCEPT), Theorem.T8)
    assert not found.accepted
    assert [step.chain for step in found.steps] == ["prerouting", "prerouting", "from_claim", "guard"]


def test_what_nobody_can_tell_is_named_and_nothing_else() -> None:
    found = shown(first_in("forward", meta("cpu", 3), DROP), Theorem.T5)
    assert found.packet.assumed == ("meta cpu == 3 in inet claim_gateway forward handle 9000",)


def test_a_way_that_no_declared_route_leads_is_named() -> None:
    found = shown(first_in("claim_to_lan", ACCEPT), Theorem.T1)
    assert found.packet.assumed == ("a route nobody declared sends the destination out by that interface",)


def test_a_related_packet_is_an_error_if_it_can_be_one() -> None:
    found = shown(first_in("claim_to_lan", state(RELATED), ACCEPT), Theorem.T2)
    assert (found.packet.protocol, found.packet.icmp_type, found.packet.ct_state) == (1, 3, "related")
    assert found.packet.dport is None


@pytest.mark.parametrize(("hook", "path"), [("input", Path.INPUT), ("output", Path.OUTPUT)])
def test_a_packet_of_the_box_has_one_interface(hook: str, path: Path) -> None:
    found = shown(first_in(hook, payload("ip6", "hoplimit", 7), ACCEPT), Theorem.T4)
    assert found.packet.path is path
    assert (found.packet.iif == "") is (path is Path.OUTPUT)
    assert (found.packet.oif == "") is (path is Path.INPUT)
    assert (found.packet.family, found.packet.hop_limit) == (6, 7)
