from ipaddress import ip_address, ip_interface
from pathlib import Path

import pytest

from gateway.policy.places import all_inside
from gateway.site.layout import Layout, Role, Zone
from gateway.site.load import load_site
from gateway.site.model import LanZone, Site
from gateway.twin.plan import SOMEWHERE, TUNNEL_ENDS, Host, box_faces, hosts
from gateway.twin.samples import CONFIGS
from tests.policy.sites import ROLES, site_of

SAMPLES = sorted(CONFIGS.glob("*.yaml"))
MANAGED = {
    "from": ["192.168.10.250", "192.168.10.16/28"],
    "ntp": ["192.168.10.5", "192.0.2.123"],
    "syslog": ["192.168.10.5"],
}


def found_in(site: Site) -> dict[str, Host]:
    return {host.name: host for host in hosts(site)}


def test_the_sample_site_has_a_pc_a_terminal_and_a_provider(site: Site) -> None:
    found = found_in(site)
    assert set(found) == {"pc0", "claim0", "provider"}
    assert found["pc0"].addresses == (ip_interface("192.168.10.21/24"), ip_interface("2001:db8:10::21/64"))
    assert found["claim0"].gateways == (ip_address("192.168.20.1"), ip_address("2001:db8:20::1"))


def test_the_provider_stands_for_the_claim_system_and_for_everybody_else(site: Site) -> None:
    provider = found_in(site)["provider"]
    assert provider.addresses == (ip_interface("198.51.100.1/30"), ip_interface("2001:db8:ff::1/64"))
    assert provider.faces(4) == (ip_address("203.0.113.1"), SOMEWHERE[4])
    assert provider.faces(6) == (ip_address("2001:db8:c::1"), SOMEWHERE[6])


def test_a_pc_declared_as_a_prefix_is_its_first_free_address(site: Site) -> None:
    assert site.zones.lan is not None
    pcs = [{"name": "受付", "address": "192.168.10.0/28"}]
    lan = LanZone.model_validate(site.zones.lan.model_dump() | {"receipt_pcs": pcs})
    pc = found_in(site.model_copy(update={"zones": site.zones.model_copy(update={"lan": lan})}))["pc0"]
    assert pc.addresses == (ip_interface("192.168.10.2/24"),)  # .1 is the gateway's own
    assert pc.faces(6) == ()


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
@pytest.mark.parametrize("layout", Layout)
def test_every_zone_but_the_box_has_somebody_in_it(layout: Layout, roles: tuple[Role, ...]) -> None:
    zones = {host.zone for host in hosts(site_of(layout, roles))}
    tunnel = {Zone.TUNNEL} if layout.startswith("ipsec-router") and Role.B in roles else set()
    assert zones == layout.zones(roles) | tunnel


class TestTunnel:
    def test_systems_stand_behind_it_and_the_providers_gateway_before_it(self) -> None:
        found = found_in(site_of(Layout.IPSEC_ROUTER_CLAIM))
        assert [str(face) for face in found["tunnel-end"].faces(4)] == ["203.0.113.1"]
        assert ip_address("192.0.2.10") in found["provider"].faces(4)
        assert ip_address("203.0.113.1") not in found["provider"].faces(4)

    def test_its_wire_has_addresses_no_site_may_have(self) -> None:
        site = site_of(Layout.IPSEC_ROUTER_CLAIM)
        ends = [end for near, far in TUNNEL_ENDS for end in (near, far)]
        assert not [end for end in ends for network in all_inside(site) if end.ip in network]
        assert box_faces(site, Zone.TUNNEL, 4) == (TUNNEL_ENDS[0][0].ip,)


class TestLan:
    def test_who_may_manage_or_be_granted_something_is_there(self) -> None:
        grants = {"g": {"to": "claim", "from": ["192.168.10.240"], "services": [{"tcp": 22}], "at_most": "2h"}}
        found = found_in(site_of(Layout.IP_VPN_CLAIM, management=MANAGED, grants=grants))
        managers = [found[name].faces(4) for name in found if name.startswith("manager")]
        # 192.168.10.16/28 holds the receipt PC, who speaks for it.
        assert managers == [(ip_address("192.168.10.250"),), (ip_address("192.168.10.240"),)]

    def test_the_servers_of_the_box_are_there_once_and_those_outside_are_the_providers(self) -> None:
        found = found_in(site_of(Layout.IP_VPN_CLAIM, management=MANAGED))
        assert found["servers"].addresses == (ip_interface("192.168.10.5/24"),)
        assert ip_address("192.0.2.123") in found["provider"].faces(4)

    def test_pcs_speak_before_anybody_else(self) -> None:
        found = hosts(site_of(Layout.IP_VPN_CLAIM, management=MANAGED))
        assert next(host for host in found if host.zone is Zone.LAN).name == "pc0"


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_no_two_hosts_of_a_sample_share_a_name_or_an_address(path: Path) -> None:
    found = hosts(load_site(path))
    places = [place.ip for host in found for place in (*host.addresses, *host.services)]
    assert len({host.name for host in found}) == len(found)
    assert len(set(places)) == len(places)
