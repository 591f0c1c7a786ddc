import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "ip-vpn-combined"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    lan > gateway: tcp 2222: 192.168.10.1 2001:db8:10::1
    gateway > claim: tcp 445: 192.168.20.10
    claim > wan: tcp 443, tcp 53, udp 53: 203.0.113.1 2001:db8:c::1
    claim > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.129 2001:db8:d::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN


def test_patches_come_at_noon(scene: Scene) -> None:
    with scene.holding(open_claim_wan_update_carrier_patches='"eth2" . "eth0"'):
        noon = scene.open(frozenset({"carrier-patches"}))
    assert noon == OPEN | opens("claim > wan: tcp 443: 192.0.2.1 2001:db8:a::1")
    assert scene.open() == OPEN
