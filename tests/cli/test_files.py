"""What all of `claim-gateway files` shares: where its options stand, and what a mistake looks like."""

import fcntl
import os
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.places import Places
from tests.relay.test_ledger import NOW, parcel

WRITING = (["rebuild"], ["export", "--to", "/", "--own-disk"])


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """The state directory of a relay that held one parcel."""
    places = Places(tmp_path / "state")
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        ledger.record(parcel(1, state=State.HELD), "Inspected", NOW)
    (places.spool / parcel(1).id).write_bytes(b"x")
    return places.state


def test_options_may_stand_before_the_action_or_after_it(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["files", "--state-dir", str(state), "--lang", "ja", "list"]) == Exit.OK
    first = capsys.readouterr().out
    assert main(["files", "list", "--state-dir", str(state), "--lang", "ja"]) == Exit.OK

    assert capsys.readouterr().out == first
    assert "保留" in first


@pytest.mark.parametrize("action", [["list"], ["show", "0000"], ["verify"], ["backup", "/nowhere/x"]])
def test_a_ledger_that_is_not_there_is_one_line(
    tmp_path: Path, action: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["files", *action, "--state-dir", str(tmp_path)]) == Exit.SYSTEM

    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "state directory" in said


@pytest.mark.parametrize("action", WRITING)
def test_what_writes_needs_the_relay_stopped(
    state: Path, action: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    lock = os.open(Places(state).lock, os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert main(["files", *action, "--state-dir", str(state)]) == Exit.SYSTEM
    finally:
        os.close(lock)

    assert "stop it first" in capsys.readouterr().err


def test_an_action_is_needed(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["files"])

    assert left.value.code == Exit.INPUT
    assert "ACTION" in capsys.readouterr().err


@pytest.mark.parametrize("action", ["list", "show", "release", "reject", "verify", "rebuild", "export", "backup"])
def test_every_action_explains_itself_with_an_example(action: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(["files", action, "--help"])

    assert left.value.code == Exit.OK
    assert f"example:\n  claim-gateway files {action}" in capsys.readouterr().out
