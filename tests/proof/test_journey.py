"""What the kernel does with packets, one trap at a time: verdicts, order, families, conntrack before and after it knows."""

from ipaddress import ip_network

import pytest

from gateway.proof.algebra import Term
from gateway.proof.errors import NotProvable
from gateway.proof.header import ACK, ESTABLISHED, INVALID, NEW, SYN, TCP, UDP, UNTRACKED
from gateway.proof.live import in_network
from gateway.proof.model import Path
from tests.proof.walked import Walked
from tests.proof.written import (
    ACCEPT,
    DROP,
    MARK,
    STATE,
    Piece,
    base,
    chain,
    concat,
    field,
    foreign,
    goto,
    jump,
    mark,
    mark_or,
    match,
    meta,
    payload,
    rule,
    state,
    table,
)
from tests.proof.written import ESTABLISHED as ESTABLISHED_BIT
from tests.proof.written import NEW as NEW_BIT

F = ("inet", "foreign")


def test_accept_ends_only_its_own_base_chain() -> None:
    walked = Walked(
        *foreign("forward", (ACCEPT,), priority=-10),
        table(name="second"),
        base("d", "forward", 5, policy="drop", table=("inet", "second")),
    )
    assert walked.never(walked.header.algebra.true)


def test_a_drop_is_final() -> None:
    walked = Walked(*foreign("forward", (DROP,), (ACCEPT,)))
    assert walked.never(walked.header.algebra.true)


def test_a_table_of_one_family_sees_only_it() -> None:
    walked = Walked(*foreign("forward", (DROP,), family="ip6"))
    assert walked.never(walked.header.family(6))
    assert walked.always(walked.header.family(4))


def test_a_jump_comes_back_and_a_goto_does_not() -> None:
    sub = (chain("sub", F), rule("sub", meta("l4proto", 6), ACCEPT, table=F))
    jumped = Walked(
        table(),
        *sub,
        base("c", "forward", policy="drop", table=F),
        rule("c", jump("sub"), table=F),
        rule("c", ACCEPT, table=F, handle=9001),
    )
    assert jumped.always(jumped.header.transport(UDP))
    gone = Walked(
        table(),
        *sub,
        base("c", "forward", policy="drop", table=F),
        rule("c", goto("sub"), table=F),
        rule("c", ACCEPT, table=F, handle=9001),
    )
    assert gone.always(gone.header.transport(TCP))
    assert gone.never(gone.header.transport(UDP))


def test_return_leaves_a_chain() -> None:
    sub = (chain("sub", F), rule("sub", {"return": None}, table=F), rule("sub", DROP, table=F, handle=9001))
    walked = Walked(table(), *sub, base("c", "forward", table=F), rule("c", jump("sub"), table=F))
    assert walked.always(walked.header.algebra.true)


@pytest.mark.parametrize("named", [False, True], ids=["anonymous", "named"])
def test_a_verdict_map_that_holds_nothing_falls_through(named: bool) -> None:
    elements = [["eth1", DROP], ["eth2", ACCEPT]]
    held = {
        "map": {
            "family": "inet",
            "table": "foreign",
            "name": "m",
            "type": "ifname",
            "handle": 3,
            "map": "verdict",
            "elem": elements,
        }
    }
    data = "@m" if named else {"set": elements}
    vmap = {"vmap": {"key": {"meta": {"key": "iifname"}}, "data": data}}
    walked = Walked(
        table(),
        *([held] if named else []),
        base("c", "forward", policy="drop", table=F),
        rule("c", vmap, table=F),
        rule("c", meta("l4proto", 6), ACCEPT, table=F, handle=9001),
    )
    header = walked.header
    assert walked.never(header.on(header.iif, "eth1"))
    assert walked.always(header.on(header.iif, "eth2"))
    assert walked.always(header.on(header.iif, "eth0") & header.transport(TCP))
    assert walked.never(header.on(header.iif, "eth0") & header.transport(UDP))


def test_a_wildcard_covers_interfaces_nobody_mentions() -> None:
    walked = Walked(*foreign("forward", (meta("iifname", "ppp*"), DROP)))
    header = walked.header
    assert any(name.startswith("ppp") for name in header.names.names)
    assert walked.never(header.on(header.iif, "ppp*"))
    assert walked.always(header.on(header.iif, "lo"))


def test_no_interface_has_an_empty_name() -> None:
    walked = Walked(*foreign("prerouting", (meta("oifname", "eth1", "!="), DROP)))
    assert walked.never(walked.header.algebra.true)


