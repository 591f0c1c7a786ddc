from ipaddress import ip_address

from gateway.policy.derive import derive
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site
from gateway.twin.differential.terrain import terrain
from tests.policy.sites import site_of


def test_where_the_box_sends_what(site: Site) -> None:
    ground = terrain(site, derive(site))
    assert ground.way(ip_address("192.168.20.77")) is Zone.CLAIM
    assert ground.way(ip_address("203.0.113.9")) is Zone.WAN
    assert ground.is_own(ip_address("2001:db8:20::1"))
    assert ground.is_on_link(ip_address("192.168.20.77"), Zone.CLAIM)
    assert not ground.is_on_link(ip_address("203.0.113.9"), Zone.WAN)


def test_a_default_route_believes_every_source_but_the_boxs_own(site: Site) -> None:
    ground = terrain(site, derive(site))
    assert ground.routed_back(ip_address("192.168.10.21"), Zone.WAN)
    assert not ground.routed_back(ip_address("192.168.10.21"), Zone.CLAIM)
    assert not ground.routed_back(ip_address("192.168.10.1"), Zone.LAN)


def test_what_lies_behind_the_tunnel_does_not_go_out_by_the_line() -> None:
    site = site_of(Layout.IPSEC_ROUTER_CLAIM)
    assert terrain(site, derive(site)).way(ip_address("203.0.113.9")) is Zone.TUNNEL


def test_who_is_masqueraded_and_by_what() -> None:
    site = site_of(Layout.IP_VPN_CLAIM)
    ground = terrain(site, derive(site))
    assert ground.hidden_behind(ip_address("192.168.20.10"), Zone.WAN) == ip_address("198.51.100.2")
    assert ground.hidden_behind(ip_address("2001:db8:20::10"), Zone.WAN) is None
    assert ground.hidden_behind(ip_address("192.168.10.21"), Zone.CLAIM) == ip_address("192.168.20.1")


def test_nobody_is_asked_at_an_address_of_everybody(site: Site) -> None:
    found = {str(one) for pool in terrain(site, derive(site)).pool.values() for one in pool}
    assert found
    assert not found & {"192.168.20.0", "192.168.20.255", "192.168.20.1"}
