"""The role on a real box over real SSH: one run installs and applies, a second changes nothing, a bad site is refused."""

import json
import re
import shutil
from pathlib import Path

import pytest

from tests.appliance.controller import PASSWORD, SITE
from tests.appliance.installed import Installed
from tests.appliance.scene import DECLARED

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

UNITS = ("claim-gateway-guard.service", "claim-gateway-enforcer.service", "claim-gateway-relay.service")


def changed(installed: Installed, place: Path, before: str, after: str) -> Path:
    """The box's folder with another site file."""
    shutil.copytree(installed.controller.folder, place / "box")
    site = place / "box/site.yaml"
    site.write_text(SITE.read_text().replace(before, after))
    return place / "box"


def test_the_first_run_installs_and_applies(installed: Installed) -> None:
    assert installed.first.code == 0, installed.first.output
    assert installed.first.count("failed") == 0


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_active(installed: Installed, unit: str) -> None:
    box = installed.scene.box

    assert box.state(unit) == "active", box.says("journalctl", "--no-pager", "-u", unit)


def test_the_group_may_ask_the_enforcer_and_others_may_not(installed: Installed) -> None:
    box, ask = installed.scene.box, ("/opt/claim-gateway/venv/bin/claim-gateway", "grants", "--lang", "en")
    box.run("useradd", "--system", "--no-user-group", "--gid", "nogroup", "--groups", "claim-gateway", "reception")

    member = box.run("setpriv", "--reuid=reception", "--regid=nogroup", "--init-groups", *ask, check=False)
    other = box.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *ask, check=False)

    assert "Permission denied" not in member.stderr
    assert member.returncode == 0, member.stderr
    assert "Permission denied" in other.stderr


def test_no_unit_failed(installed: Installed) -> None:
    assert installed.scene.box.says("systemctl", "--failed", "--no-legend") == ""


def test_what_passes_is_what_is_declared(installed: Installed) -> None:
    assert installed.scene.passing() == DECLARED


@pytest.mark.parametrize("unit", UNITS)
def test_the_journal_tells_by_message_id(installed: Installed, unit: str) -> None:
    lines = installed.scene.box.says("journalctl", "-o", "json", "-u", unit).splitlines()
    ours = [entry for entry in map(json.loads, lines) if "CLAIM_GATEWAY_MESSAGE" in entry]

    assert ours
    assert all(re.fullmatch(r"[0-9a-f]{32}", entry["MESSAGE_ID"]) for entry in ours)


def test_a_second_run_changes_nothing(installed: Installed) -> None:
    second = installed.play()

    assert second.code == 0, second.output
    assert second.count("changed") == 0, second.output


def test_the_password_is_roots_alone_and_in_no_log(installed: Installed) -> None:
    box = installed.scene.box

    assert box.says("stat", "-c", "%U:%G %a", "/etc/claim-gateway/credentials/terminal") == "root:root 600"
    assert PASSWORD not in installed.first.output
    assert PASSWORD not in box.says("journalctl", "--no-pager", "-o", "export")


def test_systemd_networkd_is_told_to_leave_foreign_rules_and_routes_alone(installed: Installed) -> None:
    read = installed.scene.box.says("systemd-analyze", "cat-config", "systemd/networkd.conf").splitlines()

    assert {"ManageForeignRoutingPolicyRules=no", "ManageForeignRoutes=no"} <= set(read)


def test_units_stand_up_to_systemds_own_check(installed: Installed) -> None:
    verified = installed.scene.box.run("systemd-analyze", "verify", *UNITS, check=False)

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


@pytest.mark.parametrize(
    ("declared", "mistaken", "told"),
    [
        ("192.168.10.250", "192.168.10.251", "this controller, 192.168.10.250, is not there"),
        ("port: eth2", "port: eth9", "wakaba has no port eth9. It has eth0, eth1, eth2."),
    ],
)
def test_a_site_that_would_lock_the_controller_out_is_refused(
    installed: Installed, tmp_path: Path, declared: str, mistaken: str, told: str
) -> None:
    folder = changed(installed, tmp_path, declared, mistaken)

    play = installed.play(claim_gateway_folder=str(folder))

    assert play.code != 0
    assert play.count("changed") == 0
    assert told in " ".join(play.output.split())


def test_a_wrong_site_file_is_refused_before_the_box_is_touched(installed: Installed, tmp_path: Path) -> None:
    folder = changed(installed, tmp_path, "192.168.20.10,", "192.168.30.10,")

    play = installed.play(claim_gateway_folder=str(folder))

    assert play.code != 0
    assert play.count("changed") == 0
    assert re.search(r"site\.yaml:\d+:\d+: .*192\.168\.30\.10", play.output)
