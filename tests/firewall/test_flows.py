import re
from dataclasses import replace
from ipaddress import ip_network

import pytest

from gateway.firewall.flows import (
    answer_rules,
    counter_name,
    flow_sets,
    named_set_name,
    set_name,
    start_rules,
)
from gateway.policy.derive import derive
from gateway.policy.model import Flow, Protocol, Reason, ServicePorts
from gateway.policy.services import tcp, udp
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.values import PortRange
from gateway.twin.samples import CONFIGS

FLOWS = [
    pytest.param(flow, id=f"{path.stem} {flow.id}")
    for path in sorted(CONFIGS.glob("*.yaml"))
    for flow in derive(load_site(path)).flows
]

TALK = Flow(
    id="claim-wan-talk",
    origin=Zone.CLAIM,
    target=Zone.WAN,
    sources=(ip_network("192.168.20.10/31"), ip_network("2001:db8:20::10")),
    destinations=(ip_network("203.0.113.0/25"), ip_network("2001:db8:c::/48")),
    services=(tcp(443), ServicePorts(Protocol.TCP, PortRange(8000, 8010)), udp(53)),
    clauses=("C6", "C12"),
    why=Reason("talk", "話す"),
)
ENCRYPTED = replace(TALK, id="claim-wan-own-tunnel", services=(udp(500), ServicePorts(Protocol.ESP)))
NAMED = replace(TALK, id="claim-wan-update-av", services=(tcp(443),), destinations=(), names=("av.example.com",))


def held(flow: Flow) -> dict[str, tuple[str, tuple[str, ...]]]:
    return {one.name: (one.type, one.elements) for one in flow_sets(flow)}


def test_one_set_for_each_family_and_protocol() -> None:
    assert held(TALK) == {
        "claim_wan_talk_tcp4": (
            "ipv4_addr . ipv4_addr . inet_service",
            ("192.168.20.10/31 . 203.0.113.0/25 . 443", "192.168.20.10/31 . 203.0.113.0/25 . 8000-8010"),
        ),
        "claim_wan_talk_udp4": (
            "ipv4_addr . ipv4_addr . inet_service",
            ("192.168.20.10/31 . 203.0.113.0/25 . 53",),
        ),
        "claim_wan_talk_tcp6": (
            "ipv6_addr . ipv6_addr . inet_service",
            ("2001:db8:20::10 . 2001:db8:c::/48 . 443", "2001:db8:20::10 . 2001:db8:c::/48 . 8000-8010"),
        ),
        "claim_wan_talk_udp6": (
            "ipv6_addr . ipv6_addr . inet_service",
            ("2001:db8:20::10 . 2001:db8:c::/48 . 53",),
        ),
    }


def test_esp_has_no_service_in_its_set() -> None:
    assert held(ENCRYPTED)["claim_wan_own_tunnel_esp4"] == (
        "ipv4_addr . ipv4_addr",
        ("192.168.20.10/31 . 203.0.113.0/25",),
    )


def test_what_goes_by_name_holds_who_may_ask_for_what() -> None:
    assert held(NAMED) == {
        "named_claim_wan_update_av_tcp4": ("ipv4_addr . inet_service", ("192.168.20.10/31 . 443",)),
        "named_claim_wan_update_av_tcp6": ("ipv6_addr . inet_service", ("2001:db8:20::10 . 443",)),
    }


def test_a_flow_of_one_family_makes_nothing_in_the_other() -> None:
    only_v6 = replace(TALK, sources=TALK.in_family(6)[0])

    assert {one.name for one in flow_sets(only_v6)} == {"claim_wan_talk_tcp6", "claim_wan_talk_udp6"}
    assert not any(re.search(r"\bip [sd]addr", rule) for rule in (*start_rules(only_v6), *answer_rules(only_v6)))


