import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "two-boxes-b"
OPEN = opens("""
    gateway > wan: udp 500, udp 4500, esp: 192.0.2.10
    claim > tunnel: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 2001:db8:c::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN


def test_patches_come_at_noon(scene: Scene) -> None:
    with scene.holding(open_claim_wan_update_windows_update='"eth1" . "eth0"'):
        noon = scene.open(frozenset({"windows-update"}))
    assert noon == OPEN | opens("claim > wan: tcp 443: 192.0.2.129")
