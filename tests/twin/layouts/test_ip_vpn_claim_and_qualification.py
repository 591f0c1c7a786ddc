import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "ip-vpn-claim-and-qualification"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    lan > qualification: tcp 445: 192.168.30.10 192.168.30.11 2001:db8:30::10 2001:db8:30::11
    gateway > claim: tcp 445: 192.168.20.10
    gateway > lan: udp 123, udp 514, tcp 514: 192.168.10.5
    claim > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 2001:db8:c::1
    qualification > wan: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.129 2001:db8:d::1
    qualification > gateway: udp 123: 192.168.30.1 2001:db8:30::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN


def test_the_vendor_reaches_the_box_while_it_is_granted(scene: Scene) -> None:
    with scene.holding(grant_vendor_ssh4="192.168.10.250"):
        assert scene.open(frozenset({"vendor-ssh"})) == OPEN | opens("lan > gateway: tcp 22: 192.168.10.1")
    assert scene.open() == OPEN
