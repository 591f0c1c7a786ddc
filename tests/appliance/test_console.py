"""What whoever stands before an installed box, or watches it from afar, gets to see."""

import re

import pytest

from tests.appliance.installed import Installed

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

SHIPPED = ("guard.service", "enforcer.service", "relay.service", "resolver.service", "status.service", "status.timer")
STATUS = "claim-gateway-status.service"
RUN = "/run/claim-gateway-status"
# Messages of a language are looked up by the locale's name. This one has the name and C's content: no package is needed.
JAPANESE = "cp -r /usr/lib/locale/C.utf8 /usr/lib/locale/ja_JP.utf8"


def test_all_units_stand_up_to_systemds_own_check(installed: Installed) -> None:
    units = [f"claim-gateway-{name}" for name in SHIPPED]
    verified = installed.scene.box.run("systemd-analyze", "verify", *units, "claim-gateway.target", check=False)

    assert (verified.returncode, verified.stdout + verified.stderr) == (0, "")


def test_the_status_stands_above_the_login_without_names_or_secrets(installed: Installed) -> None:
    box = installed.scene.box
    box.run("systemctl", "start", STATUS)

    # agetty wants a terminal.
    shown = box.says("script", "--quiet", "--command", "agetty --show-issue", "/dev/null").replace("\r", "")

    assert "\nclaim-gateway, looked at 20" in shown
    assert "\nenforcer: well\n" in shown
    assert "\nunits: well\n  running  enforcer, guard, relay" in shown
    assert shown.isascii()
    assert ".UKE" not in shown


def test_the_timer_looks_once_a_minute_and_its_comings_and_goings_are_not_told(installed: Installed) -> None:
    box = installed.scene.box

    assert box.state("claim-gateway-status.timer") == "active"
    assert "Starting" not in box.says("journalctl", "-o", "cat", "-u", STATUS)


def test_monitoring_reads_figures_from_a_file_anybody_may_read(installed: Installed) -> None:
    box = installed.scene.box
    box.run("systemctl", "start", STATUS)

    read = box.run("setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat", f"{RUN}/claim-gateway.prom")

    for line in ("claim_gateway_enforcer_running 1", "claim_gateway_table_in_force 1", "claim_gateway_proved 1"):
        assert f"\n{line}\n" in read.stdout
    assert 'claim_gateway_unit_running{unit="claim-gateway-relay"} 1\n' in read.stdout


def test_a_stopped_relay_is_seen_everywhere(installed: Installed) -> None:
    box = installed.scene.box
    box.run("systemctl", "stop", "claim-gateway-relay")
    try:
        box.run("systemctl", "start", STATUS)
        console, figures = (box.says("cat", f"{RUN}/{name}") for name in ("issue", "claim-gateway.prom"))
        plugin = box.run("/opt/claim-gateway/venv/bin/claim-gateway", "status", "--nagios", "--lang", "en", check=False)
    finally:
        box.run("systemctl", "start", "claim-gateway-relay")

    assert "! claim-gateway-relay does not run (inactive, success). journalctl -xeu" in " ".join(console.split())
    assert console.count("!") == 1  # its ledger is at rest and can be read
    assert 'claim_gateway_unit_running{unit="claim-gateway-relay"} 0' in figures
    assert plugin.returncode == 2
    assert plugin.stdout.startswith("CLAIM-GATEWAY CRITICAL - claim-gateway-relay does not run")


@pytest.mark.parametrize(
    ("lang", "subject", "todo"),
    [
        ("C.UTF-8", "Subject: enforcer started: site [0-9a-f]{12} in force", "What to do: Nothing to do. If nobody"),
        ("ja_JP.UTF-8", "Subject: エンフォーサーを開始しました。有効なサイト: [0-9a-f]{12}", "対応: 対応は不要です。"),
    ],
)
def test_journalctl_explains_each_message_in_both_languages(
    installed: Installed, lang: str, subject: str, todo: str
) -> None:
    box = installed.scene.box
    box.run("sh", "-c", f"[ -e /usr/lib/locale/ja_JP.utf8 ] || {JAPANESE}")

    said = box.says("env", f"LC_ALL={lang}", "journalctl", "-x", "-n", "1", "CLAIM_GATEWAY_MESSAGE=ENFORCER_STARTED")

    assert re.search(subject, said), said
    assert todo in said


def test_every_message_says_what_the_clock_was_worth(installed: Installed) -> None:
    states = installed.scene.box.says("journalctl", "-F", "CLAIM_GATEWAY_CLOCK").splitlines()

    assert states
    assert set(states) <= {"synchronised", "free-running"}
