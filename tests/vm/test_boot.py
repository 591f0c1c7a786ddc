"""A whole machine under Debian's kernel, from power on: nothing passes that the site does not declare, at no moment.

It is set up to leak if it can: its kernel forwards from the start, and systemd-networkd brings every port and VLAN up with
its addresses as soon as it runs. Packets are under way on every segment before the machine has power.
"""

from collections.abc import Iterator

import pytest

from tests.twin.tunnel.traffic import FAMILIES
from tests.twin.tunnel.wire import Kind
from tests.until import until
from tests.vm.machine import Machine
from tests.vm.surroundings import CABLING, DECLARED, ENFORCER, Surroundings, until_ready

pytestmark = [pytest.mark.root, pytest.mark.vm, pytest.mark.timeout(900)]

GUARD, NETWORKD = "claim-gateway-guard.service", "systemd-networkd.service"
TUNNEL_WITHIN_S = 60.0


@pytest.fixture(scope="module")
def box(around: Surroundings) -> Iterator[Machine]:
    """Booted for the first time, with packets under way all the while."""
    with around.scene.booted() as machine:
        until_ready(machine)
        yield machine


def test_no_unit_failed(box: Machine) -> None:
    assert box.says("systemctl", "--failed", "--no-legend") == ""


def test_what_is_declared_passes_and_nothing_else_ever_did(around: Surroundings, box: Machine) -> None:
    until(lambda: around.scene.watch.passing() >= DECLARED)

    assert around.scene.watch.passing() == DECLARED


def test_the_guard_stands_before_any_port_is_up(box: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    guard, networkd, enforcer = map(box.since_kernel_start_s, (GUARD, NETWORKD, ENFORCER))
    with capsys.disabled():
        print(f"\nemulated: {guard:.1f} s from the kernel's start to the guard, {enforcer:.1f} s to READY")

    assert guard < networkd < enforcer
    assert box.says("journalctl", "-b", "-o", "cat", "-u", NETWORKD).count("Gained carrier") >= len(CABLING.segments)


def test_the_tunnel_comes_up_by_itself_for_the_claim_terminal_alone(around: Surroundings, box: Machine) -> None:
    expected = {f"claim/{family}" for family in FAMILIES}
    until(lambda: around.answered >= expected, TUNNEL_WITHIN_S, lambda: box.says("journalctl", "-b", "-u", ENFORCER))

    assert around.answered == expected


def test_it_is_the_kernels_own_encryption_behind_an_xfrm_interface(box: Machine) -> None:
    assert "xfrm if_id" in box.says("ip", "-details", "link", "show", "dev", "ipsec0")
    assert "rfc4106(gcm(aes))" in box.says("ip", "xfrm", "state")


def test_nothing_left_unencrypted_at_any_moment(around: Surroundings, box: Machine) -> None:
    assert box.state(ENFORCER) == "active"
    assert around.tap.seen[Kind.ENCRYPTED] > 0
    assert around.tap.seen[Kind.CLEARTEXT] == 0, around.tap.cleartext
    assert around.tap.lost() == 0


def test_a_vlan_that_somebody_takes_away_is_made_again_with_all_that_stood_on_it(box: Machine) -> None:
    box.run("ip", "link", "delete", "eth0.20")

    def whole() -> bool:
        told = box.says("ip", "-details", "address", "show", "dev", "eth0.20")
        return all(word in told for word in ("id 20", "alias claim-gateway", "192.168.20.1/24", "2001:db8:20::1/64"))

    until(whole, TUNNEL_WITHIN_S, lambda: box.says("journalctl", "-b", "-u", ENFORCER))
    assert box.state(ENFORCER) == "active"


def test_the_watch_would_have_seen_an_open_box(around: Surroundings, box: Machine) -> None:
    """The positive control, and the end of this machine: its rules are taken away, and everything passes."""
    around.scene.watch.forget()

    box.run("systemctl", "stop", ENFORCER, "strongswan.service")
    box.run(
        "sh",
        "-c",
        "nft flush ruleset; ip link delete ipsec0; ip route flush type blackhole; ip -6 route flush type blackhole",
    )
    box.run(
        "sh",
        "-c",
        "for family in -4 -6; do ip $family rule add pref 1 lookup local; ip $family rule add pref 2 lookup main; done",
    )

    until(lambda: len(around.scene.watch.passing()) > len(DECLARED))
    until(lambda: around.tap.seen[Kind.CLEARTEXT] > 0)