def test_a_port_asks_for_its_protocol_even_in_a_negation() -> None:
    walked = Walked(*foreign("forward", (payload("tcp", "dport", 22, "!="), DROP)))
    header = walked.header
    assert walked.always(header.transport(UDP))
    assert walked.always(header.transport(TCP) & header.equal(header.dport, 22))
    assert walked.never(header.transport(TCP) & header.whole & header.equal(header.dport, 23))


def test_an_address_asks_for_its_family_even_in_a_negation() -> None:
    walked = Walked(*foreign("forward", (payload("ip", "saddr", "10.0.0.1", "!="), DROP)))
    assert walked.always(walked.header.family(6))


def test_icmp_may_or_may_not_ask_for_the_family() -> None:
    walked = Walked(*foreign("forward", (payload("icmp", "type", 8), DROP)))
    header = walked.header
    ping = header.transport(1) & header.whole & header.equal(header.type, 8)
    assert walked.never(ping & header.family(4))
    assert walked.open(ping & header.family(6))


def test_flags_of_tcp_are_a_bit_test_with_in_and_exact_otherwise() -> None:
    flags = {"payload": {"protocol": "tcp", "field": "flags"}}
    header_of = [
        Walked(*foreign("forward", (match(flags, right, op), DROP)))
        for op, right in (("in", [2, 16]), ("==", {"|": [2, 16]}), ("!", 4), ("!=", 2))
    ]
    any_bit, exact, none, other = header_of

    def tcp(walked: Walked, value: int) -> Term:
        header = walked.header
        return header.transport(TCP) & header.whole & header.equal(header.flags, value)

    assert any_bit.never(tcp(any_bit, SYN))
    assert any_bit.always(tcp(any_bit, 1))
    assert exact.never(tcp(exact, SYN | ACK))
    assert exact.always(tcp(exact, SYN))
    assert none.never(tcp(none, SYN))
    assert none.always(tcp(none, 4))
    assert other.never(tcp(other, ACK))
    assert other.always(tcp(other, SYN))


def test_a_mask_is_applied_before_the_comparison() -> None:
    masked = {"&": [field("tcp", "flags"), [1, 2, 4, 16]]}
    walked = Walked(*foreign("forward", (match(masked, 2), DROP)))
    header = walked.header
    tcp = header.transport(TCP) & header.whole
    assert walked.never(tcp & header.equal(header.flags, SYN | 0x40))
    assert walked.always(tcp & header.equal(header.flags, SYN | ACK))


def test_state_is_a_bit_test_with_in_and_exact_otherwise() -> None:
    some, exact = (
        Walked(*foreign("forward", (match(STATE, right, op), DROP)))
        for op, right in (("in", [NEW_BIT, ESTABLISHED_BIT]), ("!=", NEW_BIT))
    )
    assert some.never(some.header.states[NEW] | some.header.states[ESTABLISHED])
    assert some.always(some.header.states[INVALID])
    assert exact.always(exact.header.states[NEW])
    assert exact.never(exact.header.states[UNTRACKED])


def test_before_conntrack_every_packet_is_invalid_and_has_no_direction() -> None:
    early = Walked(
        *foreign("prerouting", (state(NEW_BIT), DROP), (match({"ct": {"key": "direction"}}, 0), DROP), priority=-300)
    )
    assert early.always(early.header.algebra.true)
    invalid = Walked(*foreign("prerouting", (state(1), DROP), priority=-300))
    assert invalid.never(invalid.header.algebra.true)


def test_what_is_not_tracked_stays_untracked_for_everybody() -> None:
    walked = Walked(
        *foreign("prerouting", ({"notrack": None},), priority=-300, family="ip"),
        table(name="second"),
        base("d", "forward", 5, table=("inet", "second")),
        rule("d", state(64), DROP, table=("inet", "second")),
    )
    assert walked.never(walked.header.family(4))
    assert walked.always(walked.header.family(6) & walked.header.states[NEW])


def test_a_mark_written_earlier_is_read_later() -> None:
    read = (
        table(name="second"),
        base("d", "forward", 5, table=("inet", "second")),
        rule("d", match({"&": [MARK, 4]}, 4), DROP, table=("inet", "second")),
    )
    written = Walked(*foreign("prerouting", (meta("l4proto", 6), mark_or(4))), *read)
    assert written.never(written.header.transport(TCP))
    assert written.always(written.header.transport(UDP))
    erased = Walked(*foreign("prerouting", (mark_or(4),), (mark({"&": [MARK, 3]}),)), *read)
    assert erased.always(erased.header.algebra.true)
    anything = Walked(*foreign("prerouting", (mark({"ct": {"key": "mark"}}),)), *read)
    assert anything.open(anything.header.algebra.true)


