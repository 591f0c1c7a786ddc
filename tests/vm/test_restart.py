"""What is confirmed comes back by itself, whenever and however the power went; until then the box is closed."""

import time

import pytest

from tests.twin.tunnel.traffic import FAMILIES
from tests.twin.tunnel.wire import Kind
from tests.until import until
from tests.vm.machine import Machine
from tests.vm.surroundings import DECLARED, SITE, Surroundings, until_ready

pytestmark = [pytest.mark.root, pytest.mark.vm, pytest.mark.long, pytest.mark.timeout(1800)]

COMMAND = "/opt/claim-gateway/venv/bin/claim-gateway"
OTHER = "/etc/claim-gateway/other.yaml"
BACK_WITHIN_S = 90.0


@pytest.mark.timeout(900)
def test_a_restart_brings_everything_back_and_opens_nothing_meanwhile(around: Surroundings) -> None:
    with around.scene.booted() as machine:
        until_ready(machine)
        machine.restart()
    around.scene.watch.forget()
    off = time.monotonic()

    with around.scene.booted() as machine:
        until_ready(machine)
        _until_all_is_back(around, machine, off)


@pytest.mark.parametrize("after_s", [0.5, 3.0, 8.0])
def test_power_lost_in_the_middle_of_an_apply_leaves_what_was_confirmed(around: Surroundings, after_s: float) -> None:
    """The other site would open the shares to nobody. Tried only, whenever the power goes it is not the one that counts."""
    other = SITE.read_text().replace("lan_to_terminal: shared-folder", "lan_to_terminal: none")
    with around.scene.booted() as machine:
        until_ready(machine)
        machine.run("sh", "-c", f"cat >{OTHER} <<'END'\n{other}END\nsync")
        machine.run("sh", "-c", f"{COMMAND} apply {OTHER} --confirm-within 10m >/dev/null 2>&1 &")
        time.sleep(after_s)  # into its middle, wherever that is on this machine
        machine.cut_power()
    around.scene.watch.forget()
    off = time.monotonic()

    with around.scene.booted() as machine:
        until_ready(machine)
        _until_all_is_back(around, machine, off)


def _until_all_is_back(around: Surroundings, machine: Machine, off: float) -> None:
    claim = tuple(f"claim/{family}" for family in FAMILIES)
    until(lambda: around.scene.watch.passing() >= DECLARED, BACK_WITHIN_S)
    until(lambda: around.traffic.flows(claim, off), BACK_WITHIN_S, lambda: machine.says(COMMAND, "status"))

    assert around.scene.watch.passing() == DECLARED
    assert around.answered == set(claim)
    assert around.tap.seen[Kind.CLEARTEXT] == 0, around.tap.cleartext
    assert around.tap.lost() == 0
