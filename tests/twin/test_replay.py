from dataclasses import replace
from ipaddress import ip_address

import pytest

from gateway.policy.derive import derive
from gateway.proof.diagram import Diagrams
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Evidence, Packet, Path, Theorem
from gateway.proof.observe import evidence, observe
from gateway.proof.prove import prove
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.differential.shot import Standing
from gateway.twin.differential.terrain import terrain
from gateway.twin.replay import NotReplayable, Replayed, as_shot, loadable, replay
from gateway.twin.samples import DEMO_SITE
from tests.twin.differential.scene import Scene, standing

pytestmark = pytest.mark.root

INTO_LAN = Packet(
    path=Path.FORWARD,
    iif="eth2",
    oif="eth1",
    family=4,
    source=ip_address("192.168.20.10"),
    destination=ip_address("192.168.10.21"),
    protocol=6,
    sport=49_152,
    dport=445,
    tcp_flags=("syn",),
    icmp_type=None,
    icmp_code=None,
    extension=None,
    hop_limit=64,
    length=60,
    mark=0,
    decrypted=False,
    ct_state="new",
    ct_direction="original",
    source_routed_back=True,
    destination_type="unicast",
)
"""A terminal opens the receipt PC's share: what must never be."""
FOLDER = replace(
    INTO_LAN,
    iif="eth1",
    oif="eth2",
    source=ip_address("192.168.10.21"),
    destination=ip_address("192.168.20.10"),
)
"""The receipt PC opens the terminal's share."""


def seen(scene: Scene) -> Evidence:
    site = surroundings(scene.twin.site, derive(scene.twin.site))
    return evidence(scene.twin.gateway.call(observe, site), site)


@pytest.fixture(scope="module")
def right() -> Evidence:
    with standing(DEMO_SITE.stem) as scene:
        return seen(scene)


def test_under_the_right_rules_only_what_is_declared_arrives(site: Site, right: Evidence) -> None:
    assert replay(site, right, FOLDER) == Replayed(arrived=True, control=True)
    assert replay(site, right, INTO_LAN) == Replayed(arrived=False, control=True)


def test_the_packet_that_disproves_a_theorem_gets_through_the_kernel_too(site: Site) -> None:
    with standing(DEMO_SITE.stem) as scene:
        scene.nft("insert rule inet claim_gateway from_claim meta mark set meta mark | 0x40000000 accept")
        scene.nft("insert rule inet claim_gateway claim_to_lan accept")
        wrong = seen(scene)
    verdict = prove(site, wrong, Diagrams())
    shown = next(one.counterexample for one in verdict.judgements if one.theorem is Theorem.T1)
    assert shown is not None
    assert shown.accepted
    replayed = replay(site, wrong, shown.packet)
    assert replayed.agrees(shown.accepted) is True


def test_a_session_that_is_missing_under_the_rules_is_missing_in_the_kernel(site: Site) -> None:
    with standing(DEMO_SITE.stem) as scene:
        scene.nft("flush set inet claim_gateway lan_claim_share_tcp4")
        wrong = seen(scene)
    shown = next(one.counterexample for one in prove(site, wrong, Diagrams()).judgements if one.counterexample)
    assert not shown.accepted
    assert replay(site, wrong, shown.packet) == Replayed(arrived=False, control=True)


def test_the_guard_of_the_evidence_is_the_guard_of_the_replay(site: Site, right: Evidence) -> None:
    # Rules that accept everything and mark nothing: only the guard stands between.
    open_table = tuple(one for one in right.dump if "metainfo" in one)
    assert not replay(site, replace(right, dump=open_table), INTO_LAN).arrived
    assert replay(site, Evidence(open_table, ()), INTO_LAN).arrived is False
    unguarded = tuple(rule for rule in right.guard if not rule.blackhole)
    assert replay(site, Evidence(open_table, unguarded), INTO_LAN).arrived


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"mark": 1}, "arrives with the mark 0x1"),
        ({"iif": "eth9"}, "has no port eth9"),
        ({"ct_state": "untracked"}, "conntrack call it untracked"),
        ({"ct_state": "new", "tcp_flags": ("ack",)}, "conntrack call it new"),
    ],
)
def test_what_the_twin_cannot_make_is_refused_by_name(
    site: Site, right: Evidence, change: dict[str, object], reason: str
) -> None:
    with pytest.raises(NotReplayable, match=reason):
        replay(site, right, replace(INTO_LAN, **change))  # type: ignore[arg-type]


def test_a_rule_with_parts_nobody_reads_is_refused(site: Site, right: Evidence) -> None:
    odd = (replace(right.guard[0], unmodelled=("tos",)), *right.guard[1:])
    with pytest.raises(NotReplayable, match="has parts nobody here reads: tos"):
        replay(site, replace(right, guard=odd), FOLDER)


def test_an_established_answer_gets_its_session_first(site: Site) -> None:
    ground = terrain(site, derive(site))
    packet = replace(
        INTO_LAN, sport=445, dport=49_152, tcp_flags=("ack",), ct_state="established", ct_direction="reply"
    )
    shot = as_shot(packet, ground)
    assert (shot.standing, shot.answers, shot.origin) == (Standing.LIVE, True, Zone.CLAIM)
    assert shot.initiator_first == (packet.destination, packet.source, 49_152, 445)
    assert len(shot.packet()) == 60


def test_a_dump_is_told_again_in_an_order_that_nft_can_follow(right: Evidence) -> None:
    text = loadable(right.dump)
    assert text.index('"flush"') < text.index('"table"') < text.index('"chain"') < text.index('"rule"')
    assert '"metainfo"' not in text
