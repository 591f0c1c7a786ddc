import pytest

from tests.twin.layouts.scenario import Scene, opens

pytestmark = pytest.mark.root

SAMPLE = "ipsec-client-claim-and-qualification"
OPEN = opens("""
    lan > claim: tcp 445: 192.168.20.10 2001:db8:20::10
    lan > qualification: tcp 445: 192.168.30.10 2001:db8:30::10
    gateway > claim: tcp 445: 192.168.20.10
    gateway > wan: udp 123: 192.0.2.123
    gateway > wan: tcp 53, udp 53: 192.0.2.53 2001:db8:5::53
    claim > wan: udp 500, udp 4500, esp: 192.0.2.10 2001:db8:9::10
    claim > gateway: tcp 53, udp 53, udp 123: 192.168.20.1 2001:db8:20::1
    qualification > wan: udp 500, udp 4500, esp: 192.0.2.20 2001:db8:9::20
    qualification > gateway: tcp 53, udp 53, udp 123: 192.168.30.1 2001:db8:30::1
""")


def test_exactly_these_sessions_start(scene: Scene) -> None:
    assert scene.open() == OPEN


def test_hours_alone_open_nothing_that_goes_by_name(scene: Scene) -> None:
    with scene.holding(open_claim_wan_update_windows_update='"eth2" . "eth0"'):
        assert scene.open(frozenset({"windows-update"})) == OPEN


def test_a_learned_address_opens_its_own_terminals_way_and_only_within_hours(scene: Scene) -> None:
    learned = {
        "names_claim_wan_update_windows_update4": "198.18.0.1",
        "names_claim_wan_update_windows_update6": "2001:2::1",
    }
    with scene.holding(**learned):
        assert scene.passed() == OPEN
        with scene.holding(open_claim_wan_update_windows_update='"eth2" . "eth0"'):
            assert scene.passed() == OPEN | opens("claim > wan: tcp 443: 198.18.0.1 2001:2::1")


def test_a_name_that_leads_inside_leads_nowhere(scene: Scene) -> None:
    with scene.holding(
        names_claim_wan_update_windows_update4="192.168.10.21, 192.168.30.10, 192.168.20.1",
        open_claim_wan_update_windows_update='"eth2" . "eth0", "eth2" . "eth1", "eth2" . "eth3"',
    ):
        assert scene.passed() == OPEN