def test_a_concatenation_matches_field_by_field_with_ranges() -> None:
    key = concat(field("ip", "saddr"), field("tcp", "dport"))
    element = {"concat": [{"prefix": {"addr": "10.0.0.0", "len": 8}}, {"range": [20, 30]}]}
    walked = Walked(*foreign("forward", (match(key, {"set": [element]}), DROP)))
    header = walked.header
    inside = (
        header.family(4) & in_network(header, "saddr", ip_network("10.0.0.0/8")) & header.transport(TCP) & header.whole
    )
    assert walked.never(inside & header.between(header.dport, 20, 30))
    assert walked.always(inside & header.equal(header.dport, 31))
    assert walked.always(~in_network(header, "saddr", ip_network("10.0.0.0/8")))


def test_an_element_that_leaves_may_have_left() -> None:
    held = {
        "set": {
            "family": "inet",
            "table": "foreign",
            "name": "s",
            "type": "inet_proto",
            "handle": 3,
            "elem": [{"elem": {"val": 6, "timeout": 9}}],
        }
    }
    walked = Walked(table(), held, base("c", "forward", table=F), rule("c", meta("l4proto", "@s"), DROP, table=F))
    assert walked.open(walked.header.transport(TCP))
    assert walked.always(walked.header.transport(UDP))


def test_what_nobody_can_tell_may_have_changed_when_the_next_rule_asks() -> None:
    drawn = match({"numgen": {"mode": "inc", "mod": 2, "offset": 0}}, 0)
    walked = Walked(*foreign("forward", (drawn, ACCEPT), (drawn, DROP), policy="drop"))
    assert walked.open(walked.header.algebra.true)
    again = Walked(*foreign("forward", (drawn, goto("dead")), (drawn, ACCEPT), policy="drop"), chain("dead", F))
    assert again.open(again.header.algebra.true)


def test_a_verdict_maps_default_is_for_packets_that_have_its_key() -> None:
    vmap = {"vmap": {"key": field("tcp", "dport"), "data": {"set": [[22, ACCEPT], ["*", DROP]]}}}
    walked = Walked(*foreign("forward", (vmap,)))
    header = walked.header
    assert walked.always(header.transport(UDP))
    assert walked.never(header.transport(TCP) & header.whole & header.equal(header.dport, 23))
    unknown = {"vmap": {"key": {"meta": {"key": "cpu"}}, "data": {"set": [["*", DROP]]}}}
    untold = Walked(*foreign("forward", (unknown,)))
    assert untold.open(untold.header.algebra.true)


def test_a_default_of_continue_goes_on_in_its_rule() -> None:
    vmap = {
        "vmap": {"key": {"meta": {"key": "iifname"}}, "data": {"set": [["eth1", ACCEPT], ["*", {"continue": None}]]}}
    }
    walked = Walked(*foreign("forward", (vmap, DROP)))
    assert walked.never(~walked.header.on(walked.header.iif, "eth1"))


@pytest.mark.parametrize(
    "ends",
    [
        {"mangle": {"key": field("ip", "dscp"), "value": 8}},
        {"mangle": {"key": {"tcp option": {"name": "maxseg", "field": "size"}}, "value": 1400}},
        {"mangle": {"key": MARK, "value": {"map": {"key": field("ip", "saddr"), "data": "@m"}}}},
        {"mangle": {"key": {"ct": {"key": "mark"}}, "value": {"map": {"key": field("ip", "saddr"), "data": "@m"}}}},
        {"mangle": {"key": MARK, "value": {"ct": {"key": "mark"}}}},
        {"counter": {"map": {"key": field("tcp", "dport"), "data": "@m"}}},
    ],
    ids=str,
)
def test_what_a_statement_does_not_find_ends_its_rule(ends: Piece) -> None:
    walked = Walked(*foreign("forward", (ends, DROP)))
    assert walked.open(walked.header.algebra.true)


@pytest.mark.parametrize(
    "passes",
    [
        {"counter": {"packets": 0, "bytes": 0}},
        {"counter": "named"},
        {"mangle": {"key": {"ct": {"key": "mark"}}, "value": {"|": [MARK, 1]}}},
        {"mangle": {"key": {"meta": {"key": "priority"}}, "value": "1:2"}},
        mark_or(1),
    ],
    ids=str,
)
def test_what_a_statement_always_has_ends_nothing(passes: Piece) -> None:
    walked = Walked(*foreign("forward", (passes, DROP)))
    assert walked.never(walked.header.algebra.true)


