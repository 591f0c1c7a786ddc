import json
from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.places import Places
from tests.relay.test_ledger import parcel
from tests.relay.test_verify import change_row, places, touch

__all__ = ["places"]


def files(places: Places, *words: str) -> int:
    return main(["files", *words, "--state-dir", str(places.state), "--lang", "en"])


def test_a_sound_ledger_is_one_line(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert files(places, "verify") == Exit.OK

    assert capsys.readouterr().out.startswith("sound: 3 parcels, 7 links, 2 files in the spool; head 7:")


def test_each_finding_is_one_line_and_the_answer_is_no(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    change_row(places, "digest = 'x'")
    (places.spool / parcel(2).id).unlink()

    assert files(places, "verify") == Exit.NO

    said = capsys.readouterr().out.splitlines()
    assert said == [
        f"parcel {parcel(1).id}: the row is not what was sealed (digest)",
        f"parcel {parcel(1).id}: its file in the spool has another digest",
        f"parcel {parcel(2).id}: its file is not in the spool",
    ]


def test_a_head_of_the_journal_shows_what_was_cut_off(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    with Ledger.read(places.ledger) as ledger:
        head = str(ledger.head())
    assert files(places, "verify", "--head", head) == Exit.OK
    touch(places, "DELETE FROM chain WHERE sequence > 6")
    capsys.readouterr()

    assert files(places, "verify", "--head", head, "--json") == Exit.NO

    data = json.loads(capsys.readouterr().out)
    assert not data["sound"]
    assert ("head 7", "chain-cut") in {(found["where"], found["trouble"]) for found in data["findings"]}


@pytest.mark.parametrize("head", ["7", "seven:abc", f"7:{'g' * 64}"])
def test_a_head_that_is_none_is_refused(places: Places, head: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        files(places, "verify", "--head", head)

    assert left.value.code == Exit.INPUT
    assert "as the journal shows it" in capsys.readouterr().err


def test_a_damaged_ledger_is_verified_refused_and_rebuilt(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    places.ledger.write_bytes(b"nothing of this reads" * 500)
    assert files(places, "verify") == Exit.NO
    assert "damaged" in capsys.readouterr().out

    assert files(places, "rebuild") == Exit.OK

    said = capsys.readouterr().out
    assert said.startswith("rebuilt: 2 parcels, 2 of them wait for a person now\n")
    assert ".replaced-" in said
    assert files(places, "verify") == Exit.OK
    with Ledger.read(places.ledger) as ledger:
        assert {one.state for one in ledger.parcels()} == {State.HELD}


def test_a_sound_ledger_is_not_rebuilt(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    before = places.ledger.read_bytes()

    assert files(places, "rebuild") == Exit.NO

    assert "nothing to rebuild" in capsys.readouterr().out
    assert places.ledger.read_bytes() == before


def test_a_backup_that_is_not_there_and_a_wrong_place_are_one_line(
    places: Places, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert files(places, "rebuild", "--from", str(tmp_path / "none")) == Exit.INPUT
    assert main(["files", "rebuild", "--state-dir", str(tmp_path / "none")]) == Exit.INPUT

    assert len(capsys.readouterr().err.splitlines()) == 2
