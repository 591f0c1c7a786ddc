import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "two-boxes-a"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    gateway > claim: tcp 445: 192.168.20.10
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN
