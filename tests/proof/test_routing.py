from dataclasses import replace
from ipaddress import ip_network

from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.proof.algebra import Term
from gateway.proof.diagram import Diagrams
from gateway.proof.fields import MARK_BITS
from gateway.proof.guard import whole_guard
from gateway.proof.header import TCP, UDP, Header
from gateway.proof.interfaces import Names
from gateway.proof.live import in_network
from gateway.proof.model import Path, RoutingRule
from gateway.proof.routing import Routing

PORTS = ("eth0", "eth1")


def header() -> Header:
    return Header(Diagrams(), Names(PORTS))


def lets(over: Header, path: Path, marked: int, *rules: RoutingRule) -> Term:
    bits = [over.algebra.true if marked >> bit & 1 else over.algebra.false for bit in range(MARK_BITS)]
    return Routing(over, rules or whole_guard()).lets(path, bits) & over.calm() & over.on(over.iif, "eth1")


def test_nothing_is_forwarded_without_its_mark() -> None:
    over = header()
    assert over.algebra.never(lets(over, Path.FORWARD, TABLE_ALIVE))
    assert not over.algebra.never(lets(over, Path.FORWARD, TABLE_ALIVE | MAY_FORWARD))


def test_tcp_and_udp_to_the_box_need_the_other_mark() -> None:
    over = header()
    to_the_box = lets(over, Path.INPUT, 0) & ~Routing(over, ()).unconditional()
    assert over.algebra.never(to_the_box & (over.transport(TCP) | over.transport(UDP)))
    assert not over.algebra.never(to_the_box & over.transport(1))
    assert not over.algebra.never(lets(over, Path.INPUT, TABLE_ALIVE) & over.transport(TCP))


def test_the_boxs_own_packets_go_around_the_guard() -> None:
    over = header()
    assert not over.algebra.never(lets(over, Path.OUTPUT, 0) & over.transport(TCP) & over.on(over.oif, "lo"))


def test_a_rule_before_the_guard_is_asked_first() -> None:
    over = header()
    shortcut = RoutingRule(4, 5, source=ip_network("10.0.0.0/8"), table=254)
    passed = lets(over, Path.FORWARD, 0, *whole_guard(), shortcut)
    assert not over.algebra.never(passed & over.family(4))
    assert over.algebra.never(passed & over.family(6))


def test_a_goto_skips_what_lies_between_and_never_leads_back() -> None:
    over = header()
    rules = (RoutingRule(4, 1, goto=20), RoutingRule(4, 10, blackhole=True), RoutingRule(4, 20, table=254))
    assert not over.algebra.never(lets(over, Path.FORWARD, 0, *rules))
    back = (RoutingRule(4, 10, goto=5), RoutingRule(4, 20, blackhole=True), RoutingRule(4, 30, table=254))
    assert over.algebra.never(lets(over, Path.FORWARD, 0, *back))


def test_a_rule_with_what_nobody_reads_may_match_or_not() -> None:
    over = header()
    rule = RoutingRule(4, 5, blackhole=True, unmodelled=("uidrange",))
    rules = (rule, RoutingRule(4, 10, table=254))
    assert not over.algebra.never(lets(over, Path.FORWARD, 0, *rules))
    sure = lets(over, Path.FORWARD, 0, replace(rule, unmodelled=()), rules[1])
    assert over.algebra.never(sure)


def test_of_two_rules_of_one_priority_the_first_comes_first() -> None:
    over = header()
    rules = (RoutingRule(4, 5, table=254), RoutingRule(4, 5, blackhole=True))
    assert not over.algebra.never(lets(over, Path.FORWARD, 0, *rules))
    assert over.algebra.never(lets(over, Path.FORWARD, 0, *reversed(rules)))


def test_a_goto_without_its_target_is_passed_over() -> None:
    over = header()
    rules = (RoutingRule(4, 1, goto=15), RoutingRule(4, 10, blackhole=True), RoutingRule(4, 20, table=254))
    assert over.algebra.never(lets(over, Path.FORWARD, 0, *rules) & over.family(4))


def test_a_rule_that_says_not_may_match_anything() -> None:
    over = header()
    negated = RoutingRule(4, 5, source=ip_network("100.64.0.0/10"), blackhole=True, unmodelled=("not",))
    passed = lets(over, Path.FORWARD, TABLE_ALIVE | MAY_FORWARD, *whole_guard(), negated)
    lan = in_network(over, "saddr", ip_network("192.168.10.0/24")) & over.family(4)
    surely = lan & over.calm() & over.on(over.iif, "eth1") & ~passed
    assert not over.algebra.never(surely)
