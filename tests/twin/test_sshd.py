"""The twin's other terminal: a real sshd that keeps to its folder, asks no account of this machine, and ends with its children."""

import subprocess
from pathlib import Path

import pytest

from gateway.twin.sshd import Sshd, SshdError
from tests.twin.test_smbd import free_port, processes_of

pytestmark = pytest.mark.root


def sftp(sshd: Sshd, *options: str) -> subprocess.CompletedProcess[str]:
    """OpenSSH's own client, with nothing of this machine's configuration."""
    known = sshd.place / "known_hosts"
    known.write_text(f"[127.0.0.1]:{sshd.port} {sshd.host_key}\n")
    alone = ["-F", "/dev/null", "-o", f"UserKnownHostsFile={known}", "-o", "BatchMode=yes", "-P", str(sshd.port)]
    return subprocess.run(
        ["sftp", *alone, *options, f"{sshd.user}@127.0.0.1"],
        input="pwd\nls\n",
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )


def test_its_key_opens_the_folder_and_no_other_does(tmp_path: Path) -> None:
    with Sshd(tmp_path / "t", user="relay", port=free_port(), folders=("claims", "returns")) as sshd:
        seen = sftp(sshd, "-i", str(sshd.key))
        shut_out = sftp(sshd, "-i", str(sshd.place / "host_key"))
        assert processes_of(tmp_path)

    assert f"Remote working directory: {sshd.home}" in seen.stdout
    assert "claims" in seen.stdout
    assert shut_out.returncode != 0
    assert processes_of(tmp_path) == []


def test_a_folder_below_the_beginning_is_what_it_offers(tmp_path: Path) -> None:
    with Sshd(tmp_path / "t", user="relay", port=free_port(), folder="receipt") as sshd:
        assert (sshd.home / "receipt" / "claims").is_dir()
        assert sshd.share == sshd.home / "receipt"


def test_no_account_and_no_folder_of_this_machine_is_touched(tmp_path: Path) -> None:
    before = Path("/etc/passwd").read_bytes(), Path("/run/sshd").exists()

    with Sshd(tmp_path / "t", user="relay", password="correct horse", port=free_port()):
        during = Path("/etc/passwd").read_bytes(), Path("/run/sshd").exists()

    assert during == before


def test_started_twice_is_said(tmp_path: Path) -> None:
    with Sshd(tmp_path / "t", user="relay", port=free_port()) as sshd, pytest.raises(SshdError, match="runs already"):
        sshd.start()
