from ipaddress import ip_address, ip_network

import pytest

from gateway.policy.places import (
    all_inside,
    delegated,
    holds_tunnel,
    initiators,
    inside,
    own,
    part,
    protected,
    providers,
    receipt_pcs,
    terminals,
    way_out,
    zone_of,
)
from gateway.policy.places import zones as zones_of
from gateway.site.layout import Layout, Line, Role, Zone
from gateway.site.model import Site, Use
from tests.policy.sites import ROLES, site_of, site_on_a_line

A, B = (Role.A,), (Role.B,)


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
@pytest.mark.parametrize("layout", Layout)
def test_the_box_knows_its_zones_itself_and_the_tunnel_it_holds(layout: Layout, roles: tuple[Role, ...]) -> None:
    holds = layout.line is Line.IPSEC_ROUTER and Role.B in roles
    expected = layout.zones(roles) | {Zone.GATEWAY} | ({Zone.TUNNEL} if holds else set())

    assert set(zones_of(site_of(layout, roles))) == expected


def test_a_tunnel_held_upstream_is_no_zone_of_this_box() -> None:
    site = site_of(Layout.IPSEC_ROUTER_CLAIM, A)

    assert not holds_tunnel(site)
    assert part(site, Zone.TUNNEL) is None


@pytest.mark.parametrize(
    ("layout", "roles", "way"),
    [
        (Layout.IP_VPN_CLAIM, B, Zone.WAN),
        (Layout.IPSEC_CLIENT_CLAIM, B, Zone.WAN),
        (Layout.IPSEC_ROUTER_CLAIM, B, Zone.TUNNEL),
        (Layout.IP_VPN_CLAIM, A, None),
        (Layout.IPSEC_ROUTER_CLAIM, A, None),
        (Layout.IPSEC_CLIENT_CLAIM, A, None),
    ],
)
def test_terminals_leave_by_the_tunnel_where_there_is_one_and_never_beside_it(
    layout: Layout, roles: tuple[Role, ...], way: Zone | None
) -> None:
    assert way_out(site_of(layout, roles)) is way


def test_without_its_tunnel_a_tunnel_layout_has_no_way_out() -> None:
    """`check` refuses such a site; should one come here nevertheless, nothing leaves in the clear (C17)."""
    assert way_out(site_of(Layout.IPSEC_ROUTER_CLAIM).model_copy(update={"tunnel": None})) is None


@pytest.fixture
def both() -> Site:
    return site_of(Layout.IP_VPN_BOTH)


def test_only_inside_zones_have_prefixes(both: Site) -> None:
    assert [zone for zone in Zone if inside(both, zone)] == [Zone.LAN, Zone.CLAIM, Zone.QUALIFICATION]
    assert {str(network) for network in all_inside(both)} == {
        "192.168.10.0/24",
        "192.168.20.0/24",
        "192.168.30.0/24",
        "2001:db8:10::/64",
        "2001:db8:20::/64",
        "2001:db8:30::/64",
    }


def test_the_boxs_own_addresses_are_single_hosts(both: Site) -> None:
    assert own(both, Zone.WAN) == (ip_network("198.51.100.2"), ip_network("2001:db8:ff::2"))
    assert own(both, Zone.GATEWAY) == own(both, Zone.TUNNEL) == ()


def test_hosts_are_found_by_zone_and_use(both: Site) -> None:
    assert [str(network) for network in receipt_pcs(both)] == ["192.168.10.21/32", "2001:db8:10::21/128"]
    assert terminals(both, Zone.CLAIM, Use.QUALIFICATION) == ()
    assert [str(one) for one in terminals(both, Zone.QUALIFICATION, Use.QUALIFICATION)] == [
        "192.168.30.10/32",
        "2001:db8:30::10/128",
    ]
    assert terminals(both, Zone.LAN, Use.CLAIM) == ()


def test_a_combined_terminal_has_both_uses() -> None:
    site = site_of(Layout.IP_VPN_COMBINED)

    assert terminals(site, Zone.CLAIM, Use.CLAIM) == terminals(site, Zone.CLAIM, Use.QUALIFICATION) != ()


@pytest.mark.parametrize(
    ("address", "zone"),
    [("192.168.10.5", Zone.LAN), ("2001:db8:30::9", Zone.QUALIFICATION), ("192.0.2.123", Zone.WAN)],
)
def test_an_address_belongs_to_a_segment_or_lies_beyond_the_line(both: Site, address: str, zone: Zone) -> None:
    assert zone_of(both, ip_address(address)) is zone


def test_a_box_without_lan_has_no_receipt_pcs() -> None:
    assert receipt_pcs(site_of(Layout.IP_VPN_CLAIM, B)) == ()


def test_what_the_line_assigns_may_be_anything_and_what_is_static_is_itself() -> None:
    static = {"addresses": ["198.51.100.2/30"], "next_hop": ["198.51.100.1"]}
    assert [str(one) for one in own(site_on_a_line({"dhcp": {}, "ra": {}}), Zone.WAN)] == ["0.0.0.0/0", "::/0"]
    assert [str(one) for one in own(site_on_a_line({"dhcp": {}}), Zone.WAN)] == ["0.0.0.0/0"]
    mixed = own(site_on_a_line({"static": static, "ra": {}}), Zone.WAN)
    assert [str(one) for one in mixed] == ["198.51.100.2/32", "::/0"]


def test_where_the_prefix_is_delegated_whoever_lives_there_starts_and_nobody_is_reached() -> None:
    site = site_on_a_line({"dhcp": {}, "pd": {}})
    assert delegated(site) == (Zone.CLAIM,)
    assert [str(one) for one in initiators(site, Zone.CLAIM, Use.CLAIM)] == ["192.168.20.10/32", "2000::/3"]
    assert [str(one) for one in terminals(site, Zone.CLAIM, Use.CLAIM)] == ["192.168.20.10/32"]
    assert initiators(site, Zone.CLAIM, Use.QUALIFICATION) == ()
    assert delegated(site_on_a_line({"dhcp": {}, "ra": {}})) == ()


def test_every_provider_is_a_far_end_and_their_networks_are_protected_together() -> None:
    site = site_of(Layout.IPSEC_ROUTER_CLAIM)
    assert site.tunnel is not None

    assert providers(site) == site.tunnel.providers
    assert set(protected(site)) == {ip_network("203.0.113.0/24"), ip_network("2001:db8:c::/47")}


def test_who_holds_no_tunnel_protects_nothing() -> None:
    for site in (site_of(Layout.IP_VPN_CLAIM), site_of(Layout.IPSEC_ROUTER_CLAIM, A)):
        assert providers(site) == ()
        assert protected(site) == ()
