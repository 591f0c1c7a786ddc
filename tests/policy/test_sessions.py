from ipaddress import ip_network

import pytest

from gateway.policy.model import Window
from gateway.policy.sessions import sessions
from gateway.site.layout import Layout, Role, Zone
from gateway.site.model import Site
from tests.policy.sites import BOTH, site_of

A, B = (Role.A,), (Role.B,)
HTTPS_DNS_NTP = ["tcp 53", "tcp 443", "udp 53", "udp 123"]
OWN_TUNNEL = ["esp", "udp 500", "udp 4500"]


def allowed(site: Site) -> set[str]:
    return {flow.id for flow in sessions(site)}


EXPECTED: dict[Layout, dict[tuple[Role, ...], set[str]]] = {
    Layout.IP_VPN_CLAIM: {
        A: {"lan-claim-share", "gateway-claim-share"},
        B: {"claim-wan-claim-system"},
        BOTH: {"lan-claim-share", "gateway-claim-share", "claim-wan-claim-system"},
    },
    Layout.IP_VPN_BOTH: {
        A: {"lan-claim-share", "lan-qualification-folders", "gateway-claim-share"},
        B: {"claim-wan-claim-system", "qualification-wan-qualification-system"},
        BOTH: {
            "lan-claim-share",
            "lan-qualification-folders",
            "gateway-claim-share",
            "claim-wan-claim-system",
            "qualification-wan-qualification-system",
        },
    },
    Layout.IP_VPN_COMBINED: {
        A: {"lan-claim-share", "gateway-claim-share"},
        B: {"claim-wan-claim-system", "claim-wan-qualification-system"},
        BOTH: {
            "lan-claim-share",
            "gateway-claim-share",
            "claim-wan-claim-system",
            "claim-wan-qualification-system",
        },
    },
    Layout.IPSEC_ROUTER_CLAIM: {
        A: {"lan-claim-share", "gateway-claim-share"},
        B: {"claim-tunnel-claim-system", "gateway-wan-tunnel"},
        BOTH: {"lan-claim-share", "gateway-claim-share", "claim-tunnel-claim-system", "gateway-wan-tunnel"},
    },
    Layout.IPSEC_ROUTER_BOTH: {
        A: {"lan-claim-share", "lan-qualification-folders", "gateway-claim-share"},
        B: {"claim-tunnel-claim-system", "qualification-tunnel-qualification-system", "gateway-wan-tunnel"},
        BOTH: {
            "lan-claim-share",
            "lan-qualification-folders",
            "gateway-claim-share",
            "claim-tunnel-claim-system",
            "qualification-tunnel-qualification-system",
            "gateway-wan-tunnel",
        },
    },
    Layout.IPSEC_ROUTER_COMBINED: {
        A: {"lan-claim-share", "gateway-claim-share"},
        B: {"claim-tunnel-claim-system", "claim-tunnel-qualification-system", "gateway-wan-tunnel"},
        BOTH: {
            "lan-claim-share",
            "gateway-claim-share",
            "claim-tunnel-claim-system",
            "claim-tunnel-qualification-system",
            "gateway-wan-tunnel",
        },
    },
}
EXPECTED |= {
    Layout.IPSEC_CLIENT_CLAIM: EXPECTED[Layout.IP_VPN_CLAIM],
    Layout.IPSEC_CLIENT_BOTH: EXPECTED[Layout.IP_VPN_BOTH],
    Layout.IPSEC_CLIENT_COMBINED: EXPECTED[Layout.IP_VPN_COMBINED],
}


@pytest.mark.parametrize("roles", [A, B, BOTH], ids="+".join)
@pytest.mark.parametrize("layout", Layout)
def test_each_layout_and_role_has_its_sessions(layout: Layout, roles: tuple[Role, ...]) -> None:
    assert allowed(site_of(layout, roles)) == EXPECTED[layout][roles]


@pytest.mark.parametrize("layout", Layout)
def test_what_terminals_may_open_outside_is_what_the_provider_gave(layout: Layout) -> None:
    systems = [flow for flow in sessions(site_of(layout)) if flow.id.endswith("-system")]
    expected = OWN_TUNNEL if layout.startswith("ipsec-client") else HTTPS_DNS_NTP

    assert systems
    assert all([str(service) for service in flow.services] == expected for flow in systems)


def test_the_box_asks_the_providers_gateway_for_a_tunnel_and_nobody_else() -> None:
    (tunnel,) = (one for one in sessions(site_of(Layout.IPSEC_ROUTER_CLAIM)) if one.id == "gateway-wan-tunnel")

    assert (tunnel.origin, tunnel.target) == (Zone.GATEWAY, Zone.WAN)
    assert tunnel.destinations == (ip_network("192.0.2.10/32"),)
    assert [str(service) for service in tunnel.services] == ["udp 500", "udp 4500", "esp"]
    assert tunnel.clauses == ("C17",)


