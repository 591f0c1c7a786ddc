from dataclasses import replace

import pytest

from gateway.policy.derive import derive
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.inventory.transforms import Transform, judge, parse
from gateway.proof.model import Answer, Theorem
from gateway.site.layout import Layout
from tests.policy.sites import site_of
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root


def test_a_policy_takes_packets_beside_the_rules(box: Box) -> None:
    policy = "src 192.168.20.0/24 dst 192.168.10.0/24 dir fwd"
    with box.changed(f"ip xfrm policy add {policy}", undo=(f"ip xfrm policy del {policy}",)):
        assert box.found() == {("IPsec policy", Theorem.T1, Answer.NOT_PROVABLE)}


def test_the_declared_tunnels_interface_has_its_own() -> None:
    site = site_of(Layout.IPSEC_ROUTER_CLAIM)
    of_interface = Transform("192.168.20.0/24", "203.0.113.0/24", "out", of_interface=True)
    assert list(judge((of_interface,), surroundings(site, derive(site)))) == []
    assert len(list(judge((replace(of_interface, of_interface=False),), surroundings(site, derive(site))))) == 1


def test_a_line_as_ip_prints_it() -> None:
    text = "src 10.0.0.0/24 dst 10.9.0.0/24 \\\tdir fwd priority 0 ptype main \\\tif_id 0x3\\\n"
    assert parse(text) == (Transform("10.0.0.0/24", "10.9.0.0/24", "fwd", of_interface=True),)


def test_a_sockets_own_policy_concerns_that_socket() -> None:
    assert parse("src 0.0.0.0/0 dst 0.0.0.0/0 \\\tsocket in priority 0 ptype main \\\n") == ()


def test_a_line_nobody_understands_is_still_a_policy() -> None:
    assert parse("something new\n") == (Transform("", "", "", of_interface=False),)
