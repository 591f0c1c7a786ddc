"""What a person may get wrong about starting the relay: one line each, and the exit code that keeps systemd from trying again."""

import subprocess
import sys
from pathlib import Path

import pytest

from gateway.twin.samples import DEMO_SITE


def start(site: Path, state: Path, *more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gateway.cli.main", "relay", str(site), "--state-dir", str(state), *more]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)


@pytest.fixture
def site(tmp_path: Path) -> Path:
    file = tmp_path / "site.yaml"
    file.write_text(DEMO_SITE.read_text())
    (tmp_path / "credentials").mkdir()
    (tmp_path / "credentials" / "terminal").write_text("password")
    (tmp_path / "credentials" / "terminal").chmod(0o600)
    return file


def test_a_site_without_a_relay_has_nothing_to_carry(site: Path, tmp_path: Path) -> None:
    text = site.read_text()
    site.write_text(text[: text.index("relay:")])
    done = start(site, tmp_path / "state")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "relay" in done.stderr


def test_a_password_others_can_read_is_refused(site: Path, tmp_path: Path) -> None:
    (tmp_path / "credentials" / "terminal").chmod(0o644)
    done = start(site, tmp_path / "state")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "chmod" in done.stderr or "0600" in done.stderr


@pytest.mark.parametrize("seconds", ["0", "nan", "-1", "soon", "9999999"])
def test_a_pace_that_is_none_is_refused(site: Path, tmp_path: Path, seconds: str) -> None:
    done = start(site, tmp_path / "state", "--settle", seconds)
    assert done.returncode == 2
    assert "between 0.01 and 3600" in done.stderr
    assert not (tmp_path / "state").exists()
