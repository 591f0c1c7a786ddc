from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network

import pytest

from gateway.policy.derive import derive
from gateway.policy.places import Carrier
from gateway.proof.guard import whole_guard
from gateway.proof.inventory.protected import judge
from gateway.proof.inventory.routes import Route
from gateway.proof.inventory.surroundings import Surroundings, surroundings
from gateway.proof.model import Answer, RoutingRule, Theorem
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import CONFIGS
from tests.proof.inventory.box import Box, boxed

NETWORKS = tuple(map(ip_network, ("203.0.113.0/24", "2001:db8:c::/48")))
BLACKHOLE = 6  # RTN_BLACKHOLE
WHOLE = tuple(
    route for network in NETWORKS for route in (Route(network, ("ipsec0",)), Route(network, (), kind=BLACKHOLE))
)


@pytest.fixture
def holder() -> Surroundings:
    site = load_site(CONFIGS / "ipsec-router-claim.yaml")
    return surroundings(site, derive(site))


def found(holder: Surroundings, *routes: Route, rules: tuple[RoutingRule, ...] = ()) -> list[str]:
    findings = tuple(judge(routes, (*whole_guard(), *rules), holder))
    assert {(one.theorem, one.answer) for one in findings} <= {(Theorem.T10, Answer.DISPROVED)}
    return [one.what for one in findings]


def test_the_tunnel_and_a_blackhole_behind_it_are_whole(holder: Surroundings) -> None:
    everywhere = (Route(ip_network("0.0.0.0/0"), ("eth0",)), Route(ip_network("::/0"), ("eth0",)))
    assert found(holder, *WHOLE, *everywhere) == []


def test_without_its_interface_the_blackhole_alone_is_whole_too(holder: Surroundings) -> None:
    assert found(holder, *(route for route in WHOLE if route.kind == BLACKHOLE)) == []


def test_two_halves_stop_as_much_as_the_whole(holder: Surroundings) -> None:
    halves = (Route(half, (), kind=BLACKHOLE) for half in NETWORKS[0].subnets())
    assert found(holder, *(one for one in WHOLE if one.destination != NETWORKS[0]), *halves) == []


@pytest.mark.parametrize("missing", WHOLE[1::2], ids=lambda route: str(route.destination))
def test_each_blackhole_that_is_missing_is_named(holder: Surroundings, missing: Route) -> None:
    (what,) = found(holder, *(one for one in WHOLE if one is not missing))
    assert what == f"no blackhole stands behind the tunnel for {missing.destination}"


def test_a_half_that_is_open_is_named(holder: Surroundings) -> None:
    low, high = NETWORKS[0].subnets()
    routes = (*(one for one in WHOLE if one.destination != NETWORKS[0]), Route(low, (), kind=BLACKHOLE))
    assert found(holder, *routes) == [f"no blackhole stands behind the tunnel for {high}"]


@pytest.mark.parametrize(
    "stray",
    [
        Route(ip_network("203.0.113.0/24"), ("eth0",)),
        Route(ip_network("203.0.113.128/25"), ("eth0",)),
        Route(ip_network("203.0.113.7/32"), ("ipsec0", "eth0")),
        Route(ip_network("2001:db8:c:1::/64"), ("eth2",)),
        Route(ip_network("203.0.113.7/32"), ("eth0",), table=220),
        Route(ip_network("203.0.113.7/32"), (), kind=9),
        Route(ip_network("203.0.113.7/32"), (), next_hop="7"),
    ],
    ids=str,
)
def test_another_way_for_any_part_of_it_is_named(holder: Surroundings, stray: Route) -> None:
    (what,) = found(holder, *WHOLE, stray)
    assert what.startswith(f"the route to {stray.destination} in table {stray.table} leads to")


def test_a_table_asked_before_the_main_one_takes_everything_it_covers(holder: Surroundings) -> None:
    everywhere = Route(ip_network("0.0.0.0/0"), ("eth0",), table=220)
    assert found(holder, *WHOLE, everywhere) == []
    assert found(holder, *WHOLE, everywhere, rules=(RoutingRule(6, 32_100, table=220),)) == []
    (what,) = found(holder, *WHOLE, everywhere, rules=(RoutingRule(4, 32_100, table=220),))
    assert what == "the route to 0.0.0.0/0 in table 220 leads to eth0"


def test_a_box_that_protects_nothing_has_nothing_to_say(site: Site) -> None:
    around = surroundings(site, derive(site))
    assert list(judge((Route(NETWORKS[0], ("eth0",)),), whole_guard(), around)) == []


@pytest.fixture(scope="module")
def holding() -> Iterator[Box]:
    with boxed(load_site(CONFIGS / "ipsec-router-claim.yaml")) as made:
        yield made


DISPROVED = {("route", Theorem.T10, Answer.DISPROVED)}


@pytest.mark.root
@pytest.mark.parametrize(("family", "network"), [("-4", "203.0.113.0/24"), ("-6", "2001:db8:c::/48")])
def test_a_blackhole_that_went_is_missed(holding: Box, family: str, network: str) -> None:
    words = f"ip {family} route {{}} blackhole {network} metric 65000"
    assert holding.found() == set()
    with holding.changed(words.format("del"), undo=(words.format("add"),)):
        assert holding.found() == DISPROVED


@pytest.mark.root
def test_a_longer_prefix_by_the_line_is_found(holding: Box) -> None:
    with holding.changed("ip route add 203.0.113.128/25 dev eth0", undo=("ip route del 203.0.113.128/25",)):
        assert holding.found() == DISPROVED


@pytest.mark.root
def test_a_table_before_the_main_one_is_found(holding: Box) -> None:
    with holding.changed(
        "ip route add default dev eth0 table 220",
        "ip rule add pref 32100 lookup 220",
        undo=("ip route flush table 220", "ip rule del pref 32100"),
    ):
        assert holding.found() == DISPROVED


@pytest.mark.root
def test_another_device_of_its_name_is_no_tunnel(holding: Box) -> None:
    real = replace(holding, surroundings=replace(holding.surroundings, carrier=Carrier.XFRM))
    assert real.found() == {("tunnel", Theorem.T10, Answer.NOT_PROVABLE)}
