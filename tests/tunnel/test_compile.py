from ipaddress import ip_interface, ip_network
from typing import Any

from gateway.policy.places import Carrier
from gateway.site.layout import Layout, Role
from gateway.site.model import Ike, Site
from gateway.tunnel.compile import ENCRYPTION_BYTES, desired
from gateway.tunnel.model import Child, PskFile, Tunnel, Way
from tests.policy.sites import site_of

REMOTE = ["203.0.113.0/24", "2001:db8:c::/48", "2001:db8:d::/48"]
PSK = {"version": 2, "auth": "psk", "psk_file": "credentials/psk", "proposals": ["aes256-sha256-modp2048"]}
V4, C, D = map(ip_network, ("203.0.113.0/24", "2001:db8:c::/48", "2001:db8:d::/48"))
SEGMENT_V4, SEGMENT_V6 = ip_network("192.168.20.0/24"), ip_network("2001:db8:20::/64")


def site_with(*, wan: dict[str, Any] | None = None, **provider: Any) -> Site:
    far_end = {"name": "east", "address": "192.0.2.10", "id": "gw.provider.example", "remote_networks": REMOTE}
    ike = provider.pop("ike", {})
    tunnel = {"providers": [far_end | provider], "ike": PSK | ike, "esp": {"proposals": ["aes256gcm16"]}}
    zones = site_of(Layout.IPSEC_ROUTER_CLAIM).zones.model_dump(mode="json", by_alias=True, exclude_none=True)
    zones["wan"] |= wan or {}
    return site_of(Layout.IPSEC_ROUTER_CLAIM, tunnel=tunnel, zones=zones)


def made(site: Site) -> Tunnel:
    wanted = desired(site)
    assert wanted is not None
    return wanted


def test_a_box_that_holds_no_tunnel_wants_none() -> None:
    assert desired(site_of(Layout.IP_VPN_CLAIM)) is None
    assert desired(site_of(Layout.IPSEC_ROUTER_CLAIM, (Role.A,))) is None
    assert desired(site_of(Layout.IPSEC_CLIENT_CLAIM)) is None


def test_each_protected_network_has_a_blackhole_and_the_blackholes_come_first() -> None:
    routes = made(site_with(virtual_address=True)).routes
    half = len(routes) // 2
    assert {route.way for route in routes[:half]} == {Way.BLACKHOLE}
    assert {route.way for route in routes[half:]} == {Way.TUNNEL}
    assert [route.network for route in routes[:half]] == [route.network for route in routes[half:]]
    assert all(behind.metric > before.metric for behind, before in zip(routes[:half], routes[half:], strict=True))


class TestWhatTheProviderSees:
    def test_a_virtual_address_in_place_of_ipv4_and_the_segment_in_ipv6(self) -> None:
        (one,) = made(site_with(virtual_address=True)).connections
        assert one.virtual_address
        assert one.children == (Child((SEGMENT_V6,), one.networks),)

    def test_the_inner_address_is_the_interfaces_too(self) -> None:
        wanted = made(site_with(inner_addresses=["192.0.2.200"]))
        assert wanted.link.addresses == (ip_interface("192.0.2.200/32"),)
        assert wanted.connections[0].children[0].local == (ip_network("192.0.2.200/32"), SEGMENT_V6)

    def test_the_segments_where_nothing_is_translated(self) -> None:
        wanted = made(site_with(wan={"translate": {"ipv4": "none"}}))
        assert wanted.connections[0].children[0].local == (SEGMENT_V4, SEGMENT_V6)

    def test_what_was_agreed_goes_before_all(self) -> None:
        wanted = made(site_with(inner_addresses=["192.0.2.200"], local_networks=["192.0.2.192/26"]))
        (child,) = wanted.connections[0].children
        assert child == Child((ip_network("192.0.2.192/26"),), (V4,))


def test_version_1_has_a_child_for_each_pair() -> None:
    (one,) = made(site_with(inner_addresses=["192.0.2.200"], ike={"version": 1})).connections
    inner = ip_network("192.0.2.200/32")
    expected = {Child((inner,), (V4,)), *(Child((SEGMENT_V6,), (network,)) for network in one.networks[1:])}
    assert set(one.children) == expected
    assert not one.mobike


def test_version_1_with_a_virtual_address_names_no_network_of_ours_for_ipv4() -> None:
    (one,) = made(site_with(virtual_address=True, ike={"version": 1})).connections
    assert one.children[0] == Child((), (V4,))


def test_a_provider_of_its_own_kind() -> None:
    own = PSK | {"psk_file": "credentials/east", "id": "site.example", "rekey": "8h", "reauthenticate": "1d"}
    site = site_with(virtual_address=True)
    assert site.tunnel
    provider = site.tunnel.providers[0].model_copy(update={"ike": Ike.model_validate(own)})
    site = site.model_copy(update={"tunnel": site.tunnel.model_copy(update={"providers": (provider,)})})

    (one,) = made(site).connections

    assert one.credentials == PskFile("credentials/east")
    assert (one.local_id, one.ike_rekey_s, one.reauthenticate_s) == ("site.example", 28_800, 86_400)


def test_weak_algorithms_are_named_for_a_warning() -> None:
    weak = {"proposals": ["aes256-sha1-modp1024"], "allow_weak": "until 2027"}
    assert made(site_with(virtual_address=True, ike=weak)).connections[0].allowed_weak == ("sha1", "modp1024")


def test_the_mtu_is_what_the_line_leaves_or_what_is_written() -> None:
    assert made(site_with(virtual_address=True)).link.mtu == 1500 - ENCRYPTION_BYTES
    pppoe = {"uplink": {"pppoe": {"user": "clinic", "password_file": "credentials/pppoe"}}}
    assert made(site_with(virtual_address=True, wan=pppoe)).link.mtu == 1454 - ENCRYPTION_BYTES


def test_the_carrier_is_a_value() -> None:
    assert made(site_with(virtual_address=True)).link.carrier is Carrier.XFRM
    wanted = desired(site_with(virtual_address=True), Carrier.TUN)
    assert wanted is not None
    assert wanted.link.carrier is Carrier.TUN
