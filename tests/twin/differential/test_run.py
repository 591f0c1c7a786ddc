from collections.abc import Iterator

import pytest

from gateway.policy.model import FAMILIES
from gateway.site.values import Family
from gateway.twin.differential.prediction import Outcome
from gateway.twin.differential.run import Tally, compare, opening_commands
from gateway.twin.samples import CONFIGS
from tests.twin.differential.scene import Scene, standing

pytestmark = pytest.mark.root

SEED = 7
SHORT, LONG = 1_000, 50_000
FEW = ("ip-vpn-claim", "ipsec-client-claim-and-qualification")
ALL = sorted(path.stem for path in CONFIGS.glob("*.yaml"))

NOTRACK = """
table ip foreign {
  chain early { type filter hook prerouting priority raw; policy accept; tcp dport 445 notrack; }
}
"""

ZOO = """
table inet foreign {
  set pairs { type ipv4_addr . inet_service; flags interval; elements = { 192.168.20.0/28 . 440-450 }; }
  chain side { ct state established return; ip saddr != { 192.168.10.0/26 } drop; meta length 560-600 drop; }
  chain passing { type filter hook forward priority 10; policy accept;
    iifname "eth1*" ip daddr . tcp dport @pairs jump side
    tcp flags & (syn | ack) == syn | ack drop
    tcp flags & urg != 0 tcp sport 20000-29999 drop
    tcp sport vmap { 20200-20399 : drop, * : continue } tcp dport 446 drop
    tcp sport 20000-20199 reject with icmp host-unreachable
    ct state vmap { invalid : drop, related : accept }
    ct direction reply udp sport 53 drop
    ip saddr & 0.0.0.15 == 0.0.0.5 drop
    ip6 nexthdr 60 drop
    th dport { 22, 8000-9000 } drop
    meta l4proto { esp, gre } meta length > 700 drop
    meta mark & 0x40000000 == 0 drop
  }
  chain coming { type filter hook input priority -5; policy accept;
    udp length > 600 drop
    tcp dport != { 22, 445, 2222 } ct state new drop
    icmpv6 type echo-request ip6 hoplimit >= 128 drop
  }
}
"""
"""Rules our compiler never writes, so that the model is not only right about our own."""


@pytest.fixture(scope="module", params=FEW)
def scene(request: pytest.FixtureRequest) -> Iterator[Scene]:
    with standing(request.param) as found:
        yield found


def right(tally: Tally, count: int) -> None:
    assert tally.disagreements == ()
    assert tally.shots >= count
    assert tally.passed > 0.05 * tally.shots
    assert tally.hurried <= 0.01 * tally.shots  # a busy machine loses some
    assert not [kind for kind in tally.kinds if kind.endswith(Outcome.EITHER)]


@pytest.mark.parametrize("family", FAMILIES)
def test_the_kernel_does_with_every_packet_what_the_model_says(scene: Scene, family: Family) -> None:
    right(compare(scene.twin, scene.case(), family=family, seed=SEED, count=SHORT), SHORT)


@pytest.mark.parametrize("family", FAMILIES)
def test_also_under_rules_that_are_not_ours(scene: Scene, family: Family) -> None:
    scene.nft(ZOO)
    try:
        tally = compare(scene.twin, scene.case(), family=family, seed=SEED, count=SHORT)
    finally:
        scene.nft("delete table inet foreign")
    assert tally.disagreements == ()
    assert tally.passed > 0
    assert sum(number for kind, number in tally.kinds.items() if kind.endswith(Outcome.EITHER)) < 0.4 * tally.shots


def test_a_model_of_another_kernel_is_found_out(scene: Scene) -> None:
    before = scene.case()
    scene.nft(NOTRACK)
    try:
        wrong = compare(scene.twin, before, family=4, seed=SEED, count=60)
        right_again = compare(scene.twin, scene.case(), family=4, seed=SEED, count=60)
    finally:
        scene.nft("delete table ip foreign")
    assert wrong.disagreements
    assert right_again.disagreements == ()


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("sample", ALL)
def test_fifty_thousand_packets_of_each_sample(sample: str, family: Family) -> None:
    with standing(sample) as scene:
        right(compare(scene.twin, scene.case(), family=family, seed=SEED, count=LONG), LONG)
        opened = opening_commands(scene.case().policy, scene.case().ports)
        if opened:
            scene.nft(opened)
            right(compare(scene.twin, scene.case(), family=family, seed=SEED, count=LONG, opened=True), LONG)
