from ipaddress import IPv4Address

import pytest

from gateway.firewall.ingress import goes_set, ingress_chains, segments_map
from gateway.policy.derive import derive
from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.policy.places import Carrier
from gateway.site.layout import TERMINAL_ZONES, Layout, Role, Zone
from gateway.site.model import Site
from gateway.wiring.part import ports
from tests.policy.sites import ROLES, site_of

Chains = dict[str, tuple[str, ...]]
MARKS = f"meta mark set meta mark | {MAY_FORWARD:#x}"
FROM_NOBODY = f"ip saddr {IPv4Address(0)}"
NAMED = {"name": "av", "names": ["av.example.com"], "services": [{"tcp": 443}], "via": "wan"}


def chains_of(site: Site, carrier: Carrier = Carrier.XFRM) -> Chains:
    return {chain.name: chain.rules for chain in ingress_chains(derive(site), carrier)}


@pytest.fixture(params=Layout)
def layout(request: pytest.FixtureRequest) -> Layout:
    return Layout(request.param)


@pytest.fixture(params=ROLES, ids="+".join)
def chains(request: pytest.FixtureRequest, layout: Layout) -> Chains:
    return chains_of(site_of(layout, request.param))


def marking(rules: tuple[str, ...]) -> list[str]:
    return [rule for rule in rules if MARKS in rule]


def test_marks_are_single_bits_that_do_not_meet() -> None:
    assert MAY_FORWARD.bit_count() == TABLE_ALIVE.bit_count() == 1
    assert MAY_FORWARD & TABLE_ALIVE == 0


def test_everything_is_marked_alive_and_only_ports_of_the_map_enter(chains: Chains) -> None:
    alive, entry, drop = chains["prerouting"]

    assert alive.startswith(f"meta mark set meta mark & 0x9fffffff | {TABLE_ALIVE:#x} comment")
    assert entry == "iifname vmap @segments"
    assert drop.startswith("counter drop")


def test_loopback_and_every_declared_port_have_their_way_in(layout: Layout) -> None:
    site = site_of(layout)
    found = segments_map(derive(site), ports(site))

    assert found.elements[0] == '"lo" : accept'
    assert set(found.elements[1:]) == {f'"{port}" : goto from_{zone}' for zone, port in ports(site).items()}


def test_a_terminal_is_marked_as_an_answer_or_towards_where_it_goes(chains: Chains) -> None:
    for zone in TERMINAL_ZONES:
        for rule in marking(chains.get(f"from_{zone}", ())):
            assert "ct state established ct direction reply" in rule or f"@{zone}_goes" in rule
            assert "ct direction original" in rule or "ct direction reply" in rule


@pytest.mark.parametrize("zone", [Zone.WAN, Zone.TUNNEL])
def test_what_comes_from_beyond_is_marked_only_as_an_answer(chains: Chains, zone: Zone) -> None:
    rules = chains.get(f"from_{zone}", ())

    assert all("ct direction reply" in rule for rule in marking(rules))
    assert not [rule for rule in marking(rules) if "related" in rule and "!= @inside" not in rule]


def test_a_new_packet_meets_the_spoof_check_before_it_is_marked(chains: Chains) -> None:
    for name, rules in chains.items():
        if name.startswith("from_"):
            spoof_check = next(number for number, rule in enumerate(rules) if rule.startswith("fib saddr"))
            early = marking(rules[:spoof_check])
            assert all(
                "ct state established" in rule or "ct state related ct direction reply" in rule for rule in early
            )


def test_what_the_box_hears_without_an_address_is_never_marked(chains: Chains) -> None:
    assert not [rule for rules in chains.values() for rule in marking(rules) if "icmpv6" in rule or "udp" in rule]


class TestTheTunnel:
    LINE_CHECK = "C17: nothing from the tunnel's networks comes by the line"

    def test_what_it_protects_is_dropped_first_on_the_line(self) -> None:
        four, six, *_ = chains_of(site_of(Layout.IPSEC_ROUTER_CLAIM))["from_wan"]

        assert four == f'ip saddr @protected4 counter drop comment "{self.LINE_CHECK}"'
        assert six == f'ip6 saddr @protected6 counter drop comment "{self.LINE_CHECK}"'

    def test_an_xfrm_interface_is_asked_for_ipsec_before_anything_is_accepted(self) -> None:
        first = chains_of(site_of(Layout.IPSEC_ROUTER_CLAIM))["from_tunnel"][0]

        assert first == 'meta ipsec missing counter drop comment "C17: did not come through IPsec"'

    @pytest.mark.parametrize("carrier", [Carrier.TUN, Carrier.WIRE])
    def test_of_a_program_or_a_wire_the_kernel_knows_nothing_and_one_rule_differs(self, carrier: Carrier) -> None:
        site = site_of(Layout.IPSEC_ROUTER_CLAIM)
        asked, believed = chains_of(site), chains_of(site, carrier)

        assert believed["from_tunnel"] == asked["from_tunnel"][1:]
        assert believed | {"from_tunnel": ()} == asked | {"from_tunnel": ()}

    def test_a_box_without_one_has_no_such_rules(self) -> None:
        text = "\n".join(rule for rules in chains_of(site_of(Layout.IP_VPN_CLAIM)).values() for rule in rules)

        assert "protected" not in text
        assert "ipsec" not in text


class TestNames:
    @pytest.fixture
    def named(self) -> Chains:
        return chains_of(site_of(Layout.IP_VPN_BOTH, updates=[NAMED]))

    def test_a_learned_address_is_marked_unless_it_lies_inside(self, named: Chains) -> None:
        (rule,) = (one for one in named["from_claim"] if "@names_claim_wan_update_av6" in one)

        assert rule.startswith(
            "ct direction original ip6 daddr @names_claim_wan_update_av6 ip6 daddr != @inside6 meta mark"
        )

    def test_it_is_marked_for_the_terminals_own_flow_only(self, named: Chains) -> None:
        assert not [rule for rule in named["from_claim"] if "qualification" in rule]
        assert not [rule for rule in named["from_lan"] if "@names" in rule]


class TestServed:
    def chains(self, *services: str) -> Chains:
        zones = site_of(Layout.IP_VPN_CLAIM, (Role.B,)).zones.model_dump(by_alias=True)
        zones["claim"] |= {"serve": services}
        return chains_of(site_of(Layout.IP_VPN_CLAIM, (Role.B,), zones=zones))

    def test_one_without_an_address_may_ask_for_it_where_it_is_served(self) -> None:
        (rule,) = (one for one in self.chains("dhcp")["from_claim"] if FROM_NOBODY in one)

        asks = f"ct direction original {FROM_NOBODY} ip daddr 255.255.255.255 udp sport 68 udp dport 67 accept"
        assert rule.startswith(asks)
        assert not [one for one in self.chains("dhcp")["from_wan"] if FROM_NOBODY in one]

    def test_one_may_ask_for_a_router_where_the_box_is_it(self) -> None:
        assert [one for one in self.chains("ra")["from_claim"] if "nd-router-solicit" in one]

    def test_otherwise_nobody_without_an_address_is_heard(self) -> None:
        text = "\n".join(self.chains()["from_claim"])

        assert FROM_NOBODY not in text
        assert "nd-router" not in text


def test_the_sets_of_where_terminals_go_are_named_by_zone_and_family() -> None:
    assert goes_set(Zone.QUALIFICATION, 6) == "qualification_goes6"
