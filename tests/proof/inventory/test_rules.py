from dataclasses import replace

import pytest

from gateway.proof.inventory.rules import judge, parse, read
from gateway.proof.model import Answer, RoutingRule, Theorem
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root

GUARD = ("guard", Theorem.T8, Answer.DISPROVED)
RULE = ("routing rule", Theorem.T8, Answer.DISPROVED)


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(
    "rule",
    [
        "pref 100 ipproto 6 fwmark 0/0x20000000 blackhole",
        "pref 100 ipproto 17 fwmark 0/0x20000000 blackhole",
        "pref 210 fwmark 0/0x40000000 blackhole",
        "pref 10 iif lo goto 32000",
    ],
)
def test_every_rule_of_the_guard_is_missed(box: Box, family: int, rule: str) -> None:
    with box.changed(f"ip -{family} rule del {rule}", undo=(f"ip -{family} rule add {rule}",)):
        assert box.found() == {GUARD}


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("rule", ["pref 5 lookup main", "pref 205 from all lookup 1000", "pref 90 fwmark 1 lookup 7"])
def test_a_rule_before_the_end_of_the_guard_is_foreign(box: Box, family: int, rule: str) -> None:
    with box.changed(f"ip -{family} rule add {rule}", undo=(f"ip -{family} rule del {rule}",)):
        assert box.found() == {RULE}


def test_a_rule_after_the_guard_meets_marked_packets_only(box: Box) -> None:
    with box.changed("ip rule add pref 220 lookup 220", undo=("ip rule del pref 220 lookup 220",)):
        assert box.found() == set()


def test_the_kernels_own_first_lookup_delivers_before_the_guard(box: Box) -> None:
    with box.changed("ip rule add pref 0 lookup local", undo=("ip rule del pref 0 lookup local",)):
        assert box.found() == {GUARD}


def test_another_mark_guards_nothing(box: Box) -> None:
    rules = tuple(replace(one, mark_mask=1) if one.mark_mask == 0x40000000 else one for one in box.call(read))
    found = list(judge(rules, box.surroundings))
    assert sum("is missing" in one.what for one in found) == 2  # one for each family


def test_what_nobody_here_reads_is_named_and_not_decided(box: Box) -> None:
    rule = "pref 5 tos 0x10 lookup main"
    with box.changed(f"ip rule add {rule}", undo=(f"ip rule del {rule}",)):
        assert box.call(read)[0] == RoutingRule(4, 5, table=254, unmodelled=("tos",))
        assert box.found() == {("routing rule", Theorem.T8, Answer.NOT_PROVABLE)}


def test_actions_are_read_by_name_and_by_number() -> None:
    objects = [{"priority": 1, "src": "all", "action": action} for action in ("blackhole", "6", "prohibit", "nop")]
    assert [(one.blackhole, one.unmodelled) for one in parse(objects, 4)] == [
        (True, ()),
        (True, ()),
        (True, ()),
        (False, ("action",)),
    ]
