import pytest

from gateway.proof.inventory.traffic_control import Queue, TrafficControl, judge
from gateway.proof.model import Answer, Theorem
from tests.proof.inventory.box import Box

pytestmark = pytest.mark.root

ALL = "u32 match u32 0 0"


@pytest.mark.parametrize("queue", ["clsact", "ingress"])
def test_a_redirect_before_the_rules_is_seen(box: Box, queue: str) -> None:
    add = f"tc filter add dev eth2 ingress protocol all {ALL} action mirred egress redirect dev eth1"
    with box.changed(f"tc qdisc add dev eth2 {queue}", add, undo=(f"tc qdisc del dev eth2 {queue}",)):
        assert box.found() == {("traffic control", Theorem.T1, Answer.DISPROVED)}


def test_a_redirect_in_an_ordinary_queue_is_seen_too(box: Box) -> None:
    add = f"tc filter add dev eth1 parent 1: protocol all {ALL} action mirred egress mirror dev eth2"
    with box.changed("tc qdisc add dev eth1 root handle 1: htb", add, undo=("tc qdisc del dev eth1 root",)):
        assert box.found() == {("traffic control", Theorem.T1, Answer.DISPROVED)}


def test_a_redirect_at_a_class_of_a_queue_is_seen(box: Box) -> None:
    inner = "tc class add dev eth1 parent 1: classid 1:1 htb rate 1gbit"
    add = f"tc filter add dev eth1 parent 1:1 protocol all {ALL} action mirred egress redirect dev eth2"
    changes = ("tc qdisc add dev eth1 root handle 1: htb", inner, add)
    with box.changed(*changes, undo=("tc qdisc del dev eth1 root",)):
        assert box.found() == {("traffic control", Theorem.T1, Answer.DISPROVED)}


def test_shaping_alone_changes_nothing(box: Box) -> None:
    add = f"tc filter add dev eth0 parent 1: protocol ip {ALL} flowid 1:1"
    with box.changed("tc qdisc add dev eth0 root handle 1: htb", add, undo=("tc qdisc del dev eth0 root",)):
        assert box.found() == set()


def test_filters_that_several_ports_share_are_not_read(box: Box) -> None:
    found = judge(TrafficControl((Queue("eth2", "clsact", shares_filters=True),)), box.surroundings)
    assert [one.answer for one in found] == [Answer.NOT_PROVABLE]
