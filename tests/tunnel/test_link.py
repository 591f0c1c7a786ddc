"""The interface, its routes, and the blackholes that outlive it: as values, and in a real kernel."""

import errno
from dataclasses import replace
from ipaddress import ip_interface, ip_network
from typing import Any

import pytest
from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.policy.places import TUNNEL_IF_ID, TUNNEL_PORT, Carrier
from gateway.tunnel import link
from gateway.tunnel.errors import TunnelError
from gateway.tunnel.link import Standing, Step
from gateway.tunnel.model import BLACKHOLE_METRIC, Link, Route, Tunnel, Way
from gateway.twin.namespace import Namespace

V4, V6 = ip_network("203.0.113.0/24"), ip_network("2001:db8:c::/48")
HOLES = (Route(V4, Way.BLACKHOLE), Route(V6, Way.BLACKHOLE))
WAYS = (Route(V4, Way.TUNNEL), Route(V6, Way.TUNNEL))
INNER = ip_interface("192.0.2.200/32")
XFRM = Tunnel(Link(1395, (INNER,)), (*HOLES, *WAYS), ())
TUN = replace(XFRM, link=replace(XFRM.link, carrier=Carrier.TUN))
STANDS = Standing("xfrm", TUNNEL_IF_ID, 1395, up=True, addresses=(INNER,), routes=(*HOLES, *WAYS))


def said(steps: tuple[Step, ...]) -> list[str]:
    return [str(step) for step in steps]


class TestSteps:
    def test_blackholes_come_before_anything_else(self) -> None:
        assert said(link.steps(XFRM, Standing())) == [
            "+ blackhole for 203.0.113.0/24",
            "+ blackhole for 2001:db8:c::/48",
            "+ interface ipsec0 (xfrm), MTU 1395",
            "+ MTU 1395 on ipsec0",
            "+ address 192.0.2.200/32 on ipsec0",
            "+ interface ipsec0 up",
            "+ route to 203.0.113.0/24 into ipsec0",
            "+ route to 2001:db8:c::/48 into ipsec0",
        ]

    def test_nothing_where_everything_stands(self) -> None:
        assert link.steps(XFRM, STANDS) == ()

    def test_a_network_that_is_no_longer_named_loses_its_blackhole_last(self) -> None:
        only_v4 = replace(XFRM, routes=(HOLES[0], WAYS[0]))
        assert said(link.steps(only_v4, STANDS)) == [
            "- route to 2001:db8:c::/48 into ipsec0",
            "- blackhole for 2001:db8:c::/48",
        ]

    def test_an_interface_of_the_right_name_and_another_kind_is_made_anew_with_its_routes(self) -> None:
        tun = replace(STANDS, kind="tun", if_id=0)
        assert said(link.steps(XFRM, tun))[:2] == [
            "- interface ipsec0 (tun), MTU 1395",
            "+ interface ipsec0 (xfrm), MTU 1395",
        ]
        assert said(link.steps(XFRM, tun))[-2:] == [f"+ {way}" for way in WAYS]

    def test_a_device_of_charons_is_waited_for(self) -> None:
        assert said(link.steps(TUN, Standing())) == [f"+ {hole}" for hole in HOLES]

    def test_a_former_inner_address_goes_and_a_virtual_one_stays(self) -> None:
        other = ip_interface("192.0.2.201/32")
        assert said(link.steps(XFRM, replace(STANDS, addresses=(INNER, other)))) == [
            "- address 192.0.2.201/32 on ipsec0"
        ]

    def test_without_a_tunnel_nothing_of_ours_is_left(self) -> None:
        assert said(link.steps(None, STANDS)) == [
            "- interface ipsec0 (xfrm), MTU 1395",
            *(f"- {hole}" for hole in HOLES),
        ]
        assert link.steps(None, Standing("tun", 0, 1400, up=True)) == ()

    @pytest.mark.parametrize("before", [Standing(), STANDS, replace(STANDS, kind="tun", if_id=0, addresses=())])
    def test_back_to_what_stood_before_is_nothing_where_it_stands(self, before: Standing) -> None:
        assert link.steps_back(before, before) == ()

    def test_back_from_the_first_tunnel_of_a_box(self) -> None:
        assert said(link.steps_back(Standing(), STANDS)) == [
            "- interface ipsec0 (xfrm), MTU 1395",
            *(f"- {hole}" for hole in HOLES),
        ]


@pytest.mark.root
class TestKernel:
    def test_before_charon_there_are_blackholes_and_after_it_both(self, namespace: Namespace) -> None:
        namespace.call(make_so, TUN)
        assert namespace.call(ways_to, "203.0.113.1") == "blackhole"
        namespace.call(make_device)

        namespace.call(make_so, TUN)

        stands = namespace.call(link.observe)
        assert (stands.mtu, stands.up, set(stands.routes)) == (1395, True, {*HOLES, *WAYS})
        assert INNER in stands.addresses
        assert namespace.call(ways_to, "203.0.113.1") == TUNNEL_PORT
        assert namespace.call(ways_to, "2001:db8:c::1") == TUNNEL_PORT

    def test_a_device_that_goes_takes_its_routes_along_and_the_blackholes_stay(self, namespace: Namespace) -> None:
        namespace.call(make_device)
        namespace.call(make_so, TUN)

        namespace.call(remove_device)

        assert set(namespace.call(link.observe).routes) == set(HOLES)
        assert namespace.call(ways_to, "203.0.113.1") == "blackhole"
        assert namespace.call(ways_to, "2001:db8:c::1") == "blackhole"

    def test_back_again(self, namespace: Namespace) -> None:
        namespace.call(make_device)
        before = namespace.call(link.observe)
        namespace.call(make_so, TUN)

        namespace.call(go_back, before)

        assert namespace.call(link.observe).routes == ()

    def test_a_strangers_routes_are_not_ours(self, namespace: Namespace) -> None:
        namespace.call(route, dst="203.0.113.0/24", type="blackhole", priority=BLACKHOLE_METRIC)
        assert namespace.call(link.observe).routes == ()

    def test_what_the_kernel_refuses_is_said(self, namespace: Namespace) -> None:
        with pytest.raises(TunnelError, match="ipsec0 is gone again"):
            namespace.call(link.apply, (Step(1395),))


def make_so(wanted: Tunnel) -> None:
    link.apply(link.steps(wanted, link.observe()))
    assert link.steps(wanted, link.observe()) == ()


def go_back(before: Standing) -> None:
    link.apply(link.steps_back(before, link.observe()))


def make_device() -> None:
    with IPRoute() as ip:
        ip.link("add", ifname=TUNNEL_PORT, kind="tuntap", mode="tun")


def remove_device() -> None:
    with IPRoute() as ip:
        ip.link("del", ifname=TUNNEL_PORT)


def route(**words: Any) -> None:
    with IPRoute() as ip:
        ip.route("add", **words)


def ways_to(address: str) -> str:
    """Where the kernel would send a packet."""
    with IPRoute() as ip:
        try:
            (found,) = ip.route("get", dst=address)
        except NetlinkError as error:
            return {errno.EINVAL: "blackhole"}.get(error.code, str(error))
        return str(dict(ip.get_links(dict(found["attrs"])["RTA_OIF"])[0]["attrs"])["IFLA_IFNAME"])
