from dataclasses import replace

import pytest

from gateway.policy.derive import derive
from gateway.policy.places import TUNNEL_IF_ID
from gateway.proof.inventory.surroundings import Surroundings, surroundings
from gateway.proof.inventory.transforms import Transform, judge, parse, parse_states, read
from gateway.proof.model import Answer, Theorem
from gateway.site.layout import Layout
from tests.policy.sites import site_of
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root


def test_a_policy_takes_packets_beside_the_rules(box: Box) -> None:
    policy = "src 192.168.20.0/24 dst 192.168.10.0/24 dir fwd"
    with box.changed(f"ip xfrm policy add {policy}", undo=(f"ip xfrm policy del {policy}",)):
        assert box.found() == {("IPsec policy", Theorem.T1, Answer.NOT_PROVABLE)}


OURS = Transform("192.168.20.0/24", "203.0.113.0/24", "out", TUNNEL_IF_ID, ("198.51.100.2", "192.0.2.10"))


@pytest.fixture
def holder() -> Surroundings:
    site = site_of(Layout.IPSEC_ROUTER_CLAIM)
    return surroundings(site, derive(site))


def test_the_declared_tunnels_interface_has_its_own(holder: Surroundings) -> None:
    drops = replace(OURS, ends=None)
    back = replace(OURS, ends=("192.0.2.10", "198.51.100.2"), direction="", state=True)
    assert list(judge((OURS, drops, back), holder)) == []


@pytest.mark.parametrize(
    "strange",
    [
        replace(OURS, if_id=0),
        replace(OURS, if_id=TUNNEL_IF_ID + 1),
        replace(OURS, ends=("198.51.100.2", "192.0.2.99")),
        replace(OURS, ends=("198.51.100.2", "192.0.2.99"), direction="", state=True),
        replace(OURS, ends=("something", "new")),
    ],
)
def test_another_number_and_another_far_end_are_anothers(holder: Surroundings, strange: Transform) -> None:
    assert [(one.theorem, one.answer) for one in judge((OURS, strange), holder)] == [(Theorem.T1, Answer.NOT_PROVABLE)]


def test_a_policy_that_may_do_without_lets_packets_pass_as_they_are(holder: Surroundings) -> None:
    (found,) = judge((replace(OURS, optional=True),), holder)
    assert (found.theorem, found.answer) == (Theorem.T10, Answer.NOT_PROVABLE)


def test_a_line_as_ip_prints_it() -> None:
    text = (
        "src 10.0.0.0/24 dst 10.9.0.0/24 \\\tdir fwd priority 0 ptype main \\"
        "\ttmpl src 192.0.2.1 dst 192.0.2.2\\\t\tproto esp reqid 1 mode tunnel\\\t\tlevel use \\\tif_id 0x3\\\n"
    )
    assert parse(text) == (
        Transform("10.0.0.0/24", "10.9.0.0/24", "fwd", 3, ("192.0.2.1", "192.0.2.2"), optional=True),
    )


def test_a_state_is_known_by_its_ends(box: Box) -> None:
    text = "src 192.0.2.1 dst 192.0.2.2\\\tproto esp spi 0xc0 reqid 1 mode tunnel\\\tif_id 0x63670001\\\n"
    assert parse_states(text) == (
        Transform("192.0.2.1", "192.0.2.2", "", TUNNEL_IF_ID, ("192.0.2.1", "192.0.2.2"), state=True),
    )
    assert box.call(read) == ()


def test_a_sockets_own_policy_concerns_that_socket() -> None:
    assert parse("src 0.0.0.0/0 dst 0.0.0.0/0 \\\tsocket in priority 0 ptype main \\\n") == ()


def test_a_line_nobody_understands_is_still_a_policy() -> None:
    assert parse("something new\n") == (Transform("", "", ""),)
