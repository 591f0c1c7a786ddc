"""strongSwan on a box: behind the guard, in its sandbox, doing what it is told over vici and nothing else."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.container import Box, disk
from tests.appliance.scene import forwarding_box
from tests.appliance.test_guard import UNIT as GUARD
from tests.appliance.test_guard import _install_guard as install_guard

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

SYSTEMD = Path(__file__).parents[2] / "systemd"
UNIT = "strongswan.service"
AGAIN_TIMEOUT_S = 20


@pytest.fixture(scope="module")
def box(tree: Path) -> Iterator[Box]:
    """A guarded box with strongSwan as the role would leave it, started."""
    with disk(tree) as kept:
        install_guard(kept)
        kept.write("/usr/lib/claim-gateway/charon.conf", (SYSTEMD / "claim-gateway-charon.conf").read_text())
        drop_in = (SYSTEMD / "claim-gateway-charon-unit.conf").read_text()
        kept.write(f"/etc/systemd/system/{UNIT}.d/claim-gateway.conf", drop_in)
        # What somebody may have left there must not count.
        kept.write("/etc/swanctl/conf.d/left.conf", "connections { left { remote_addrs = 192.0.2.66 } }\n")
        with forwarding_box(kept) as scene:
            scene.box.run("systemctl", "start", UNIT)
            yield scene.box


def test_it_runs_in_its_sandbox_and_answers(box: Box) -> None:
    assert box.state(UNIT) == "active"
    assert "uptime" in box.says("swanctl", "--stats")
    assert "failed" not in box.says("journalctl", "-u", UNIT, "-o", "cat")


def test_it_knows_nothing_but_what_it_is_told(box: Box) -> None:
    assert box.says("swanctl", "--list-conns") == ""


def test_it_makes_no_rule_and_no_interface(box: Box) -> None:
    assert "220" not in box.says("ip", "rule") + box.says("ip", "-6", "rule")
    assert "ipsec0" not in box.says("ip", "link")


def test_root_alone_tells_it_what_to_do(box: Box) -> None:
    assert box.says("stat", "-c", "%U:%G %a", "/run/charon.vici") == "root:root 770"


def test_killed_it_comes_again(box: Box) -> None:
    before = box.says("systemctl", "show", "--property=MainPID", UNIT)
    box.run("systemctl", "kill", "--signal=KILL", UNIT)

    deadline = time.monotonic() + AGAIN_TIMEOUT_S
    while box.state(UNIT) != "active" or box.says("systemctl", "show", "--property=MainPID", UNIT) == before:
        assert time.monotonic() < deadline, box.says("systemctl", "status", UNIT)
        time.sleep(0.1)


def test_it_is_never_without_the_guard(box: Box) -> None:
    needs = box.says("systemctl", "show", "--property=Requires", "--property=After", UNIT).splitlines()
    assert all(GUARD in line for line in needs)
