import io
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import pyzipper

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.places import Places
from tests.relay.test_export import CONTENT, PASSWORD, claim, medium, places

__all__ = ["medium", "places"]


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text(f"{PASSWORD}\n")
    file.chmod(0o600)
    return file


def export(places: Places, medium: Path, *more: str) -> int:
    state = ["--state-dir", str(places.state), "--lang", "en"]
    return main(["files", "export", "--to", str(medium), "--own-disk", *state, *more])


def test_undelivered_claims_leave_and_are_held(
    places: Places, medium: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert export(places, medium, "--password-file", str(password_file)) == Exit.OK

    (archive,) = medium.iterdir()
    said = capsys.readouterr().out
    assert said.startswith(f"{archive}: 2 exported, encrypted and read back\n")
    assert "2 held from now on" in said
    with Ledger.read(places.ledger) as ledger:
        assert {ledger.state(claim(number, State.HELD).id) for number in (1, 3, 4)} == {State.HELD}
    assert export(places, medium, "--password-file", str(password_file)) == Exit.NO
    assert "nothing to export" in capsys.readouterr().out


def test_any_parcel_by_its_id(
    places: Places, medium: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = claim(2, State.NOTED).id
    assert export(places, medium, "--id", whole, "--id", whole, "--password-file", str(password_file)) == Exit.OK
    assert ": 1 exported" in capsys.readouterr().out


def test_the_password_is_asked_twice_and_never_shown(places: Places, medium: Path) -> None:
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "gateway.cli.main", "files", "export", "--own-disk", "--to", str(medium)]
    running = subprocess.Popen(
        [*command, "--state-dir", str(places.state), "--lang", "en"],
        stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    said = ""
    try:
        for prompt in ("password: ", "once more: "):
            while prompt not in said:
                said += os.read(ours, 1000).decode()
            os.write(ours, f"{PASSWORD}\n".encode())
        assert running.wait(20) == Exit.OK
        said += os.read(ours, 10_000).decode()
    finally:
        running.kill()
        running.wait()
        os.close(ours)

    assert PASSWORD not in said
    (archive,) = medium.iterdir()
    with pyzipper.AESZipFile(archive) as opened:
        opened.setpassword(PASSWORD.encode())
        assert CONTENT in [opened.read(name) for name in opened.namelist()]


def test_there_is_no_argument_for_a_password(places: Places, medium: Path) -> None:
    with pytest.raises(SystemExit) as left:
        export(places, medium, "--password", PASSWORD)

    assert left.value.code == Exit.INPUT


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (PASSWORD, 0o644, "can be read by others"),
        ("short", 0o600, "is short"),
        ("", 0o600, "one password"),
        ("日本語のパスワードは開けないことがある", 0o600, "ASCII"),
    ],
)
def test_a_password_that_will_not_do_exports_nothing(
    places: Places, tmp_path: Path, content: str, mode: int, said: str
) -> None:
    file, medium = tmp_path / "poor", tmp_path / "usb"
    file.write_text(content)
    file.chmod(mode)
    medium.mkdir()

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("sys.stderr", complaints := io.StringIO())
        assert export(places, medium, "--password-file", str(file)) == Exit.INPUT

    assert said in complaints.getvalue()
    assert len(complaints.getvalue().splitlines()) == 1
    assert not list(medium.iterdir())


def test_without_anybody_to_ask_it_says_so(
    places: Places, medium: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())

    assert export(places, medium) == Exit.INPUT
    assert "--password-file" in capsys.readouterr().err


def test_a_medium_that_is_not_mounted_is_noticed(
    places: Places, medium: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["files", "export", "--state-dir", str(places.state), "--password-file", str(password_file)]

    assert main([*command, "--to", str(medium)]) == Exit.INPUT
    assert "is the medium mounted?" in capsys.readouterr().err
    assert main([*command, "--to", str(medium / "none")]) == Exit.INPUT
    assert "mount the medium" in capsys.readouterr().err


def test_a_ledger_that_is_lost_is_not_an_empty_one(
    places: Places, medium: Path, password_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    places.ledger.unlink()

    assert export(places, medium, "--password-file", str(password_file)) == Exit.SYSTEM

    assert f"{places.ledger}: it is not there" in capsys.readouterr().err
    assert not places.ledger.exists()
