from pathlib import Path

import pytest

from gateway.relay.audit_journal import note_head
from gateway.relay.chain import Head
from gateway.relay.ledger import Ledger


def test_the_journal_s_line_carries_what_verify_takes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        head = note_head(ledger)

    said = capsys.readouterr().err.split("ends at ")[1].split(". ")[0]
    assert Head.parse(said) == Head(head.sequence, head.hash)
