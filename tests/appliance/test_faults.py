"""What goes wrong on a box in service: killed, hung, without a journal, without room. It comes back, says why, opens nothing."""

import shlex
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from tests.appliance.container import Box
from tests.appliance.installed import Installed
from tests.appliance.scene import DECLARED
from tests.appliance.waiting import until

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

CLI = "/opt/claim-gateway/venv/bin/claim-gateway"
DAEMONS = ("claim-gateway-enforcer", "claim-gateway-relay")
WATCHDOG_S = 3
IMPATIENT = "[Service]\nRestartSec=100ms\n"
"""The shipped times are 5 and 10 s: a test would only wait."""
WATCHED = f"[Service]\nWatchdogSec={WATCHDOG_S}\n"
"""The shipped time is 60 s. Only while a daemon is to hang: on a busy machine three seconds may pass by themselves."""
JOURNALD = (
    *("systemd-journald.socket", "systemd-journald-dev-log.socket", "systemd-journald-audit.socket"),
    "systemd-journald.service",
)
STATE = "/var/lib/claim-gateway"
INBOX = f"{STATE}/relay/【厳秘】請求ゲートウェイ/請求/社保"


@pytest.fixture(scope="module")
def box(installed: Installed) -> Iterator[Box]:
    """The installed box with less patience, and as it was afterwards."""
    running = installed.scene.box
    with _setting(running, DAEMONS, IMPATIENT):
        yield running
    running.run("systemctl", "reset-failed")


@contextmanager
def _setting(box: Box, daemons: tuple[str, ...], text: str) -> Iterator[None]:
    """The daemons run with these lines in their units, and without them afterwards."""
    name = f"{zlib.crc32(text.encode())}.conf"
    for daemon in daemons:
        folder = f"/run/systemd/system/{daemon}.service.d"
        box.run("sh", "-ec", f"mkdir -p {folder}; printf {shlex.quote(text)} >{folder}/{name}")
    box.run("systemctl", "daemon-reload")
    box.run("systemctl", "restart", *daemons)
    try:
        yield
    finally:
        box.run("sh", "-ec", f"rm -f /run/systemd/system/claim-gateway-*.service.d/{name}")
        box.run("systemctl", "daemon-reload")
        box.run("systemctl", "restart", *daemons)


def shown(box: Box, unit: str, what: str) -> str:
    """One property of a unit."""
    return box.says("systemctl", "show", "-P", what, unit)


def cursor(box: Box) -> str:
    """Where the journal ends now."""
    return box.says("journalctl", "-n", "0", "--show-cursor").rpartition("cursor: ")[2]


def said_since(box: Box, where: str, *match: str) -> str:
    """What was written after `where`."""
    return box.says("journalctl", "-o", "cat", "--no-pager", f"--after-cursor={where}", *match)


@pytest.mark.parametrize("daemon", DAEMONS)
@pytest.mark.parametrize(
    ("signal", "why"),
    [("SIGTERM", "Deactivated successfully"), ("SIGKILL", "code=killed, status=9/KILL")],
)
def test_a_daemon_that_ended_comes_back_says_why_and_nothing_opens(
    installed: Installed, box: Box, daemon: str, signal: str, why: str
) -> None:
    assert why in _after(signal, daemon, installed, box)


def test_daemons_that_hang_are_ended_come_back_say_why_and_nothing_opens(installed: Installed, box: Box) -> None:
    with _setting(box, DAEMONS, WATCHED):
        for daemon in DAEMONS:
            assert f"Watchdog timeout (limit {WATCHDOG_S}s)!" in _after("SIGSTOP", daemon, installed, box)


def _after(signal: str, daemon: str, installed: Installed, box: Box) -> str:
    """Signals it while the neighbours try every way, and waits until it is back. Returns what the journal says of it."""
    before, restarts = cursor(box), int(shown(box, daemon, "NRestarts"))
    with ThreadPoolExecutor(1) as pool:
        box.run("systemctl", "kill", "--kill-whom=main", f"--signal={signal}", daemon)
        meanwhile = pool.submit(installed.scene.passing)
        until(lambda: int(shown(box, daemon, "NRestarts")) > restarts and box.state(daemon) == "active")
    assert meanwhile.result() == DECLARED
    assert box.says("systemctl", "--failed", "--no-legend") == ""
    return said_since(box, before, "-u", daemon)


def test_stopping_everything_opens_nothing_and_the_target_brings_it_back(installed: Installed, box: Box) -> None:
    box.run("systemctl", "stop", "claim-gateway.target", "claim-gateway-guard")
    stopped = [box.state(daemon) for daemon in DAEMONS]
    passing = installed.scene.passing()
    box.run("systemctl", "start", "claim-gateway.target")

    assert stopped == ["inactive", "inactive"]
    assert passing == DECLARED
    assert [box.state(daemon) for daemon in (*DAEMONS, "claim-gateway-guard")] == ["active"] * 3


def test_without_a_journal_the_daemons_go_on_and_say_afterwards_what_is_missing(box: Box) -> None:
    pids = [shown(box, daemon, "MainPID") for daemon in DAEMONS]
    before = cursor(box)

    box.run("systemctl", "stop", *JOURNALD, check=False)
    try:
        for _ in range(2):  # once the second is undone, the first was said, to nobody
            _foreign_address(box)
    finally:
        box.run("systemctl", "start", *JOURNALD)
    _foreign_address(box)

    until(lambda: "messages of this process are not in it" in said_since(box, before))
    assert "CLAIM_GATEWAY_CLOCK=" in box.says("journalctl", "-o", "export", "CLAIM_GATEWAY_MESSAGE=JOURNAL_MISSED")
    assert [shown(box, daemon, "MainPID") for daemon in DAEMONS] == pids


def test_a_journal_that_is_killed_loses_nothing_that_is_said_after(box: Box) -> None:
    box.run("systemctl", "kill", "--signal=SIGKILL", "systemd-journald")
    until(lambda: box.state("systemd-journald") == "active")
    before = cursor(box)

    _foreign_address(box)

    until(lambda: "repaired in" in said_since(box, before))


def test_a_full_disk_stops_no_daemon_and_nothing_is_lost(installed: Installed, box: Box) -> None:
    before = cursor(box)
    with _small_disk(box, STATE, "claim-gateway-relay", megabytes=4) as fill:
        _as_the_relay(box, f"printf 'no claim' >'{INBOX}/first.UKE'")
        box.run("sh", "-c", fill)
        until(lambda: "disk-enospc" in said_since(box, before, "-u", "claim-gateway-relay"))
        active = box.state("claim-gateway-relay")
        still_there = box.run("test", "-s", f"{INBOX}/first.UKE", check=False).returncode
        box.run("rm", f"{STATE}/fill")
        box.run("systemctl", "restart", "claim-gateway-relay")
        until(lambda: "waits for a person" in said_since(box, before, "-u", "claim-gateway-relay"))

    assert (active, still_there) == ("active", 0)
    assert installed.scene.passing() == DECLARED


def test_a_site_that_cannot_be_written_down_is_refused_and_the_former_one_stays(installed: Installed, box: Box) -> None:
    with _small_disk(box, f"{STATE}-enforcer", "claim-gateway-enforcer", megabytes=1) as fill:
        box.run("sh", "-c", f"{fill}; sed 's/at_most: 2h/at_most: 1h/' /etc/claim-gateway/site.yaml >/run/other.yaml")
        refused = box.run(CLI, "apply", "/run/other.yaml", "--lang", "en", check=False)
        assert box.state("claim-gateway-enforcer") == "active"
        passing = installed.scene.passing()

    assert (refused.returncode, "No space left on device" in refused.stderr) == (4, True)
    assert passing == DECLARED


def _foreign_address(box: Box) -> None:
    """Somebody changes the box, which the enforcer undoes, and says so."""
    box.run("ip", "address", "add", "10.9.9.9/32", "dev", "eth2")
    until(lambda: "10.9.9.9" not in box.says("ip", "address", "show", "dev", "eth2"))


def _as_the_relay(box: Box, script: str) -> None:
    box.run(
        "setpriv", "--reuid=claim-gateway-relay", "--regid=claim-gateway-relay", "--clear-groups", "sh", "-ec", script
    )


@contextmanager
def _small_disk(box: Box, folder: str, daemon: str, *, megabytes: int) -> Iterator[str]:
    """Puts what is in `folder` on a disk of a few megabytes, and back. Yields the command that fills it up."""
    box.run("systemctl", "stop", daemon)
    script = (
        f"cp -a {folder} /root/aside; mount -t tmpfs -o size={megabytes}m tmpfs {folder}; "
        f"cp -a /root/aside/. {folder}/; chown --reference=/root/aside {folder}; chmod --reference=/root/aside {folder}"
    )
    box.run("sh", "-ec", script)
    try:
        box.run("systemctl", "start", daemon)
        yield f"dd if=/dev/zero of={folder}/fill bs=4k 2>/dev/null; true"
    finally:
        box.run("systemctl", "stop", daemon)
        box.run("sh", "-ec", f"umount {folder}; rm -r /root/aside")
        box.run("systemctl", "start", daemon)
