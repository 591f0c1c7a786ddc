import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "ipsec-router-claim-and-qualification"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 192.168.20.11 2001:db8:20::10 2001:db8:20::11
    lan > qualification: tcp 445: 192.168.30.10 192.168.30.11 2001:db8:30::10 2001:db8:30::11
    lan > gateway: tcp 22: 10.1.0.1
    gateway > claim: tcp 445: 192.168.20.10
    gateway > lan: tcp 53, udp 53: 10.1.0.53
    gateway > lan: udp 123: 10.1.0.123
    gateway > lan: udp 514, tcp 514: 10.1.250.5
    gateway > wan: udp 500, udp 4500, esp: 192.0.2.10
    claim > tunnel: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.1 2001:db8:c::1
    claim > tunnel: tcp 443: 203.0.113.65
    qualification > tunnel: tcp 443, tcp 53, udp 53, udp 123: 203.0.113.129 2001:db8:d::1
    qualification > tunnel: tcp 443: 203.0.113.65
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN


def test_the_vendor_reaches_what_is_granted_and_both_grants_are_his_own(scene: Scene) -> None:
    granted = frozenset({"vendor-ssh", "terminal-desktop"})
    with scene.holding(grant_vendor_ssh4="10.1.240.7", grant_terminal_desktop4="10.1.240.7"):
        assert scene.opened_from("10.1.240.7", granted) == opens("""
            lan > gateway: tcp 22: 10.1.0.1
            lan > claim: tcp 3389: 192.168.20.10 192.168.20.11
        """)
