from pathlib import Path
from typing import Any

import pytest

from gateway.firewall.compile import compile_table
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Policy, Protocol
from gateway.policy.places import protected
from gateway.site.layout import TERMINAL_ZONES, Layout, Role, Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import CONFIGS
from gateway.wiring.part import ports
from tests.policy.sites import BOTH, ROLES, site_of

SAMPLES = sorted(CONFIGS.glob("*.yaml"))
UPDATE = {"networks": ["192.0.2.0/28"], "services": [{"tcp": 443}], "via": "wan"}
GRANT = {"from": ["192.168.10.9"], "services": [{"tcp": 22}], "at_most": "2h"}


def everything(layout: Layout, roles: tuple[Role, ...]) -> Site:
    """A site with every opening its layout and roles may have."""
    more: dict[str, Any] = {}
    if Role.A in roles:
        more["management"] = {"from": ["192.168.10.250"], "ssh": True, "ntp": ["192.168.10.5"]}
        more["management"]["dns"] = ["192.0.2.53" if Role.B in roles else "192.168.10.6"]
        more["grants"] = {f"to-{to}": GRANT | {"to": to} for to in ("gateway", "claim")}
    if Role.B in roles:
        more["updates"] = [UPDATE | {"name": "patches"}, UPDATE | {"name": "named", "names": ["av.example.com"]}]
    if roles == BOTH and layout.startswith("ipsec"):
        more["lan_internet"] = True
    return site_of(layout, roles, **more)


@pytest.fixture(params=Layout)
def layout(request: pytest.FixtureRequest) -> Layout:
    return Layout(request.param)


@pytest.fixture(params=ROLES, ids="+".join)
def policy(request: pytest.FixtureRequest, layout: Layout) -> Policy:
    return derive(everything(layout, request.param))


def test_the_sample_site_has_three_flows(site: Site) -> None:
    assert {flow.id: (flow.origin, flow.target) for flow in derive(site).flows} == {
        "lan-claim-share": (Zone.LAN, Zone.CLAIM),
        "gateway-claim-share": (Zone.GATEWAY, Zone.CLAIM),
        "claim-wan-claim-system": (Zone.CLAIM, Zone.WAN),
    }


def test_no_terminal_and_nothing_beyond_the_line_ever_starts_a_session_into_lan(policy: Policy) -> None:
    starters = {flow.origin for flow in policy.flows if flow.target is Zone.LAN}

    assert starters <= {Zone.GATEWAY}


def test_nothing_ever_starts_beyond_the_line(policy: Policy) -> None:
    assert not {flow.origin for flow in policy.flows} & {Zone.WAN, Zone.TUNNEL}


def test_claim_and_qualification_never_meet(policy: Policy) -> None:
    assert not [flow for flow in policy.flows if flow.origin in TERMINAL_ZONES and flow.target in TERMINAL_ZONES]


def test_lan_never_enters_the_tunnel(policy: Policy) -> None:
    assert policy.between(Zone.LAN, Zone.TUNNEL) == ()


def test_every_flow_joins_zones_the_box_has(policy: Policy) -> None:
    for flow in policy.flows:
        assert {flow.origin, flow.target} <= set(policy.zones)
        assert flow.origin is not flow.target
        assert flow.families


def test_every_flow_names_clauses_and_says_why_in_both_languages(policy: Policy) -> None:
    for flow in policy.flows:
        assert all(clause.startswith("C") and clause[1:].isdigit() for clause in flow.clauses)
        assert flow.why.en.isascii()
        assert not flow.why.ja.isascii()
        assert all(service.protocol is not Protocol.ICMP_ECHO for service in flow.services)


def ids(flows: tuple[Flow, ...]) -> list[str]:
    return [flow.id for flow in flows]


def test_ids_are_unique(policy: Policy) -> None:
    assert len(set(ids(policy.flows))) == len(policy.flows)


@pytest.mark.parametrize(
    "name", ["share", "claim-system", "tunnel", "internet", "ssh", "ntp", "update-x", "grant-x", "x4", "tcp4"]
)
def test_an_update_or_a_grant_may_be_named_like_anything_else(name: str) -> None:
    """Every name the compiler makes of it is its own, too."""
    other = "x"
    site = site_of(
        Layout.IPSEC_ROUTER_BOTH,
        management={"from": ["192.168.10.250"], "ssh": True, "ntp": ["192.168.10.5"]},
        lan_internet=True,
        updates=[
            UPDATE | {"name": name, "hours": "12:00-13:00"},
            UPDATE | {"name": other, "names": ["av.example.com"]},
            UPDATE | {"name": f"{name}-tcp4", "via": "tunnel", "networks": ["203.0.113.64/26"]},
        ],
        grants={one: GRANT | {"to": "claim"} for one in (name, other, f"{name}4")},
    )
    policy = derive(site)
    table = compile_table(policy, ports(site))

    assert len(set(ids(policy.flows))) == len(policy.flows)
    for named in (table.sets, table.counters, table.chains):
        assert len({one.name for one in named}) == len(named)


def test_each_family_exists_where_its_hosts_do(site: Site) -> None:
    assert {flow.id: flow.families for flow in derive(site).flows} == {
        "lan-claim-share": (4, 6),
        "gateway-claim-share": (4,),  # relay.terminal.smb.server is one address, and the box opens no other
        "claim-wan-claim-system": (4, 6),
    }