def test_a_tcp_flow_reads_forth_and_back() -> None:
    only_tcp4 = replace(TALK, services=TALK.services[:2], sources=TALK.in_family(4)[0])

    assert list(start_rules(only_tcp4)) == [
        'ip saddr . ip daddr . tcp dport @claim_wan_talk_tcp4 counter name claim_wan_talk goto start_tcp comment "claim-wan-talk C6 C12"'
    ]
    assert list(answer_rules(only_tcp4)) == [
        'ip daddr . ip saddr . tcp sport @claim_wan_talk_tcp4 counter name claim_wan_talk goto answer_tcp comment "answers to claim-wan-talk"'
    ]


def test_a_udp_question_opens_its_own_answer_and_no_more() -> None:
    only_udp6 = replace(TALK, services=TALK.services[2:], sources=TALK.in_family(6)[0])
    (start,), (answer,) = start_rules(only_udp6), answer_rules(only_udp6)

    assert "update @asked6 { ip6 saddr . udp sport . ip6 daddr . udp dport }" in start
    assert "ct direction original" in start
    assert "ip6 daddr . udp dport . ip6 saddr . udp sport @asked6" in answer
    assert "ct state established ct direction reply" in answer
    assert "update" not in answer


def test_esp_is_matched_by_its_number_in_both_directions() -> None:
    for rules in (start_rules(ENCRYPTED), answer_rules(ENCRYPTED)):
        esp = [rule for rule in rules if "_esp" in rule]
        assert len(esp) == 2
        assert all("meta l4proto esp" in rule for rule in esp)
        assert not any(" dport" in rule or " sport" in rule for rule in esp)


def test_a_learned_address_must_be_asked_by_who_may_ask() -> None:
    start = next(start_rules(NAMED))

    assert start.startswith(
        "ip saddr . tcp dport @named_claim_wan_update_av_tcp4 ip daddr @names_claim_wan_update_av4 "
    )


@pytest.mark.parametrize("flow", FLOWS)
class TestEveryFlowOfEverySample:
    def test_answers_mirror_starts(self, flow: Flow) -> None:
        starts, answers = list(start_rules(flow)), list(answer_rules(flow))

        assert [mirrored(matching(rule)) for rule in starts] == [matching(rule) for rule in answers]

    def test_only_its_starter_may_start(self, flow: Flow) -> None:
        for rule in answer_rules(flow):
            assert "start_tcp" not in rule
            assert "ct state new" not in rule
            assert "goto answer_tcp" in rule or "ct state established ct direction reply" in rule

    def test_every_rule_counts_and_says_whose_it_is(self, flow: Flow) -> None:
        note = f'comment "{flow.id} {" ".join(flow.clauses)}"'
        for rule in start_rules(flow):
            assert f"counter name {counter_name(flow)} " in rule
            assert rule.endswith(note)
        assert all(f"counter name {counter_name(flow)} " in rule for rule in answer_rules(flow))

    def test_every_set_is_consulted_by_both_directions(self, flow: Flow) -> None:
        for one in flow_sets(flow):
            assert any(f"@{one.name} " in rule for rule in start_rules(flow))
            assert any(f"@{one.name} " in rule for rule in answer_rules(flow))


def matching(rule: str) -> str:
    """Addresses, ports and sets of a rule, before its conditions about the session."""
    return re.split(r"ct state|counter name|goto", rule)[0]


def mirrored(text: str) -> str:
    swap = {"saddr": "daddr", "daddr": "saddr", "dport": "sport", "sport": "dport"}
    swap |= {"iifname": "oifname", "oifname": "iifname"}
    return re.sub("|".join(swap), lambda found: swap[found[0]], text)


def test_names_say_flow_protocol_and_family() -> None:
    assert set_name(TALK, Protocol.UDP, 6) == "claim_wan_talk_udp6"
    assert named_set_name(TALK, Protocol.TCP, 4) == "named_claim_wan_talk_tcp4"
    assert counter_name(TALK) == "claim_wan_talk"


def test_where_either_end_asks_the_session_alone_counts() -> None:
    flow = replace(ENCRYPTED, either_asks=True)

    assert not [rule for rule in (*start_rules(flow), *answer_rules(flow)) if "asked" in rule]
    assert all("ct state established ct direction reply" in rule for rule in answer_rules(flow))
