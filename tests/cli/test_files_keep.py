from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.ledger import Ledger
from gateway.relay.places import Places
from tests.relay.test_verify import places

__all__ = ["places"]


def test_a_backup_is_written_once_and_said(places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["files", "backup", str(tmp_path / "copy"), "--state-dir", str(places.state), "--lang", "en"]

    assert main(command) == Exit.OK
    assert "written and checked; head 7:" in capsys.readouterr().out
    with Ledger.read(tmp_path / "copy") as copy:
        assert len(copy.parcels()) == 3

    assert main(command) == Exit.INPUT
    assert "it exists" in capsys.readouterr().err
