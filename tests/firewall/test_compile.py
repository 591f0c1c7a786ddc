import re
from dataclasses import replace
from itertools import permutations

import pytest

from gateway.firewall.compile import compile_table, pair_chain_name
from gateway.firewall.table import Chain, Table
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Policy
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.wiring.part import ports


@pytest.fixture
def policy(site: Site) -> Policy:
    return derive(site)


@pytest.fixture
def table(site: Site, policy: Policy) -> Table:
    return compile_table(policy, ports(site))


def chain(table: Table, name: str) -> Chain:
    return next(one for one in table.chains if one.name == name)


def elements(table: Table, name: str) -> tuple[str, ...]:
    return next(one.elements for one in table.sets if one.name == name)


def test_every_filter_hook_drops_by_default(table: Table) -> None:
    hooks = {one.name: one.hook for one in table.chains if one.hook}
    assert set(hooks) == {"prerouting", "forward", "input", "output", "translate"}
    assert all("policy drop" in hook for name, hook in hooks.items() if name != "translate")


def test_every_ordered_pair_of_zones_has_its_chain_and_ends_in_a_drop(policy: Policy, table: Table) -> None:
    for origin, target in permutations(policy.zones, 2):
        assert chain(table, pair_chain_name(origin, target)).rules[-1].startswith("counter drop")


def test_a_flow_is_one_set_per_family_and_protocol(table: Table) -> None:
    assert elements(table, "lan_claim_share_tcp4") == ("192.168.10.21 . 192.168.20.10 . 445",)
    assert elements(table, "lan_claim_share_tcp6") == ("2001:db8:10::21 . 2001:db8:20::10 . 445",)
    assert elements(table, "claim_wan_system_udp4") == (
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


def test_nothing_accepts_established_packets_of_any_flow(table: Table) -> None:
    for one in table.chains:
        if one.hook.startswith("type filter hook forward"):
            assert not any("established" in rule for rule in one.rules)
    assert not any(" related " in rule and "accept" in rule for rule in chain(table, "forward").rules)


def test_no_icmp_error_ever_goes_from_a_terminal_into_lan(table: Table) -> None:
    assert not any("errors" in rule for rule in chain(table, "claim_to_lan").rules)
    assert any("jump errors" in rule for rule in chain(table, "wan_to_claim").rules)


def test_a_terminal_is_marked_for_its_declared_destinations_only(table: Table) -> None:
    assert elements(table, "claim_goes4") == ("203.0.113.0/24",)
    assert elements(table, "claim_goes6") == ("2001:db8:c::/48",)


def test_every_accept_of_a_flow_names_the_flow_and_its_clauses(policy: Policy, table: Table) -> None:
    text = table.text()
    for flow in policy.flows:
        assert f'comment "{flow.id} {" ".join(flow.clauses)}"' in text


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


def test_translation_stands_in_one_chain_and_nowhere_else(table: Table) -> None:
    with_nat = [
        one.name for one in table.chains if any(re.search(r"masquerade|[sd]nat|redirect", rule) for rule in one.rules)
    ]
    assert with_nat == ["translate"]
    assert all(rule.count("oifname") == 1 for rule in chain(table, "translate").rules)


def test_no_translation_no_chain(site: Site, policy: Policy) -> None:
    table = compile_table(replace(policy, translations=()), ports(site))
    assert not any(one.name == "translate" for one in table.chains)


def test_only_zones_that_start_sessions_are_sent_resets(table: Table) -> None:
    resets = {
        zone: any("== rst" in rule for rule in chain(table, f"gateway_to_{zone}").rules)
        for zone in (Zone.LAN, Zone.CLAIM, Zone.WAN)
    }
    assert resets == {Zone.LAN: True, Zone.CLAIM: True, Zone.WAN: False}