@pytest.mark.parametrize(
    ("layout", "left"),
    [
        (Layout.IP_VPN_CLAIM, set()),
        (Layout.IP_VPN_BOTH, {"lan-qualification-folders"}),
        (Layout.IP_VPN_COMBINED, {"lan-claim-folders"}),
        (Layout.IPSEC_CLIENT_COMBINED, {"lan-claim-folders"}),
    ],
)
def test_without_the_claim_folder_the_qualification_folders_stay(layout: Layout, left: set[str]) -> None:
    site = site_of(layout, lan_to_terminal="none")

    assert {flow.id for flow in sessions(site) if flow.origin is Zone.LAN} == left


def test_access_hours_hold_for_the_claim_folder_alone() -> None:
    hours = {"hours": "18:30-21:00", "days": ["mon", "fri"]}
    by_id = {flow.id: flow for flow in sessions(site_of(Layout.IP_VPN_BOTH, access=hours))}

    assert str(by_id["lan-claim-share"].when) == "18:30-21:00 mon,fri"
    assert "C14" in by_id["lan-claim-share"].clauses
    assert [flow.id for flow in by_id.values() if isinstance(flow.when, Window)] == ["lan-claim-share"]


def test_the_relay_opens_its_own_server_and_no_other_terminal() -> None:
    (flow,) = (one for one in sessions(site_of(Layout.IP_VPN_CLAIM)) if one.origin is Zone.GATEWAY)

    assert flow.destinations == (ip_network("192.168.20.10/32"),)
    assert flow.families == (4,)


def test_a_terminal_over_sftp_is_opened_at_its_declared_port_and_at_no_other() -> None:
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHoTFbv8mdGvwzUqVQ1sk2qP8Rz6XfVb1ryk2pgrhCnW"
    sftp = {"server": "192.168.20.10", "port": 2022, "user": "relay", "key_file": "k", "host_key": key}
    site = site_of(Layout.IP_VPN_CLAIM, relay={"terminal": {"sftp": sftp}})
    (flow,) = (one for one in sessions(site) if one.origin is Zone.GATEWAY)

    assert [str(service) for service in flow.services] == ["tcp 2022"]
    assert flow.destinations == (ip_network("192.168.20.10/32"),)


def test_no_relay_no_session_of_the_box() -> None:
    assert "gateway-claim-share" not in allowed(site_of(Layout.IP_VPN_CLAIM, relay=None))


def test_drop_folders_open_the_box_to_receipt_pcs_only() -> None:
    plain = site_of(Layout.IP_VPN_CLAIM)
    assert plain.relay is not None
    yamada = {
        "name": "山田",
        "account": "yamada",
        "smb_password_file": "people/yamada",
        "sftp_key_file": "keys/yamada.pub",
    }
    drop = {"smb": True, "sftp": {"port": 2222}, "people": [yamada]}
    site = site_of(Layout.IP_VPN_CLAIM, relay=plain.relay.model_dump() | {"drop": drop})
    (flow,) = (one for one in sessions(site) if one.target is Zone.GATEWAY)

    assert [str(service) for service in flow.services] == ["tcp 445", "tcp 2222"]
    assert {str(network) for network in flow.sources} == {"192.168.10.21/32", "2001:db8:10::21/128"}
    assert {str(network) for network in flow.destinations} == {"192.168.10.1/32", "2001:db8:10::1/128"}


@pytest.mark.parametrize("layout", [Layout.IP_VPN_BOTH, Layout.IPSEC_ROUTER_BOTH, Layout.IPSEC_CLIENT_BOTH])
def test_each_terminal_reaches_its_own_system(layout: Layout) -> None:
    systems = {flow.id.split("-")[0]: flow for flow in sessions(site_of(layout)) if flow.id.endswith("-system")}

    assert [str(network) for network in systems["claim"].sources] == ["192.168.20.10/32", "2001:db8:20::10/128"]
    assert [str(network) for network in systems["qualification"].sources] == [
        "192.168.30.10/32",
        "2001:db8:30::10/128",
    ]


def test_a_combined_terminal_reaches_each_system_by_a_flow_of_its_own() -> None:
    by_id = {flow.id: flow for flow in sessions(site_of(Layout.IP_VPN_COMBINED))}
    claim, qualification = by_id["claim-wan-claim-system"], by_id["claim-wan-qualification-system"]

    assert claim.sources == qualification.sources
    assert not set(claim.destinations) & set(qualification.destinations)
    assert claim.why != qualification.why
