from ipaddress import ip_address
from typing import Any

import pytest

from gateway.policy.derive import derive
from gateway.policy.model import Flow, Protocol, Session, verdict
from gateway.policy.openings import openings
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site
from tests.policy.sites import site_of, site_on_a_line

PATCHES = {"name": "patches", "networks": ["192.0.2.0/28"], "services": [{"tcp": 443}], "via": "wan"}
DESKTOP = {"to": "claim", "from": ["192.168.10.250"], "services": [{"tcp": 3389}], "at_most": "1h"}


def opened(site: Site) -> dict[str, Flow]:
    return {flow.id: flow for flow in openings(site)}


def segments(layout: Layout, **zones: dict[str, Any]) -> dict[str, Any]:
    """The layout's zones with keys added to some."""
    plain = site_of(layout).zones.model_dump(by_alias=True, exclude_none=True)
    return {name: zone | zones.get(name, {}) for name, zone in plain.items()}


@pytest.mark.parametrize("layout", Layout)
def test_nothing_is_open_unless_the_site_file_says_so(layout: Layout) -> None:
    assert opened(site_of(layout)) == {}


class TestUpdates:
    def test_every_terminal_zone_gets_a_flow_with_its_own_clauses(self) -> None:
        flows = opened(site_of(Layout.IP_VPN_BOTH, updates=[PATCHES]))

        assert {name: flow.clauses for name, flow in flows.items()} == {
            "claim-wan-update-patches": ("C9", "C21"),
            "qualification-wan-update-patches": ("C10", "C21"),
        }
        assert {str(network) for flow in flows.values() for network in flow.destinations} == {"192.0.2.0/28"}

    def test_hours_are_a_window_of_every_day(self) -> None:
        (flow,) = opened(site_of(Layout.IP_VPN_CLAIM, updates=[PATCHES | {"hours": "12:00-13:00"}])).values()

        assert str(flow.when) == "12:00-13:00"

    def test_without_hours_they_are_always_open(self) -> None:
        (flow,) = opened(site_of(Layout.IP_VPN_CLAIM, updates=[PATCHES])).values()

        assert flow.when is None

    def test_names_stand_for_destinations_in_every_family_of_the_terminal(self) -> None:
        update = {"name": "av", "names": ["av.example.com"], "services": [{"tcp": 443}], "via": "wan"}
        (flow,) = opened(site_of(Layout.IP_VPN_CLAIM, updates=[update])).values()

        assert flow.destinations == ()
        assert flow.names == ("av.example.com",)
        assert flow.families == (4, 6)

    def test_the_way_out_is_the_declared_one(self) -> None:
        inner = PATCHES | {"name": "inner", "via": "tunnel", "networks": ["203.0.113.64/26"]}
        site = site_of(Layout.IPSEC_ROUTER_CLAIM, updates=[PATCHES, inner])

        assert {name: flow.target for name, flow in opened(site).items()} == {
            "claim-wan-update-patches": Zone.WAN,
            "claim-tunnel-update-inner": Zone.TUNNEL,
        }


_SERVERS = {"from": ["192.168.10.250"], "dns": ["192.0.2.53"], "ntp": ["192.0.2.123"]}


class TestLineServers:
    def test_names_are_forwarded_to_whomever_the_line_tells_of_and_never_inside(self) -> None:
        flow = opened(site_on_a_line({"dhcp": {}, "pd": {}}, claim={"serve": ["dns"]}))["gateway-wan-line-dns"]

        assert [str(one) for one in flow.services] == ["tcp 53", "udp 53"]
        assert flow.families == (4, 6)
        for inside in ("192.168.10.21", "192.168.20.10", "2001:db8:10::21"):
            assert not any(ip_address(inside) in network for network in flow.destinations)

    def test_only_in_the_families_the_line_assigns(self) -> None:
        static = {"addresses": ["198.51.100.2/30"], "next_hop": ["198.51.100.1"]}
        site = site_on_a_line({"static": static, "ra": {}}, claim={"serve": ["dns"]})
        assert opened(site)["gateway-wan-line-dns"].families == (6,)

    @pytest.mark.parametrize("serve", [["dns"], ["dhcp"]])
    def test_not_where_servers_are_declared_or_nobody_asks(self, serve: list[str]) -> None:
        management = {"management": _SERVERS} if "dns" in serve else {}
        site = site_on_a_line({"dhcp": {}, "ra": {}}, claim={"serve": serve}, **management)
        assert "gateway-wan-line-dns" not in opened(site)


