"""The daemon as a process in a namespace, without systemd."""

import os
import signal
import socket
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.enforcer.requests import Apply
from gateway.firewall import part as firewall
from gateway.firewall.netlink import generation
from tests.enforcer.rig import PATIENCE_S, Rig

pytestmark = pytest.mark.root
NO_SHARE = ("lan_to_terminal: shared-folder", "lan_to_terminal: none")


def wanted(file: Path, within_s: float | None = None) -> Apply:
    within = None if within_s is None else timedelta(seconds=within_s)
    return Apply(site=file.read_text(), confirm_within=within)


def digest(box: Rig) -> str:
    return str(box.status()["site"]["digest"])


def test_the_first_start_takes_the_site_file_and_later_ones_what_was_confirmed(box: Rig) -> None:
    box.start()
    first = digest(box)
    box.site_file.write_text("site: {name: [\n")
    assert box.stop() == 0
    box.start()
    assert digest(box) == first
    assert box.said("is not the site in force")


def test_stopping_leaves_everything_as_it_is(box: Rig) -> None:
    box.start()
    before = box.twin.gateway.call(firewall.observe)
    assert box.stop() == 0
    after = box.twin.gateway.call(firewall.observe)
    assert (after.rules, after.sets, after.text is None) == (before.rules, before.sets, False)
    assert box.command("status").returncode == 1


def test_an_unchanged_site_changes_nothing_in_the_kernel(box: Rig) -> None:
    box.start()
    before = box.twin.gateway.call(generation)
    done = box.command("apply", str(box.site_file))
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert box.twin.gateway.call(generation) == before


def test_a_trial_that_nobody_confirms_is_taken_back(box: Rig) -> None:
    box.start()
    first = digest(box)
    done = box.command("apply", str(box.variant("other", *NO_SHARE)), "--confirm-within", "4s", "--comment", "no share")
    assert "on trial: `claim-gateway confirm` within 4s, or the former site comes back" in done.stdout
    box.until_said("nobody confirmed in time")
    box.until(lambda: digest(box) == first)
    assert box.command("confirm").returncode == 1


def test_a_trial_survives_sigkill_with_its_deadline(box: Rig) -> None:
    box.start()
    first = digest(box)
    box.ask(wanted(box.variant("other", *NO_SHARE), within_s=10))
    tried = digest(box)
    box.kill()
    box.start()
    assert (digest(box), tried != first) == (tried, True)
    assert 0 < box.status()["trial_left_s"] < 10
    box.until(lambda: digest(box) == first)


def test_a_box_that_starts_anew_knows_only_what_was_confirmed(box: Rig) -> None:
    box.start()
    first = digest(box)
    box.ask(wanted(box.variant("other", *NO_SHARE), within_s=3600))
    box.kill()
    for file in box.run.iterdir():  # what a tmpfs forgets
        file.unlink()
    box.start()
    assert digest(box) == first
    assert box.said("was on trial when the box stopped")


def test_what_is_confirmed_stays_and_can_be_taken_back_later(box: Rig) -> None:
    box.start()
    first = digest(box)
    box.command("apply", str(box.variant("other", *NO_SHARE)), "--confirm-within", "1h", "--comment", "no share")
    assert box.command("confirm").returncode == 0
    assert digest(box) != first
    shown = box.command("history").stdout
    assert "in force" in shown
    assert "no share" in shown
    assert box.command("rollback").returncode == 0
    assert digest(box) == first
    assert "back to number 1" in box.command("history").stdout


def test_hup_applies_the_site_file_and_a_wrong_one_changes_nothing(box: Rig) -> None:
    box.start()
    first = digest(box)
    box.site_file.write_text(box.site_file.read_text().replace(*NO_SHARE))
    assert box.process is not None
    box.process.send_signal(signal.SIGHUP)
    box.until(lambda: digest(box) != first)
    second = digest(box)
    box.site_file.write_text("site: {name: [\n")
    box.process.send_signal(signal.SIGHUP)
    box.until_said(f"policy not applied: {box.site_file}:")
    assert digest(box) == second


def test_a_foreign_change_is_repaired_and_told_with_who(box: Rig) -> None:
    box.start()
    box.run_here("ip", "-6", "rule", "add", "pref", "5", "lookup", "main")
    box.until_said("guard: - ipv6 rule 5: lookup 254. by ")
    box.until_said("repaired in")
    assert "5:" not in box.run_here("ip", "-6", "rule").stdout.split()
    assert "blackhole" in box.run_here("ip", "rule").stdout
    box.until(lambda: "iif eth2" not in box.run_here("ip", "rule").stdout)  # the barrier is open again
    assert box.status()["repairs"] == 1


def test_bytes_that_are_no_text_in_anothers_table_or_port_end_nothing(box: Rig) -> None:
    box.start()
    odd = b"\xff\xfe"
    for words in (
        (b"nft", b'add table ip foreign { comment "%s"; }' % odd),
        (b"ip", b"link", b"add", odd, b"type", b"veth"),
    ):
        subprocess.run((*map(os.fsencode, box.twin.gateway.command()), *words), check=True)
    box.run_here("ip", "rule", "add", "pref", "5", "lookup", "main")

    box.until_said("repaired")

    assert box.status()["failing"] == []


def test_a_port_that_is_renamed_and_comes_back(box: Rig) -> None:
    box.start()
    box.run_here("sh", "-c", "ip link set eth2 down && ip link set eth2 name late0")
    box.until_said("port eth2 is gone")
    assert box.command("status").returncode == 1
    box.run_here("sh", "-c", "ip link set late0 name eth2 && ip link set eth2 up")
    box.until_said("port eth2 is back")
    box.until(box.is_as_declared)


def test_two_enforcers_of_one_box_the_second_is_refused(box: Rig) -> None:
    box.start()
    second = box.command("enforcer")
    assert second.returncode == 4
    assert "the enforcer: root (" in second.stderr
    assert "is at it" in second.stderr


def test_it_tells_the_service_manager(box: Rig, tmp_path: Path) -> None:
    path = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(PATIENCE_S)
        words = [sys.executable, "-m", "gateway.cli.main", "enforcer", "--site", str(box.site_file), *box.places]
        environment = os.environ | {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "200000"}
        command = box.twin.gateway.command(*words)
        with subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL) as process:
            said: list[str] = []
            while "READY=1" not in said or not any(line.startswith("STATUS=site ") for line in said):
                said += manager.recv(4096).decode().splitlines()
            process.send_signal(signal.SIGHUP)
            while "RELOADING=1" not in said:
                said += manager.recv(4096).decode().splitlines()
            process.terminate()
            while "STOPPING=1" not in said:
                said += manager.recv(4096).decode().splitlines()
            assert process.wait(PATIENCE_S) == 0
    assert "WATCHDOG=1" in said


SLOW = """
import sys, time
from pathlib import Path
from gateway.enforcer.daemon import Setting, run
from gateway.enforcer.proof import ConfirmOnly

class Slow(ConfirmOnly):
    def live(self, desired, /):
        if Path(sys.argv[4]).exists():
            time.sleep(3600)

run(Setting(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), proof=Slow()))
"""


def test_a_proof_that_takes_long_is_no_reason_to_be_killed(box: Rig, tmp_path: Path) -> None:
    path, hang = tmp_path / "notify", tmp_path / "hang"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(path))
        manager.settimeout(PATIENCE_S)
        words = [sys.executable, "-c", SLOW, *map(str, (box.state, box.run, box.site_file, hang))]
        environment = os.environ | {"NOTIFY_SOCKET": str(path), "WATCHDOG_USEC": "200000"}
        with subprocess.Popen(box.twin.gateway.command(*words), env=environment, stderr=subprocess.DEVNULL) as process:
            try:
                said: list[str] = []
                while "READY=1" not in said:
                    said += manager.recv(4096).decode().splitlines()
                hang.touch()
                box.run_here("nft", "add", "table", "ip", "foreign")
                said.clear()
                manager.settimeout(2)
                while not any(line.startswith("STATUS=at work for ") for line in said):
                    said += manager.recv(4096).decode().splitlines()
            finally:
                process.kill()
    assert "WATCHDOG=1" in said