def test_a_set_takes_only_what_the_packet_has() -> None:
    update = {"set": {"op": "update", "elem": field("ip", "saddr"), "set": "@seen"}}
    seen = {"set": {"family": "inet", "table": "foreign", "name": "seen", "type": "ipv4_addr", "handle": 2}}
    walked = Walked(*foreign("forward", (update, DROP)), seen)
    assert walked.always(walked.header.family(6))
    assert walked.never(walked.header.family(4) & walked.header.calm())


def test_a_set_may_hold_later_what_it_did_not_hold_before() -> None:
    update = {"set": {"op": "update", "elem": field("ip", "saddr"), "set": "@seen"}}
    seen = {"set": {"family": "inet", "table": "foreign", "name": "seen", "type": "ipv4_addr", "handle": 2}}
    held = payload("ip", "saddr", "@seen")
    rules = ((held, goto("dead")), (update,), (held, ACCEPT))
    walked = Walked(*foreign("forward", *rules, policy="drop"), chain("dead", F), seen)
    assert walked.open(walked.header.family(4))


def test_a_reject_drops_only_what_it_can_answer() -> None:
    for kind, dropped, passed in (("icmp", 4, 6), ("icmpv6", 6, 4)):
        walked = Walked(*foreign("forward", ({"reject": {"type": kind, "expr": 1}},)))
        assert walked.never(walked.header.family(dropped))
        assert walked.always(walked.header.family(passed))
    for every in (None, {"type": "icmpx", "expr": 1}):
        walked = Walked(*foreign("forward", ({"reject": every},)))
        assert walked.never(walked.header.algebra.true)
    walked = Walked(*foreign("forward", ({"reject": {"type": "tcp reset"}},)))
    assert walked.always(walked.header.transport(UDP))


def test_translating_chains_are_asked_together_whatever_their_priority() -> None:
    early = foreign("prerouting", (mark(7),), kind="nat", priority=-190)
    reader = ("inet", "reader")
    walked = Walked(
        *early,
        table(name="reader"),
        base("r", "prerouting", -150, table=reader),
        rule("r", match(MARK, 7), DROP, table=reader),
    )
    assert walked.always(walked.header.states[NEW])


def test_a_chain_asked_again_after_notrack_says_something_else() -> None:
    untracked = (chain("sub", F), rule("sub", state(64), ACCEPT, table=F))
    rules = ((jump("sub"),), ({"notrack": None},), (jump("sub"),), (DROP,))
    walked = Walked(*foreign("prerouting", *rules, priority=-300), *untracked)
    assert walked.always(walked.header.algebra.true)


def test_two_of_one_table_at_one_priority_are_in_no_known_order() -> None:
    second = (base("d", "forward", table=F), rule("d", match(MARK, 7), DROP, table=F))
    with pytest.raises(NotProvable, match="both use marks"):
        Walked(*foreign("forward", (mark(7),)), *second)


def test_three_at_one_priority_are_compared_two_by_two() -> None:
    def one(name: str, *said: Piece) -> tuple[Piece, ...]:
        owner = ("inet", name)
        return (table(name=name), base("c", "forward", table=owner), rule("c", *said, table=owner))

    with pytest.raises(NotProvable, match="both use marks"):
        Walked(*one("a", mark(7)), *one("b", meta("l4proto", 6), DROP), *one("c", match(MARK, 7), DROP))


def test_translation_asks_only_the_first_packet_of_a_session() -> None:
    walked = Walked(*foreign("postrouting", (DROP,), priority=100, kind="nat", family="ip"))
    assert walked.never(walked.header.family(4) & walked.header.states[NEW])
    assert walked.always(walked.header.family(4) & walked.header.states[ESTABLISHED])


def test_a_dormant_table_is_not_asked() -> None:
    asleep = Walked(table(flags=["dormant"]), base("c", "forward", policy="drop", table=F))
    assert asleep.always(asleep.header.algebra.true)


def test_the_boxs_own_packets_meet_output_and_postrouting_only() -> None:
    walked = Walked(*foreign("prerouting", (DROP,)))
    assert walked.always(walked.header.algebra.true, Path.OUTPUT)
    assert walked.never(walked.header.algebra.true, Path.INPUT)


@pytest.mark.parametrize("priority", [-200, -150])
def test_an_order_nobody_can_tell_is_refused(priority: int) -> None:
    second = (
        table(name="second"),
        base("d", "prerouting", priority, table=("inet", "second")),
        rule("d", match(MARK, 1), DROP, table=("inet", "second")),
    )
    with pytest.raises(NotProvable):
        Walked(*foreign("prerouting", (mark_or(1),), priority=priority), *second)


def test_a_dump_with_names_for_numbers_is_refused() -> None:
    with pytest.raises(NotProvable, match="nft -nn"):
        Walked(*foreign("forward", (state("established"), ACCEPT)))
