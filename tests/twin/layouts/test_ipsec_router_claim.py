import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "ipsec-router-claim"
OPEN = opens("""
    lan > gateway: tcp 445: 192.168.10.1 2001:db8:10::1
    gateway > claim: tcp 445: 192.168.20.10
    gateway > wan: udp 500, udp 4500, esp: 192.0.2.10 192.0.2.11
    claim > tunnel: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 2001:db8:c::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN
