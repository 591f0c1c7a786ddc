import subprocess
from dataclasses import replace
from ipaddress import ip_address, ip_interface

import pytest
from pyroute2 import IPRoute

from gateway.site.layout import Layout, Role, Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.twin.samples import CONFIGS
from gateway.wiring import part
from gateway.wiring.model import Address, Assigned, DefaultRoute, Sysctl, Vlan, Wiring, difference
from tests.policy.sites import site_of, site_on_a_line


def test_desired_is_what_the_site_file_says(site: Site) -> None:
    wanted = part.desired(site)
    assert part.ports(site) == {Zone.LAN: "eth1", Zone.CLAIM: "eth2", Zone.WAN: "eth0"}
    assert Address("eth2", ip_interface("2001:db8:20::1/64")) in wanted.addresses
    assert wanted.routes == (
        DefaultRoute("eth0", ip_address("198.51.100.1")),
        DefaultRoute("eth0", ip_address("2001:db8:ff::1")),
    )


def test_the_tunnel_is_a_port_of_the_box_that_holds_it_and_charons_to_make() -> None:
    holds, beside = site_of(Layout.IPSEC_ROUTER_CLAIM), site_of(Layout.IPSEC_ROUTER_CLAIM, (Role.A,))
    assert part.ports(holds)[Zone.TUNNEL] == "ipsec0"
    assert Zone.TUNNEL not in part.ports(beside)
    assert "ipsec0" not in {up.port for up in part.desired(holds).up}


def test_the_tunnels_interface_gets_the_settings_of_a_line_though_its_own_part_makes_it() -> None:
    settings = {one.path: one.value for one in part.desired(site_of(Layout.IPSEC_ROUTER_CLAIM)).sysctls}
    line = {path.replace("/eth0/", "/ipsec0/"): value for path, value in settings.items() if "/eth0/" in path}

    assert line
    assert {path: value for path, value in settings.items() if "/ipsec0/" in path} == line
    assert not [one for one in part.desired(site_of(Layout.IP_VPN_CLAIM)).sysctls if "/ipsec0/" in one.path]


def test_a_box_without_a_line_has_no_way_out_of_its_own() -> None:
    wanted = part.desired(site_of(Layout.IP_VPN_BOTH, (Role.A,)))
    assert {up.port for up in wanted.up} == {"eth1", "eth2", "eth3"}
    assert wanted.routes == ()


def test_a_box_without_lan_knows_no_port_for_it() -> None:
    wanted = part.desired(site_of(Layout.IP_VPN_CLAIM, (Role.B,)))
    assert {up.port for up in wanted.up} == {"eth0", "eth2"}
    assert not [one for one in wanted.sysctls if "/eth1/" in one.path]


def test_only_the_line_goes_without_the_kernels_reverse_path_filter() -> None:
    wanted = part.desired(site_of(Layout.IP_VPN_BOTH))
    filtered = {one.path.split("/")[3]: one.value for one in wanted.sysctls if one.path.endswith("/rp_filter")}
    assert filtered == {"all": "0", "eth0": "0", "eth1": "1", "eth2": "1", "eth3": "1"}


def test_segments_on_a_trunk_are_its_vlans() -> None:
    site = load_site(CONFIGS / "vlan-trunk.yaml")
    assert part.ports(site) == {
        Zone.LAN: "eth0.10",
        Zone.CLAIM: "eth0.20",
        Zone.QUALIFICATION: "eth0.30",
        Zone.WAN: "eth1",
    }


def test_vlans_are_made_on_a_trunk_that_carries_nothing_itself() -> None:
    wanted = part.desired(load_site(CONFIGS / "vlan-trunk.yaml"))
    assert wanted.vlans == tuple(Vlan(f"eth0.{number}", "eth0", number) for number in (10, 20, 30))
    assert [up.port for up in wanted.up] == ["eth0", "eth0.10", "eth0.20", "eth0.30", "eth1"]
    assert not [one for one in wanted.addresses if one.port == "eth0"]
    assert "net/ipv6/conf/eth0/accept_ra" in {one.path for one in wanted.sysctls}


