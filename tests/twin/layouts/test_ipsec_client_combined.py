import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "ipsec-client-combined"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    claim > wan: udp 500, udp 4500, esp: 192.0.2.10 2001:db8:9::10
    claim > wan: udp 500, udp 4500, esp: 192.0.2.20 2001:db8:9::20
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN
