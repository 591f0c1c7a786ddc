import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "vlan-trunk"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    lan > qualification: tcp 445: 192.168.30.10 2001:db8:30::10
    gateway > claim: tcp 22: 192.168.20.10
    claim > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 2001:db8:c::1
    qualification > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.129 2001:db8:d::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN
