import pytest

from gateway.policy.derive import derive
from gateway.proof.inventory.links import Link, judge
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Answer, Theorem
from gateway.site.layout import Zone
from tests.policy.sites import site_on_a_line
from tests.proof.inventory import bpf
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root


def test_a_bridge_that_takes_a_port_lets_frames_pass_the_rules(box: Box) -> None:
    with box.changed("ip link add joins type bridge", undo=("ip link del joins",)):
        assert box.found() == set()
        box.run("ip link set eth1 master joins", "ip link set eth2 master joins")
        assert box.found() == {("bridge", Theorem.T1, Answer.DISPROVED)}


def test_a_second_stack_on_a_port_is_seen(box: Box) -> None:
    with box.changed("ip link add second link eth2 type macvlan mode bridge", undo=("ip link del second",)):
        assert box.found() == {("macvlan", Theorem.T1, Answer.NOT_PROVABLE)}


def test_a_port_that_went_away_carries_no_session(box: Box) -> None:
    with box.changed("ip link set eth2 name eth9", undo=("ip link set eth9 name eth2",)):
        assert ("link", Theorem.T5, Answer.DISPROVED) in box.found()


def test_a_program_before_a_port_is_seen(box: Box) -> None:
    with bpf.attached(box, bpf.XDP, "eth2"):
        assert box.found() == {("xdp", Theorem.T1, Answer.NOT_PROVABLE)}


def test_a_bridge_over_the_trunk_takes_the_vlans_frames_along(box: Box) -> None:
    links = (
        *(Link(port) for port in ("eth0", "eth1")),
        Link("eth2", "vlan", lower="trunk"),
        Link("trunk", master="joins"),
        Link("joins", "bridge"),
    )
    assert [(one.kind, one.answer) for one in judge(links, box.surroundings)] == [("bridge", Answer.DISPROVED)]


def test_a_vrf_moves_a_port_under_other_rules(box: Box) -> None:
    links = (Link("eth0"), Link("eth1"), Link("eth2", master="red"), Link("red", "vrf"))
    assert [(one.kind, one.answer) for one in judge(links, box.surroundings)] == [("vrf", Answer.NOT_PROVABLE)]


def test_a_ring_takes_ports_that_do_not_show_it(box: Box) -> None:
    links = (*(Link(port) for port in ("eth0", "eth1", "eth2")), Link("ring", "hsr"))
    assert [(one.kind, one.theorem, one.answer) for one in judge(links, box.surroundings)] == [
        ("hsr", Theorem.T1, Answer.NOT_PROVABLE)
    ]


def test_a_dialled_line_that_is_down_is_no_fault_but_any_other_port_is() -> None:
    site = site_on_a_line({"pppoe": {"user": "clinic@isp.example", "password_file": "credentials/line"}})
    around = surroundings(site, derive(site))
    assert around.ports[Zone.WAN] == "ppp-wan"

    assert list(judge((Link("eth0"), Link("eth1"), Link("eth2")), around)) == []
    assert list(judge((Link("eth1"), Link("eth2"), Link("ppp-wan", "ppp")), around)) == []
    assert [one.theorem for one in judge((Link("eth0"), Link("eth1")), around)] == [Theorem.T5]
