import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "uplink-dhcp-pd"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 fd00:64:9::10
    gateway > claim: tcp 445: 192.168.20.10
    gateway > wan: udp 123: 203.0.113.123
    claim > gateway: tcp 53, udp 53, udp 123: 192.168.20.1 fd00:64:9::1
    claim > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 203.0.113.123 2001:db8:c::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN
