from ipaddress import ip_network

import pytest

from gateway.policy.derive import derive
from gateway.proof.inventory.routes import Route, judge
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Answer, Theorem
from tests.policy.sites import site_on_a_line
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root


@pytest.mark.parametrize(
    ("route", "theorem", "answer"),
    [
        ("192.168.10.128/25 dev eth2", Theorem.T7, Answer.DISPROVED),
        ("192.168.10.21 dev eth0", Theorem.T7, Answer.DISPROVED),
        ("10.9.0.0/16 via 192.168.20.10", Theorem.T7, Answer.DISPROVED),
        ("10.9.0.0/16 via 192.168.20.10 table 7", Theorem.T7, Answer.DISPROVED),
        ("10.9.0.0/16 nexthop via 198.51.100.1 nexthop via 192.168.20.10", Theorem.T7, Answer.DISPROVED),
        ("local 192.168.10.0/25 dev lo table 7", Theorem.T7, Answer.DISPROVED),
        ("203.0.113.9 via 198.51.100.1 table local", Theorem.T8, Answer.DISPROVED),
    ],
)
def test_a_route_that_the_site_file_does_not_know_is_seen(
    box: Box, route: str, theorem: Theorem, answer: Answer
) -> None:
    with box.changed(f"ip route add {route}", undo=(f"ip route del {route}",)):
        assert box.found() == {("route", theorem, answer)}


def test_a_route_of_ipv6_as_well(box: Box) -> None:
    route = "2001:db8:10::21 dev eth2"
    with box.changed(f"ip route add {route}", undo=(f"ip route del {route}",)):
        assert box.found() == {("route", Theorem.T7, Answer.DISPROVED)}


def test_a_route_that_wraps_packets_is_not_followed(box: Box) -> None:
    route = "2001:db8:c::/48 encap seg6 mode encap segs 2001:db8:ff::9 dev eth0"
    with box.changed(f"ip route add {route}", undo=("ip route del 2001:db8:c::/48 dev eth0",)):
        assert box.found() == {("route", Theorem.T1, Answer.NOT_PROVABLE)}


def test_more_ways_out_over_the_line_are_nobodys_business(box: Box) -> None:
    with box.changed("ip route add 203.0.113.0/24 via 198.51.100.1", undo=("ip route del 203.0.113.0/24",)):
        assert box.found() == set()


def test_a_next_hop_object_whose_port_is_not_told_is_not_followed(box: Box) -> None:
    changes = (
        "sysctl -qw net.ipv4.nexthop_compat_mode=0",
        "ip nexthop add id 7 dev eth2",
        "ip route add 192.168.10.128/25 nhid 7",
    )
    undo = ("ip nexthop del id 7", "sysctl -qw net.ipv4.nexthop_compat_mode=1")
    with box.changed(*changes, undo=undo):
        assert box.found() == {("route", Theorem.T7, Answer.NOT_PROVABLE)}
    with box.changed(*changes[1:], undo=undo[:1]):
        assert box.found() == {("route", Theorem.T7, Answer.DISPROVED)}


@pytest.mark.parametrize(
    ("destination", "port", "wrong"),
    [
        ("2001:db8:77:1::/64", "eth2", False),
        ("2001:db8:77::/56", "eth2", True),
        ("fd00:77::/64", "eth2", True),
        ("2001:db8:10::/64", "eth2", True),
        ("2001:db8:77:1::/64", "eth1", True),
    ],
)
def test_where_the_line_delegates_a_segment_has_one_64_whichever_it_is(
    destination: str, port: str, wrong: bool
) -> None:
    site = site_on_a_line({"dhcp": {}, "pd": {}})
    route = Route(ip_network(destination), (port,))
    assert bool(list(judge((route,), surroundings(site, derive(site))))) is wrong
