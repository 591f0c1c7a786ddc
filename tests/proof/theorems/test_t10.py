from dataclasses import replace

import pytest

from gateway.policy.places import Carrier
from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.interfaces import interfaces
from gateway.proof.model import Answer, Evidence, Judgement, Theorem
from gateway.proof.prove import prove
from tests.proof.catalogue.mutation import Mutation
from tests.proof.catalogue.tunnel import tunnel
from tests.proof.recorded import evidence_of, site_of

SAMPLE = "ipsec-router-claim-and-qualification"


def judged(evidence: Evidence) -> dict[Theorem, Judgement]:
    return {one.theorem: one for one in prove(site_of(SAMPLE), evidence, Diagrams()).judgements}


@pytest.mark.parametrize("mutation", list(tunnel(interfaces(site_of(SAMPLE)))), ids=lambda one: one.name)
def test_whatever_keeps_its_networks_in_the_tunnel_is_missed_when_it_is_gone(mutation: Mutation) -> None:
    before = evidence_of(SAMPLE)
    changed = judged(Evidence(mutation.dump(before.dump), whole_guard()))

    assert mutation.caught is not None
    assert changed[mutation.caught].answer is Answer.DISPROVED


def test_of_a_device_with_a_program_behind_it_the_report_says_what_nobody_can_know() -> None:
    (note,) = judged(replace(evidence_of(SAMPLE), carrier=Carrier.TUN))[Theorem.T10].notes

    assert note.startswith("the tunnel's interface is a tun device: the kernel cannot say")


def test_rules_that_ask_a_program_for_ipsec_let_nothing_through_and_that_is_found() -> None:
    changed = judged(replace(evidence_of(SAMPLE), carrier=Carrier.TUN))

    assert changed[Theorem.T5].answer is Answer.DISPROVED


def test_the_packet_that_was_not_encrypted_is_shown_as_such() -> None:
    (mutation,) = (one for one in tunnel(interfaces(site_of(SAMPLE))) if "encrypted" in one.name)
    shown = judged(Evidence(mutation.dump(evidence_of(SAMPLE).dump), whole_guard()))[Theorem.T10].counterexample

    assert shown is not None
    assert (shown.packet.iif, shown.packet.decrypted) == ("ipsec0", False)
