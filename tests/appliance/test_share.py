"""The share's unit under systemd: its sandbox lets smbd do what it must, and the firewall lets the declared PC alone reach it."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.container import copied
from tests.appliance.installed import Installed
from tests.appliance.scene import Scene, scene
from tests.appliance.segments import LAN

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

UNIT = "claim-gateway-share.service"
ACCOUNTS = "claim-gateway-share-accounts.service"
PASSWORD = "a password of the test"
DROP = """relay:
  drop:
    smb: true
    people: [{name: 山田, account: yamada, smb_password_file: credentials/people/yamada, may_release: true}]
"""
UP_TIMEOUT_S = 60


@pytest.fixture(scope="module")
def sharing(installed: Installed, repository: Path) -> Iterator[Scene]:
    """The installed box as it would be with a drop in its site file from the beginning."""
    with copied(installed.disk) as kept:
        for unit in (UNIT, ACCOUNTS):
            kept.write(f"/etc/systemd/system/{unit}", (repository / "systemd" / unit).read_text())
        kept.enable(UNIT, "multi-user.target")
        site = kept.upper / "etc/claim-gateway/site.yaml"
        site.write_text(site.read_text().replace("relay:\n", DROP))
        kept.write("/etc/claim-gateway/credentials/people/yamada", f"{PASSWORD}\n", 0o600)
        shutil.rmtree(kept.upper / "var/lib/claim-gateway-enforcer")  # the site file is then the first there ever was
        with scene(kept) as running:
            running.around.settle(LAN)
            deadline = time.monotonic() + UP_TIMEOUT_S
            while running.box.state(UNIT) != "active" and time.monotonic() < deadline:
                time.sleep(0.1)
            yield running


def smbclient(
    running: Scene, folder: Path, server: str, order: str, password: str = PASSWORD
) -> subprocess.CompletedProcess[str]:
    account = folder / "account"
    account.write_text(f"username = yamada\npassword = {password}\n")
    return subprocess.run(
        running.around.neighbours[LAN].inside(
            *("smbclient", "//gateway/【厳秘】請求ゲートウェイ", "--ip-address", server, "--configfile", "/dev/null"),
            *("--client-protection=encrypt", "--timeout", "10", "--authentication-file", str(account), "-c", order),
        ),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"LANG": "C.UTF-8"},
    )


def journal(running: Scene) -> str:
    return running.box.says("journalctl", "--no-pager", "-o", "cat", "-u", UNIT)


def test_the_unit_runs(sharing: Scene) -> None:
    assert sharing.box.state(UNIT) == "active", journal(sharing)


@pytest.mark.parametrize("server", LAN.gateways)
def test_the_declared_pc_hands_a_file_in_through_firewall_and_sandbox(
    sharing: Scene, server: str, tmp_path: Path
) -> None:
    file = tmp_path / "f"
    file.write_text("content")
    done = smbclient(sharing, tmp_path, server, f"put {file} 請求/{server.replace(':', '-')}.tmp; ls")

    assert done.returncode == 0, done.stdout + journal(sharing)
    folder = "/var/lib/claim-gateway/relay/【厳秘】請求ゲートウェイ/請求"
    assert sharing.box.says("cat", f"{folder}/{server.replace(':', '-')}.tmp") == "content"


def test_what_people_only_read_the_kernel_keeps(sharing: Scene, tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_text("content")
    done = smbclient(sharing, tmp_path, LAN.gateways[0], f"put {file} 返戻/x.tmp")

    assert "NT_STATUS_MEDIA_WRITE_PROTECTED" in done.stdout + done.stderr


def test_smbd_has_one_capability_and_neither_ledger_nor_passwords_before_it(sharing: Scene) -> None:
    box = sharing.box
    smbd = box.says("pgrep", "-o", "-x", "smbd")
    status = dict(
        line.split(":\t", 1) for line in box.says("cat", f"/proc/{smbd}/status").splitlines() if ":\t" in line
    )

    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 1 << 10  # CAP_NET_BIND_SERVICE
    assert status["Uid"].split()[0] == box.says("id", "-u", "claim-gateway-relay")
    seen = ("nsenter", f"--mount=/proc/{smbd}/ns/mnt", "ls", "-A")
    assert box.says(*seen, "/var/lib/claim-gateway/relay") == "【厳秘】請求ゲートウェイ"
    assert "yamada" not in box.says("cat", "/etc/passwd")


def test_a_reload_follows_the_site_file(sharing: Scene) -> None:
    box = sharing.box
    box.run("sed", "-i", "s/account: yamada/account: yamada2/", "/etc/claim-gateway/site.yaml")
    box.run("systemctl", "reload", UNIT)

    deadline = time.monotonic() + UP_TIMEOUT_S
    while "follows the changed site file" not in journal(sharing):
        assert time.monotonic() < deadline, journal(sharing)
        time.sleep(0.1)
    assert "yamada2" in box.says("cat", "/run/claim-gateway-share-accounts/passwd")
    assert box.state(UNIT) == "active"


def test_a_new_password_counts_from_the_next_start_and_not_from_a_reload(sharing: Scene, tmp_path: Path) -> None:
    """systemd reads credentials when it starts a service (systemd.exec(5)), so what the journal advises is a restart."""
    box = sharing.box
    box.run("sed", "-i", "s/account: yamada2/account: yamada/", "/etc/claim-gateway/site.yaml")
    box.run("sh", "-c", f"printf '%s\\n' '{PASSWORD} 2' > /etc/claim-gateway/credentials/people/yamada")
    box.run("systemctl", "reload", UNIT)
    deadline = time.monotonic() + UP_TIMEOUT_S
    while journal(sharing).count("follows the changed site file") < 2:
        assert time.monotonic() < deadline, journal(sharing)
        time.sleep(0.1)
    assert smbclient(sharing, tmp_path, LAN.gateways[0], "ls").returncode == 0, "the former password counts still"

    box.run("systemctl", "restart", UNIT)

    assert smbclient(sharing, tmp_path, LAN.gateways[0], "ls").returncode != 0, "the former password counts no more"
    assert smbclient(sharing, tmp_path, LAN.gateways[0], "ls", f"{PASSWORD} 2").returncode == 0