@pytest.mark.parametrize(
    ("layout", "roles", "translated"),
    [
        (Layout.IP_VPN_CLAIM, BOTH, {Zone.CLAIM: ["192.168.10.0/24"], Zone.WAN: ["192.168.20.0/24"]}),
        (Layout.IP_VPN_CLAIM, (Role.A,), {Zone.CLAIM: ["192.168.10.0/24"]}),
        (Layout.IP_VPN_CLAIM, (Role.B,), {Zone.WAN: ["192.168.20.0/24"]}),
        (
            Layout.IPSEC_ROUTER_BOTH,
            BOTH,
            {
                Zone.CLAIM: ["192.168.10.0/24"],
                Zone.QUALIFICATION: ["192.168.10.0/24"],
                Zone.WAN: ["192.168.20.0/24", "192.168.30.0/24"],
                Zone.TUNNEL: ["192.168.20.0/24", "192.168.30.0/24"],
            },
        ),
    ],
)
def test_translation_is_ipv4_towards_terminals_line_and_tunnel(
    layout: Layout, roles: tuple[Role, ...], translated: dict[Zone, list[str]]
) -> None:
    found = {one.out: [str(network) for network in one.sources] for one in derive(site_of(layout, roles)).translations}

    assert found == translated


def test_lan_is_translated_on_the_line_only_where_it_may_use_it() -> None:
    (plain,) = (one for one in derive(site_of(Layout.IPSEC_CLIENT_CLAIM)).translations if one.out is Zone.WAN)
    site = site_of(Layout.IPSEC_CLIENT_CLAIM, lan_internet=True)
    (browsing,) = (one for one in derive(site).translations if one.out is Zone.WAN)

    assert [str(network) for network in plain.sources] == ["192.168.20.0/24"]
    assert [str(network) for network in browsing.sources] == ["192.168.10.0/24", "192.168.20.0/24"]


def test_nothing_is_ever_translated_towards_lan(policy: Policy) -> None:
    assert Zone.LAN not in {one.out for one in policy.translations}
    assert all(network.version == 4 for one in policy.translations for network in one.sources)


@pytest.mark.parametrize(
    ("uplink", "hears_routers", "asks_dhcp"),
    [("ra", True, True), ("dhcp", False, True), ({"pd": {"prefix_length": 56}}, True, True), (None, False, False)],
)
def test_the_kind_of_uplink_says_what_the_box_must_hear(uplink: object, hears_routers: bool, asks_dhcp: bool) -> None:
    plain = site_of(Layout.IP_VPN_CLAIM)
    zones = plain.zones.model_dump(by_alias=True)
    if uplink is not None:
        zones["wan"] |= {"uplink": uplink}
    policy = derive(site_of(Layout.IP_VPN_CLAIM, zones=zones))

    assert (policy.hears_routers, policy.asks_dhcp) == (hears_routers, asks_dhcp)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_derived_the_same_every_time(path: Path) -> None:
    assert derive(load_site(path)) == derive(load_site(path))


class TestTheTunnel:
    def test_its_networks_are_protected_and_its_packets_smaller(self) -> None:
        policy = derive(site_of(Layout.IPSEC_ROUTER_CLAIM))

        assert policy.protected == protected(site_of(Layout.IPSEC_ROUTER_CLAIM))
        assert policy.narrow == (Zone.TUNNEL,)
        assert derive(site_of(Layout.IP_VPN_CLAIM)).narrow == ()

    @pytest.mark.parametrize(
        ("on_the_line", "provider", "translated"),
        [
            ("none", {}, False),
            ("none", {"inner_addresses": ["192.0.2.200"]}, True),
            ("none", {"inner_addresses": ["2001:db8:77::1"]}, False),
            ("none", {"virtual_address": True}, True),
            ("masquerade", {"inner_addresses": ["192.0.2.200"]}, True),
        ],
    )
    def test_ipv4_is_translated_where_the_site_has_an_address_inside(
        self, on_the_line: str, provider: dict[str, Any], translated: bool
    ) -> None:
        site = load_site(CONFIGS / "ipsec-router-claim.yaml")
        assert site.tunnel is not None
        assert site.zones.wan is not None
        plain = {"inner_addresses": (), "virtual_address": False}
        far = site.tunnel.providers[0].model_validate(site.tunnel.providers[0].model_dump() | plain | provider)
        wan = site.zones.wan.model_copy(
            update={"translate": site.zones.wan.translate.model_copy(update={"ipv4": on_the_line})}
        )
        changed = site.model_copy(
            update={
                "tunnel": site.tunnel.model_copy(update={"providers": (far,)}),
                "zones": site.zones.model_copy(update={"wan": wan}),
            }
        )
        assert (Zone.TUNNEL in {one.out for one in derive(changed).translations}) is translated

    def test_the_key_exchange_may_be_asked_for_by_either_end_and_nothing_else_may(self) -> None:
        flows = derive(load_site(CONFIGS / "ipsec-router-claim.yaml")).flows

        assert [flow.id for flow in flows if flow.either_asks] == ["gateway-wan-tunnel"]


def test_a_dial_up_is_the_claim_terminals_and_goes_both_ways(site: Site) -> None:
    assert derive(site).dial_up == ()
    dialling = derive(site.model_copy(update={"pppoe_passthrough": True}))
    assert dialling.dial_up == ((Zone.CLAIM, Zone.WAN), (Zone.WAN, Zone.CLAIM))
