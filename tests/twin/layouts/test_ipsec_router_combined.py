import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "ipsec-router-combined"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    lan > wan: tcp 22, tcp 53, tcp 443, tcp 445, tcp 3389: 198.18.0.1 2001:2::1
    lan > wan: udp 53, udp 123, udp 137, udp 500, udp 4500: 198.18.0.1 2001:2::1
    gateway > wan: udp 500, udp 4500, esp: 192.0.2.10
    claim > tunnel: tcp 443, tcp 53, udp 53: 203.0.113.1 2001:db8:c::1
    claim > tunnel: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.129 2001:db8:d::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN
