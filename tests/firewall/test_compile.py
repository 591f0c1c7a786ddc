import re
from dataclasses import replace
from ipaddress import ip_network
from itertools import permutations
from pathlib import Path

import pytest

from gateway.firewall.compile import compile_table, pair_chain_name
from gateway.firewall.live import live_sets
from gateway.firewall.table import Chain, Table
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Policy
from gateway.site.layout import TERMINAL_ZONES, Layout, Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import CONFIGS
from gateway.wiring.part import ports
from tests.policy.sites import site_of

SAMPLES = sorted(CONFIGS.glob("*.yaml"))
_SET = re.compile(r"@(\w+)")
_MAP = re.compile(r"vmap @(\w+)")
_JUMP = re.compile(r"(?:goto|jump) (\w+)")


@pytest.fixture
def policy(site: Site) -> Policy:
    return derive(site)


@pytest.fixture
def table(site: Site, policy: Policy) -> Table:
    return compile_table(policy, ports(site))


def table_of(site: Site) -> Table:
    return compile_table(derive(site), ports(site))


def chain(table: Table, name: str) -> Chain:
    return next(one for one in table.chains if one.name == name)


def elements(table: Table, name: str) -> tuple[str, ...]:
    return next(one.elements for one in table.sets if one.name == name)


def test_a_flow_is_one_set_per_family_and_protocol(table: Table) -> None:
    assert elements(table, "lan_claim_share_tcp4") == ("192.168.10.21 . 192.168.20.10 . 445",)
    assert elements(table, "lan_claim_share_tcp6") == ("2001:db8:10::21 . 2001:db8:20::10 . 445",)
    assert elements(table, "claim_wan_claim_system_udp4") == (
        "192.168.20.10 . 203.0.113.0/24 . 53",
        "192.168.20.10 . 203.0.113.0/24 . 123",
    )


def test_both_directions_of_a_pair_consult_the_flow_and_only_its_starter_may_start(table: Table) -> None:
    forth, back = chain(table, "lan_to_claim").rules, chain(table, "claim_to_lan").rules
    assert any(
        "ip saddr . ip daddr . tcp dport @lan_claim_share_tcp4" in rule and "goto start_tcp" in rule for rule in forth
    )
    assert any(
        "ip daddr . ip saddr . tcp sport @lan_claim_share_tcp4" in rule and "goto answer_tcp" in rule for rule in back
    )
    assert not any("start_tcp" in rule or " accept" in rule for rule in back)


def test_a_terminal_is_marked_for_its_declared_destinations_only(table: Table) -> None:
    assert elements(table, "claim_goes4") == ("203.0.113.0/24",)
    assert elements(table, "claim_goes6") == ("2001:db8:c::/48",)


def test_what_is_inside_is_every_segment() -> None:
    table = table_of(site_of(Layout.IPSEC_ROUTER_BOTH))
    assert elements(table, "inside4") == ("192.168.10.0/24", "192.168.20.0/24", "192.168.30.0/24")
    assert elements(table, "inside6") == ("2001:db8:10::/64", "2001:db8:20::/64", "2001:db8:30::/64")


def test_rules_do_not_grow_with_receipt_pcs(site: Site, policy: Policy, table: Table) -> None:
    share = policy.flows[0]
    more = replace(share, sources=(*share.sources, *(n for f in policy.flows for n in f.destinations)))
    grown = compile_table(replace(policy, flows=(more, *policy.flows[1:])), ports(site))
    assert [len(one.rules) for one in grown.chains] == [len(one.rules) for one in table.chains]


def test_a_flow_of_one_family_makes_nothing_in_the_other(site: Site, policy: Policy) -> None:
    def only_v6(flow: Flow) -> Flow:
        return replace(flow, sources=flow.in_family(6)[0], destinations=flow.in_family(6)[1])

    table = compile_table(
        replace(policy, flows=tuple(only_v6(flow) for flow in policy.flows if 6 in flow.families)), ports(site)
    )
    assert not any(one.name.endswith("tcp4") for one in table.sets)
    assert not any("@lan_claim_share_tcp4" in rule for one in table.chains for rule in one.rules)


def test_no_translation_no_chain(site: Site, policy: Policy) -> None:
    table = compile_table(replace(policy, translations=()), ports(site))
    assert not any(one.name == "translate" for one in table.chains)


def test_translation_names_its_port_its_prefixes_and_its_clauses() -> None:
    table = table_of(site_of(Layout.IPSEC_ROUTER_BOTH))
    assert chain(table, "translate").rules == (
        'oifname "eth2" ip saddr { 192.168.10.0/24 } counter masquerade comment "C1"',
        'oifname "eth3" ip saddr { 192.168.10.0/24 } counter masquerade comment "C1"',
        'oifname "eth0" ip saddr { 192.168.20.0/24, 192.168.30.0/24 } counter masquerade comment "C6"',
        'oifname "ipsec0" ip saddr { 192.168.20.0/24, 192.168.30.0/24 } counter masquerade comment "C6 C17"',
    )


def test_only_zones_that_start_sessions_are_sent_resets(table: Table) -> None:
    resets = {
        zone: any("== rst" in rule for rule in chain(table, f"gateway_to_{zone}").rules)
        for zone in (Zone.LAN, Zone.CLAIM, Zone.WAN)
    }
    assert resets == {Zone.LAN: True, Zone.CLAIM: True, Zone.WAN: False}


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
class TestEverySample:
    @pytest.fixture
    def policy(self, path: Path) -> Policy:
        return derive(load_site(path))

    @pytest.fixture
    def table(self, path: Path) -> Table:
        return table_of(load_site(path))

    def test_every_filter_hook_drops_by_default(self, table: Table) -> None:
        hooks = {one.name: one.hook for one in table.chains if one.hook}
        assert set(hooks) - {"translate"} == {"prerouting", "forward", "input", "output"}
        assert all("policy drop" in hook for name, hook in hooks.items() if name != "translate")

    def test_every_ordered_pair_of_zones_has_its_chain_and_ends_in_a_drop(self, policy: Policy, table: Table) -> None:
        pairs = {pair_chain_name(origin, target) for origin, target in permutations(policy.zones, 2)}
        for name in pairs:
            log, drop = chain(table, name).rules[-2:]
            assert "limit rate" in log
            assert "group 5" in log
            assert drop.startswith("counter drop")
        assert {one.name for one in table.chains if "_to_" in one.name} == pairs

    def test_forward_reaches_every_pair_of_segments_by_its_two_ports(
        self, path: Path, policy: Policy, table: Table
    ) -> None:
        way = elements(table, "pairs") if len(policy.zones) > 2 else ()
        by_zone = ports(load_site(path))
        segments = [zone for zone in policy.zones if zone is not Zone.GATEWAY]
        for origin, target in permutations(segments, 2):
            assert f'"{by_zone[origin]}" . "{by_zone[target]}" : goto {origin}_to_{target}' in way

    def test_nothing_accepts_established_packets_of_any_flow(self, table: Table) -> None:
        for name in ("forward", "input", "output"):
            assert not any("established" in rule or "related" in rule for rule in chain(table, name).rules)

    def test_no_icmp_error_ever_goes_from_a_terminal_into_lan(self, policy: Policy, table: Table) -> None:
        for zone in TERMINAL_ZONES:
            if zone in policy.zones and Zone.LAN in policy.zones:
                assert not any("errors" in rule for rule in chain(table, f"{zone}_to_lan").rules)

    def test_errors_come_back_where_a_terminal_may_start(self, policy: Policy, table: Table) -> None:
        for flow in policy.flows:
            if flow.origin in TERMINAL_ZONES and flow.target is not Zone.GATEWAY:
                rules = chain(table, f"{flow.target}_to_{flow.origin}").rules
                assert "ct state related ct direction reply jump errors" in rules

    def test_every_accept_of_a_flow_names_the_flow_and_its_clauses(self, policy: Policy, table: Table) -> None:
        text = table.text()
        for flow in policy.flows:
            assert f'comment "{flow.id} {" ".join(flow.clauses)}"' in text

    def test_translation_stands_in_one_chain_and_nowhere_else(self, policy: Policy, table: Table) -> None:
        rewriting = [
            one.name
            for one in table.chains
            if any(re.search(r"masquerade|[sd]nat|redirect", rule) for rule in one.rules)
        ]
        assert rewriting == (["translate"] if policy.translations else [])

    def test_every_set_is_asked_and_every_set_asked_is_there(self, table: Table) -> None:
        """No dead set: the ones that only say where a terminal goes may be empty, and stay named."""
        asked = {name for one in table.chains for rule in one.rules for name in _SET.findall(rule)}
        there = {one.name for one in table.sets}
        assert asked <= there
        assert there - asked <= {"asked4", "asked6", "inside4", "inside6"}

    def test_every_chain_is_hooked_or_reached_and_stands_before_who_reaches_it(self, table: Table) -> None:
        seen: set[str] = set()
        reached: set[str] = set()
        maps = {one.name: one for one in table.sets if one.keyword == "map"}
        for one in table.chains:
            asked = [element for rule in one.rules for name in _MAP.findall(rule) for element in maps[name].elements]
            jumps = {name for text in (*one.rules, *asked) for name in _JUMP.findall(text)}
            assert jumps <= seen
            reached |= jumps
            seen.add(one.name)
        assert {one.name for one in table.chains if not one.hook} - reached <= {"start_tcp", "answer_tcp", "errors"}

    def test_live_sets_are_those_of_the_openings(self, policy: Policy, table: Table) -> None:
        assert tuple(one for one in table.sets if one.live) == tuple(live_sets(policy, dict.fromkeys(Zone, "eth0")))

    def test_a_terminal_goes_nowhere_inside_and_not_to_the_box(self, policy: Policy, table: Table) -> None:
        inside = [network for _, networks in policy.networks for network in networks]
        for one in table.sets:
            if "_goes" in one.name:
                goes = [ip_network(element) for element in one.elements]
                assert not [
                    there for there in goes for here in inside if there.version == here.version and there.overlaps(here)
                ]

    def test_compiling_is_the_same_every_time(self, path: Path, table: Table) -> None:
        assert table_of(load_site(path)).text() == table.text()