def test_what_the_line_assigns_is_left_to_it() -> None:
    uplink = {"port": "eth0", "uplink": {"dhcp": {}, "pd": {}}}
    zones = site_of(Layout.IP_VPN_CLAIM).zones.model_dump(exclude_none=True) | {"wan": uplink}
    zones["claim"] = zones["claim"] | {"ipv6": "delegated", "addresses": ["192.168.20.1/24"]}
    zones["claim"]["terminals"][0].pop("address6")
    wanted = part.desired(site_of(Layout.IP_VPN_CLAIM, zones=zones))
    assert wanted.assigned == (Assigned("eth0", 4), Assigned("eth0", 6), Assigned("eth2", 6, 1))
    assert wanted.routes == ()


DIALS = site_on_a_line({"pppoe": {"user": "clinic@isp.example", "password_file": "credentials/line"}})


def test_a_dialled_line_is_an_interface_of_its_own_and_its_port_carries_no_ip() -> None:
    wanted = part.desired(DIALS)
    settings = {one.path: one.value for one in wanted.sysctls}

    assert part.ports(DIALS)[Zone.WAN] == "ppp-wan"
    assert "eth0" in {up.port for up in wanted.up}
    assert settings["net/ipv6/conf/eth0/disable_ipv6"] == settings["net/ipv4/conf/eth0/rp_filter"] == "1"
    assert not [path for path in settings if "ppp-wan" in path]
    assert (wanted.routes, wanted.assigned) == ((), ())
    assert not [one for one in wanted.addresses if one.port == "eth0"]


@pytest.fixture
def wired(namespace: Namespace) -> Namespace:
    """A namespace with the sample site's three ports, both ends of each wire inside."""

    def plug() -> None:
        with IPRoute() as ip:
            for name in ("eth0", "eth1", "eth2"):
                ip.link("add", ifname=name, kind="veth", peer={"ifname": f"far-{name}"})
                ip.link("set", index=ip.link_lookup(ifname=f"far-{name}")[0], state="up")

    namespace.call(plug)
    return namespace


def settle(namespace: Namespace, wanted: Wiring) -> None:
    namespace.call(lambda: part.apply(difference(wanted, part.observe(wanted))))


@pytest.mark.root
def test_applied_it_differs_in_nothing_and_a_second_time_does_nothing(wired: Namespace, site: Site) -> None:
    wanted = part.desired(site)
    settle(wired, wanted)
    assert difference(wanted, wired.call(part.observe, wanted)) == ()


@pytest.mark.root
def test_a_foreign_address_and_default_route_are_taken_away(wired: Namespace, site: Site) -> None:
    wanted = part.desired(site)
    foreign = replace(
        wanted,
        addresses=(Address("eth1", ip_interface("10.9.9.9/24")), Address("eth0", ip_interface("10.8.8.8/24"))),
        routes=(DefaultRoute("eth0", ip_address("10.8.8.1")),),
    )
    settle(wired, foreign)
    settle(wired, wanted)
    assert difference(wanted, wired.call(part.observe, wanted)) == ()


@pytest.mark.root
def test_an_address_can_change_inside_its_prefix(wired: Namespace, site: Site) -> None:
    """The old address is the primary one of the prefix: its end must not take the new one along."""
    wanted = part.desired(site)
    settle(wired, wanted)
    assert site.zones.lan is not None
    lan = site.zones.lan.model_copy(update={"addresses": (ip_interface("192.168.10.2/24"),)})
    moved = part.desired(site.model_copy(update={"zones": site.zones.model_copy(update={"lan": lan})}))
    settle(wired, moved)
    assert difference(moved, wired.call(part.observe, moved)) == ()


@pytest.mark.root
def test_a_missing_port_is_named_with_those_that_are_there(namespace: Namespace, site: Site) -> None:
    with pytest.raises(part.WiringError, match=r"^no such port: eth0, eth1, eth2\. this box has: none$"):
        namespace.call(part.observe, part.desired(site))


@pytest.mark.root
def test_what_the_kernel_refuses_is_named(wired: Namespace, site: Site) -> None:
    wanted = replace(part.desired(site), routes=(DefaultRoute("eth0", ip_address("192.0.2.99")),))
    with pytest.raises(part.WiringError, match=r"^\+ default route via 192\.0\.2\.99 on eth0: Network is unreachable$"):
        settle(wired, wanted)


@pytest.mark.root
def test_a_setting_this_kernel_does_not_have_is_named(wired: Namespace) -> None:
    wanted = Wiring(sysctls=(Sysctl("net/ipv4/no_such_setting", "1"),))
    with pytest.raises(part.WiringError, match=r"net/ipv4/no_such_setting = 1: No such file or directory"):
        settle(wired, wanted)


def lease(namespace: Namespace, address: str, lifetime_s: int) -> None:
    """An address with an end, as systemd-networkd sets one for a lease."""

    def add() -> None:
        with IPRoute() as ip:
            eth0 = ip.link_lookup(ifname="eth0")[0]
            times = {"IFA_CACHEINFO": {"ifa_preferred": lifetime_s, "ifa_valid": lifetime_s}}
            own = ip_interface(address)
            ip.addr("add", index=eth0, address=str(own.ip), prefixlen=own.network.prefixlen, **times)

    namespace.call(add)


def learned(namespace: Namespace, *words: str) -> None:
    """A route as somebody's DHCP client, or systemd-networkd, makes it."""
    subprocess.run(namespace.command("ip", *words), check=True)


@pytest.mark.root
def test_another_clients_route_goes_where_the_line_has_no_say(wired: Namespace, site: Site) -> None:
    wanted = part.desired(site)
    settle(wired, wanted)
    learned(wired, "route", "add", "default", "via", "192.168.10.21", "dev", "eth1", "metric", "1002", "proto", "dhcp")
    learned(wired, "-6", "route", "add", "default", "via", "fe80::1", "dev", "eth2", "metric", "512", "proto", "ra")
    assert len(difference(wanted, wired.call(part.observe, wanted))) == 2
    settle(wired, wanted)
    assert difference(wanted, wired.call(part.observe, wanted)) == ()


@pytest.mark.root
def test_the_line_may_have_two_routers_and_none_of_them_inside(wired: Namespace) -> None:
    wanted = part.desired(site_on_a_line({"dhcp": {}, "ra": {}}))
    settle(wired, wanted)
    lease(wired, "198.51.100.50/24", 3600)
    learned(wired, "route", "add", "default", "via", "198.51.100.1", "dev", "eth0", "metric", "1024", "proto", "dhcp")
    for router in ("fe80::1", "fe80::2"):
        learned(
            wired, "-6", "route", "append", "default", "via", router, "dev", "eth0", "metric", "1024", "proto", "ra"
        )
    assert difference(wanted, wired.call(part.observe, wanted)) == ()
    lease(wired, "192.168.20.150/25", 3600)
    learned(wired, "route", "add", "192.168.20.10", "dev", "eth0", "metric", "1024", "proto", "dhcp")
    told = tuple(map(str, difference(wanted, wired.call(part.observe, wanted))))
    assert told == (
        "- address 192.168.20.150/25 on eth0",
        "- route to 192.168.20.10/32 on eth0 metric 1024",
        "- route to 192.168.20.128/25 on eth0",
    )
    settle(wired, wanted)
    assert difference(wanted, wired.call(part.observe, wanted)) == ()


@pytest.mark.root
def test_a_lease_stays_where_the_line_assigns_addresses_and_goes_where_it_does_not(
    wired: Namespace, site: Site
) -> None:
    fixed = part.desired(site)
    assigned = replace(
        fixed,
        addresses=tuple(one for one in fixed.addresses if one.port != "eth0"),
        routes=(),
        assigned=(Assigned("eth0", 4), Assigned("eth0", 6)),
    )
    settle(wired, fixed)
    settle(wired, assigned)  # the static addresses go, though they are of the family that is the line's now
    lease(wired, "198.51.100.77/24", 600)
    assert difference(assigned, wired.call(part.observe, assigned)) == ()
    settle(wired, fixed)
    found = wired.call(part.observe, fixed)
    assert difference(fixed, found) == ()
    assert Address("eth0", ip_interface("198.51.100.77/24")) not in found.addresses


