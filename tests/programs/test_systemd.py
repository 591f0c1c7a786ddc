from pathlib import Path

import pytest

from gateway.programs.systemd import ProgramsError, Systemd


def test_nobody_is_asked_about_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    assert Systemd().running(()) == frozenset()


def test_without_systemd_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(ProgramsError, match=r"systemctl is missing"):
        Systemd().restart("x.service")


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A systemctl that says what systemd would, and writes down what it was asked."""
    program = tmp_path / "systemctl"
    program.write_text(
        f'#!/bin/sh\necho "$*" >>{tmp_path}/asked\n'
        'case $1 in is-active) printf "active\\ninactive\\nactivating\\n"; exit 3;; stop) exit 0;; '
        '*) echo "Unit $2 not found." >&2; exit 5;; esac\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path / "asked"


def test_what_runs_and_what_is_about_to(systemctl: Path) -> None:
    assert Systemd().running(("a", "b", "c")) == {"a", "c"}
    with pytest.raises(ProgramsError, match="does not say which units run"):
        Systemd().running(("a", "b"))


def test_what_systemd_refuses_is_one_line(systemctl: Path) -> None:
    with pytest.raises(ProgramsError, match=r"^systemctl restart a: Unit a not found\.$"):
        Systemd().restart("a")
    Systemd().stop("a")
    assert systemctl.read_text().split("\n") == ["restart a", "stop a", ""]
