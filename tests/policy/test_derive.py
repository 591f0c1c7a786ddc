import pytest

from gateway.policy.derive import derive
from gateway.policy.model import Protocol
from gateway.policy.places import inside
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.model import Management, Relay, Service, Site


def flows(site: Site) -> dict[str, tuple[Zone, Zone]]:
    return {flow.id: (flow.origin, flow.target) for flow in derive(site).flows}


def test_the_sample_site_has_three_flows(site: Site) -> None:
    assert flows(site) == {
        "lan-claim-share": (Zone.LAN, Zone.CLAIM),
        "gateway-claim-share": (Zone.GATEWAY, Zone.CLAIM),
        "claim-wan-claim-system": (Zone.CLAIM, Zone.WAN),
    }


def test_no_terminal_and_no_line_ever_starts_a_session_inwards(site: Site) -> None:
    for flow in derive(site).flows:
        assert flow.origin is not Zone.WAN
        assert not (flow.origin in TERMINAL_ZONES and flow.target in (Zone.LAN, Zone.GATEWAY))


def test_every_flow_exists_in_both_families_when_its_hosts_do(site: Site) -> None:
    families = {flow.id: flow.families for flow in derive(site).flows}
    assert families == {
        "lan-claim-share": (4, 6),
        "gateway-claim-share": (4,),  # relay.terminal.smb.server is one address, and the box opens no other
        "claim-wan-claim-system": (4, 6),
    }


def test_lan_to_terminal_none_leaves_only_the_box(site: Site) -> None:
    closed = site.model_copy(update={"lan_to_terminal": "none"})
    assert set(flows(closed)) == {"gateway-claim-share", "claim-wan-claim-system"}


def test_no_relay_no_session_of_the_box(site: Site) -> None:
    assert set(flows(site.model_copy(update={"relay": None}))) == {"lan-claim-share", "claim-wan-claim-system"}


def test_drop_servers_open_the_box_to_receipt_pcs_only(site: Site) -> None:
    assert site.relay is not None
    relay = Relay.model_validate(site.relay.model_dump() | {"drop": {"smb": True, "sftp": {"port": 2222}}})
    flow = next(f for f in derive(site.model_copy(update={"relay": relay})).flows if f.id == "lan-gateway-drop")
    assert [str(service) for service in flow.services] == ["tcp 445", "tcp 2222"]
    assert {str(network) for network in flow.sources} == {"192.168.10.21/32", "2001:db8:10::21/128"}
    assert {str(network) for network in flow.destinations} == {"192.168.10.1/32", "2001:db8:10::1/128"}


def test_management_opens_ssh_and_lets_the_box_ask_its_servers(site: Site) -> None:
    management = Management.model_validate(
        {"from": ["192.168.10.250"], "ssh": True, "ntp": ["192.168.10.1"], "syslog": ["203.0.113.9"]}
    )
    found = flows(site.model_copy(update={"management": management}))
    assert found["lan-gateway-ssh"] == (Zone.LAN, Zone.GATEWAY)
    assert found["gateway-lan-ntp"] == (Zone.GATEWAY, Zone.LAN)
    assert found["gateway-wan-syslog"] == (Zone.GATEWAY, Zone.WAN)


def test_overlapping_services_are_joined(site: Site) -> None:
    assert site.claim_system is not None
    services = tuple(
        Service.model_validate(one) for one in ({"tcp": "440-450"}, {"tcp": 443}, {"tcp": "451-460"}, {"udp": 443})
    )
    system = site.claim_system.model_copy(update={"services": services})
    flow = next(f for f in derive(site.model_copy(update={"claim_system": system})).flows if f.id == "claim-wan-claim-system")
    assert [str(service) for service in flow.services] == ["tcp 440-460", "udp 443"]


def test_translation_is_ipv4_towards_terminals_and_line(site: Site) -> None:
    found = {translation.out: [str(n) for n in translation.sources] for translation in derive(site).translations}
    assert found == {Zone.CLAIM: ["192.168.10.0/24"], Zone.WAN: ["192.168.20.0/24"]}


@pytest.mark.parametrize("zone", [Zone.WAN, Zone.GATEWAY, Zone.TUNNEL, Zone.QUALIFICATION])
def test_only_declared_inside_zones_have_prefixes(site: Site, zone: Zone) -> None:
    assert inside(site, zone) == ()


def test_every_flow_names_clauses_and_says_why_in_both_languages(site: Site) -> None:
    for flow in derive(site).flows:
        assert all(clause.startswith("C") for clause in flow.clauses)
        assert flow.why.en
        assert flow.why.ja
        assert all(service.protocol is not Protocol.ICMP_ECHO for service in flow.services)
