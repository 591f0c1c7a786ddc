import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "after-hours"
OPEN = opens("""
    claim > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 2001:db8:c::1
""")
SHARE = opens("lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN


def test_in_the_evening_the_share_is_open(scene: Scene) -> None:
    with scene.holding(open_lan_claim_share='"eth1" . "eth2"'):
        assert scene.open(frozenset({"access"})) == OPEN | SHARE
    assert scene.open() == OPEN


def test_once_more_while_it_is_granted(scene: Scene) -> None:
    with scene.holding(grant_late_claims4="192.168.10.21", grant_late_claims6="2001:db8:10::21"):
        assert scene.open(frozenset({"late-claims"})) == OPEN | SHARE


def test_a_grant_to_somebody_else_opens_nothing(scene: Scene) -> None:
    with scene.holding(grant_late_claims4="192.168.10.99"):
        assert scene.open() == OPEN
