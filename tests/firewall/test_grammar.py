from pathlib import Path

import pytest

from gateway.firewall.compile import compile_table
from gateway.firewall.grammar import Compare, Lookup, Mark, TcpFlags, Unreadable, Verdict, read_entry, read_rule
from gateway.policy.derive import derive
from gateway.site.load import load_site
from gateway.wiring.part import ports

CONFIGS = sorted((Path(__file__).parents[2] / "configs").glob("*.yaml"))


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.name)
def test_every_rule_the_compiler_writes_for_a_sample_can_be_read(path: Path) -> None:
    site = load_site(path)
    table = compile_table(derive(site), ports(site))

    rules = [rule for chain in table.chains if "nat" not in chain.hook for rule in chain.rules]

    assert all(isinstance(read_rule(rule), tuple) for rule in rules)


def test_a_concatenation_against_a_set() -> None:
    rule = 'ip saddr . ip daddr . tcp dport @share_tcp4 counter name share goto start_tcp comment "share C1"'

    assert read_rule(rule) == (
        Compare((("ip", "saddr"), ("ip", "daddr"), ("tcp", "dport")), "==", named="share_tcp4"),
        Verdict("goto", "start_tcp"),
    )


def test_elements_written_in_the_rule() -> None:
    assert read_rule("ip6 nexthdr != { tcp, udp } counter drop") == (
        Compare((("ip6", "nexthdr"),), "!=", elements=("tcp", "udp")),
        Verdict("drop"),
    )
    assert read_rule("ct state invalid,untracked drop")[0] == Compare(
        (("ct", "state"),), "==", elements=("invalid", "untracked")
    )


def test_a_verdict_map() -> None:
    assert read_rule("iifname . oifname vmap @pairs") == (Lookup((("iifname",), ("oifname",)), "pairs"),)
    assert read_entry('"eth1" . "eth2" : goto a_to_b') == ('"eth1" . "eth2"', Verdict("goto", "a_to_b"))
    assert read_entry('"lo" : accept') == ('"lo"', Verdict("accept"))


@pytest.mark.parametrize("element", ['"eth1"', '"eth1" : queue', '"eth1" : accept drop', ": "])
def test_an_element_that_leads_nowhere_is_refused(element: str) -> None:
    with pytest.raises(Unreadable):
        read_entry(element)


def test_marks_and_flags() -> None:
    assert read_rule("meta mark set meta mark | 0x40000000 accept") == (Mark(0x40000000), Verdict("accept"))
    assert read_rule("tcp flags & (syn|ack) == syn drop")[0] == TcpFlags(frozenset({"syn", "ack"}), frozenset({"syn"}))
    assert read_rule("tcp flags & rst == 0 drop")[0] == TcpFlags(frozenset({"rst"}), frozenset())


@pytest.mark.parametrize(
    "rule",
    [
        'limit rate 5/second burst 10 packets log prefix "a>b " group 5',
        "update @asked4 { ip saddr . udp sport . ip daddr . udp dport }",
        'counter comment "accept drop goto"',
    ],
)
def test_what_decides_nothing_is_nothing(rule: str) -> None:
    assert read_rule(rule) == ()


@pytest.mark.parametrize(
    "rule",
    [
        "socket transparent 1 accept",
        "ip saddr",
        "ip saddr accept",
        "ip saddr . accept",
        "meta mark set 0x40000000",
        "meta mark set meta mark | lots",
        "tcp flags syn accept",
        "tcp flags & syn",
        "iifname vmap { eth1 : accept }",
        "iifname vmap",
        "queue num 1",
        "dnat to 192.0.2.1",
        "ip saddr { 192.0.2.1",
        "update @asked4 { ip saddr",
        "counter name",
        "goto",
        "accept \x00",
    ],
)
def test_what_the_compiler_never_writes_is_refused(rule: str) -> None:
    with pytest.raises(Unreadable):
        read_rule(rule)
