import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "uplink-static-ra"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    gateway > claim: tcp 445: 192.168.20.10
    claim > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 2001:db8:c::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN
