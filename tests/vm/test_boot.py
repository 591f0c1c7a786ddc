"""A whole machine under Debian's kernel, from power on: nothing passes that the site does not declare, at no moment.

It is set up to leak if it can: its kernel forwards from the start, and systemd-networkd brings every port up with its
addresses as soon as it runs. Packets are under way on every segment before the machine has power.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.controller import ANSIBLE
from tests.appliance.scene import DECLARED
from tests.appliance.segments import CLAIM, LAN, WAN
from tests.until import until
from tests.vm.image import disk
from tests.vm.kernel import Kernel
from tests.vm.machine import Machine
from tests.vm.scene import Cabling, Scene, scene

pytestmark = [pytest.mark.root, pytest.mark.vm, pytest.mark.timeout(400)]

SITE = ANSIBLE / "inventory/sites/wakaba.yaml"
CABLING = Cabling((WAN, LAN, CLAIM))
GUARD, NETWORKD, ENFORCER = "claim-gateway-guard.service", "systemd-networkd.service", "claim-gateway-enforcer.service"


@pytest.fixture(scope="module")
def surroundings(booting: Kernel, installed: Path) -> Iterator[Scene]:
    with disk(installed) as kept, scene(booting, kept, CABLING, SITE) as around:
        yield around


@pytest.fixture(scope="module")
def box(surroundings: Scene) -> Iterator[Machine]:
    """Booted for the first time, with packets under way all the while."""
    with surroundings.booted() as machine:
        yield machine


def test_no_unit_failed(box: Machine) -> None:
    assert box.state(ENFORCER) == "active", box.says("journalctl", "-b", "-o", "cat", "-u", ENFORCER)
    assert box.says("systemctl", "--failed", "--no-legend") == ""


def test_what_is_declared_passes_and_nothing_else_ever_did(surroundings: Scene, box: Machine) -> None:
    until(lambda: surroundings.watch.passing() >= DECLARED)

    assert surroundings.watch.passing() == DECLARED


def test_the_guard_stands_before_any_port_is_up(box: Machine, capsys: pytest.CaptureFixture[str]) -> None:
    guard, networkd, enforcer = map(box.since_kernel_start_s, (GUARD, NETWORKD, ENFORCER))
    with capsys.disabled():
        print(f"\nemulated: {guard:.1f} s from the kernel's start to the guard, {enforcer:.1f} s to READY")

    assert guard < networkd < enforcer
    assert box.says("journalctl", "-b", "-o", "cat", "-u", NETWORKD).count("Gained carrier") >= len(CABLING.segments)


def test_the_watch_would_have_seen_an_open_box(surroundings: Scene, box: Machine) -> None:
    """The positive control, and the end of this machine: its rules are taken away, and everything passes."""
    surroundings.watch.forget()

    box.run("systemctl", "stop", ENFORCER)
    box.run(
        "sh", "-c", "nft flush ruleset; for family in -4 -6; do ip $family rule flush; done; ip rule add lookup main"
    )
    box.run(
        "sh", "-c", "ip -6 rule add lookup main; for family in -4 -6; do ip $family rule add lookup local pref 0; done"
    )

    until(lambda: len(surroundings.watch.passing()) > len(DECLARED))