@pytest.mark.root
def test_on_a_kernel_without_vlans_it_says_so_and_with_them_makes_them(wired: Namespace) -> None:
    """This machine's kernel may lack 8021Q; tests/vm makes VLANs on Debian's."""
    wanted = replace(part.desired(load_site(CONFIGS / "vlan-trunk.yaml")), rules=(), routes=())
    try:
        settle(wired, wanted)
    except part.WiringError as refused:
        assert str(refused) == "+ link eth0.10: vlan 10 of eth0: Operation not supported"  # noqa: PT017 - or it is made
    else:
        assert difference(wanted, wired.call(part.observe, wanted)) == ()


@pytest.mark.root
def test_a_trunk_that_is_gone_takes_its_vlans_along(wired: Namespace) -> None:
    wanted = part.desired(load_site(CONFIGS / "vlan-trunk.yaml"))

    def unplug() -> None:
        with IPRoute() as ip:
            ip.link("del", index=ip.link_lookup(ifname="eth0")[0])

    wired.call(unplug)
    left, missing = wired.call(part.present, wanted)
    assert missing == ("eth0", "eth0.10", "eth0.20", "eth0.30")
    assert left.vlans == ()
    assert [up.port for up in left.up] == ["eth1"]


def dialled() -> None:
    """What pppd makes, as far as the kernel's routes and settings know."""
    with IPRoute() as ip:
        ip.link("add", ifname="ppp-wan", kind="veth", peer={"ifname": "far-ppp-wan"})
        for name in ("far-ppp-wan", "ppp-wan"):
            ip.link("set", index=ip.link_lookup(ifname=name)[0], state="up")
        ip.addr("add", index=ip.link_lookup(ifname="ppp-wan")[0], address="198.51.100.10", prefixlen=32)


@pytest.mark.root
def test_a_dialled_line_that_is_down_hinders_no_apply_and_is_told(wired: Namespace) -> None:
    wanted = part.desired(DIALS)
    settle(wired, wanted)

    assert difference(wanted, wired.call(part.observe, wanted)) == ()
    there, missing = wired.call(part.present, wanted)
    assert missing == ("ppp-wan",)
    assert difference(there, wired.call(part.observe, there)) == ()


@pytest.mark.root
def test_a_dialled_line_that_comes_up_is_the_way_out_and_its_address_is_its_own(wired: Namespace) -> None:
    wanted = part.desired(DIALS)
    settle(wired, wanted)
    wired.call(dialled)
    assert difference(wanted, wired.call(part.observe, wanted)) == ()  # an apply in the same moment sees nothing of it

    there, missing = wired.call(part.present, wanted)
    settle(wired, there)

    assert missing == ()
    assert [str(route) for route in wired.call(part.observe, there).routes] == ["route to 0.0.0.0/0 on ppp-wan"]
    assert difference(there, wired.call(part.observe, there)) == ()
    assert difference(wanted, wired.call(part.observe, wanted)) == ()


@pytest.mark.root
def test_a_dialled_line_that_is_being_hung_up_is_not_there_any_more(wired: Namespace) -> None:
    wired.call(dialled)

    def hang_up() -> None:
        with IPRoute() as ip:
            ip.link("set", index=ip.link_lookup(ifname="ppp-wan")[0], state="down")

    wired.call(hang_up)

    there, missing = wired.call(part.present, part.desired(DIALS))
    assert missing == ("ppp-wan",)
    settle(wired, there)


@pytest.mark.root
def test_a_way_out_beside_the_dialled_line_is_taken_away(wired: Namespace) -> None:
    there, _ = wired.call(part.present, part.desired(DIALS))
    settle(wired, there)

    def astray() -> None:
        with IPRoute() as ip:
            ip.addr("add", index=ip.link_lookup(ifname="eth0")[0], address="198.51.100.2", prefixlen=30)
            ip.route("add", dst="default", gateway="198.51.100.1")

    wired.call(astray)

    undone = [str(change) for change in difference(there, wired.call(part.observe, there))]
    assert undone == ["- address 198.51.100.2/30 on eth0", "- default route via 198.51.100.1 on eth0"]