class TestSegmentServices:
    def test_dns_and_ntp_are_sessions_dhcp_and_ra_are_not(self) -> None:
        serve = {"serve": ["dhcp", "ra", "dns", "ntp"]}
        zones = segments(Layout.IP_VPN_BOTH, qualification=serve)
        site = site_of(Layout.IP_VPN_BOTH, zones=zones, management=_SERVERS)
        flows = {name: flow for name, flow in opened(site).items() if flow.origin is not Zone.GATEWAY}

        assert {name: [str(one) for one in flow.services] for name, flow in flows.items()} == {
            "qualification-gateway-dns": ["tcp 53", "udp 53"],
            "qualification-gateway-ntp": ["udp 123"],
        }
        assert [str(service) for _, service in derive(site).served] == ["dhcp", "ra"]

    def test_they_are_asked_on_the_segments_own_address_of_the_box(self) -> None:
        zones = segments(Layout.IP_VPN_CLAIM, claim={"serve": ["ntp"]})
        flow = opened(site_of(Layout.IP_VPN_CLAIM, zones=zones, management=_SERVERS))["claim-gateway-ntp"]

        assert [str(network) for network in flow.sources] == ["192.168.20.0/24", "2001:db8:20::/64"]
        assert [str(network) for network in flow.destinations] == ["192.168.20.1/32", "2001:db8:20::1/128"]


class TestManagement:
    def test_ssh_is_open_to_the_named_addresses_only_when_it_is_written(self) -> None:
        management = {"from": ["192.168.10.250"]}

        assert opened(site_of(Layout.IP_VPN_CLAIM, management=management)) == {}
        (flow,) = opened(site_of(Layout.IP_VPN_CLAIM, management=management | {"ssh": True})).values()
        assert (flow.id, flow.origin, flow.target) == ("lan-gateway-ssh", Zone.LAN, Zone.GATEWAY)
        assert [str(network) for network in flow.sources] == ["192.168.10.250/32"]

    def test_the_box_asks_each_server_where_it_is(self) -> None:
        management = {
            "from": ["192.168.10.250"],
            "ntp": ["192.168.10.5", "192.0.2.123"],
            "dns": ["192.0.2.53"],
            "syslog": ["192.168.10.5"],
        }
        flows = opened(site_of(Layout.IP_VPN_CLAIM, management=management))

        assert {name: [str(network) for network in flow.destinations] for name, flow in flows.items()} == {
            "gateway-lan-ntp": ["192.168.10.5/32"],
            "gateway-wan-ntp": ["192.0.2.123/32"],
            "gateway-wan-dns": ["192.0.2.53/32"],
            "gateway-lan-syslog": ["192.168.10.5/32"],
        }
        assert all(flow.origin is Zone.GATEWAY for flow in flows.values())


class TestGrants:
    def test_a_grant_is_closed_until_a_person_opens_it(self) -> None:
        site = site_of(Layout.IP_VPN_CLAIM, grants={"desktop": DESKTOP})
        (flow,) = opened(site).values()

        assert (flow.id, str(flow.when)) == ("lan-claim-grant-desktop", "granted desktop")
        assert [str(network) for network in flow.sources] == ["192.168.10.250/32"]
        assert [str(network) for network in flow.destinations] == ["192.168.20.10/32", "2001:db8:20::10/128"]

    def test_a_grant_to_the_box_is_for_its_address_in_lan(self) -> None:
        grant = DESKTOP | {"to": "gateway", "services": [{"tcp": 22}]}
        (flow,) = opened(site_of(Layout.IP_VPN_CLAIM, grants={"ssh": grant})).values()

        assert [str(network) for network in flow.destinations] == ["192.168.10.1/32", "2001:db8:10::1/128"]

    def test_a_grant_to_the_line_never_leads_behind_the_tunnel(self) -> None:
        grant = DESKTOP | {"to": "wan", "services": [{"tcp": 443}]}
        policy = derive(site_of(Layout.IPSEC_ROUTER_CLAIM, grants={"browse": grant}))

        def may(destination: str) -> bool:
            source, port = ip_address("192.168.10.250"), 443
            session = Session(Zone.LAN, Zone.WAN, source, ip_address(destination), Protocol.TCP, port)
            return verdict(policy, session, frozenset({"lan-wan-grant-browse"})) is not None

        assert may("198.18.0.1")
        assert not may("203.0.113.1")  # the claim system
        assert not may("203.0.113.200")  # nobody's, but behind the tunnel
        assert not may("192.168.20.10")


class TestInternet:
    @pytest.mark.parametrize("layout", [one for one in Layout if one.startswith("ipsec")])
    def test_lan_reaches_everything_but_the_site_and_its_systems(self, layout: Layout) -> None:
        site = site_of(layout, lan_internet=True)
        (flow,) = opened(site).values()
        systems = [one for one in (site.claim_system, site.qualification_system) if one]

        assert (flow.id, flow.origin, flow.target) == ("lan-wan-internet", Zone.LAN, Zone.WAN)
        for closed in (
            *(n for one in systems for n in one.networks),
            *(n for _, ns in derive(site).networks for n in ns),
        ):
            assert not any(
                network.overlaps(closed) for network in flow.destinations if network.version == closed.version
            )
        for somewhere in ("198.18.0.1", "2001:2::1"):
            assert any(ip_address(somewhere) in network for network in flow.destinations)
