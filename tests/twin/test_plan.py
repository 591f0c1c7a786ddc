from ipaddress import ip_address, ip_interface, ip_network

from gateway.site.layout import Zone
from gateway.site.model import LanZone, Site
from gateway.twin.plan import hosts


def test_the_sample_site_has_a_pc_a_terminal_and_a_provider(site: Site) -> None:
    found = {host.name: host for host in hosts(site)}
    assert set(found) == {"pc0", "claim0", "provider"}
    assert found["pc0"].addresses == (ip_interface("192.168.10.21/24"), ip_interface("2001:db8:10::21/64"))
    assert found["claim0"].gateways == (ip_address("192.168.20.1"), ip_address("2001:db8:20::1"))


def test_the_provider_stands_for_the_claim_system_and_knows_the_site(site: Site) -> None:
    provider = next(host for host in hosts(site) if host.zone is Zone.WAN)
    assert provider.addresses == (ip_interface("198.51.100.1/30"), ip_interface("2001:db8:ff::1/64"))
    assert [str(place.ip) for place in provider.services] == ["203.0.113.1", "2001:db8:c::1"]
    assert ip_network("192.168.10.0/24") in provider.reaches
    assert provider.address(4) == ip_address("203.0.113.1")


def test_a_pc_declared_as_a_prefix_is_its_first_free_address(site: Site) -> None:
    assert site.zones.lan is not None
    pcs = [{"name": "受付", "address": "192.168.10.0/28"}]
    lan = LanZone.model_validate(site.zones.lan.model_dump() | {"receipt_pcs": pcs})
    changed = site.model_copy(update={"zones": site.zones.model_copy(update={"lan": lan})})
    pc = next(host for host in hosts(changed) if host.zone is Zone.LAN)
    assert pc.addresses == (ip_interface("192.168.10.2/24"),)  # .1 is the gateway's own
    assert pc.address(6) is None
