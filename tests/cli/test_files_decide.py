from pathlib import Path

import pytest

from gateway.cli.command import Exit
from gateway.cli.main import main
from gateway.relay.decisions import Decision, Word, read
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Hold, State
from gateway.relay.places import Places
from tests.relay.test_ledger import NOW, parcel

BECAUSE = ("--by", "院長", "--why", "端末を確認した。届いていない")


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        ledger.record(parcel(1, state=State.HELD, reasons=(Hold.UNKNOWN_DELIVERY,)), "x", NOW)
        ledger.record(parcel(2, state=State.HELD, reasons=(Hold.VIRUS,)), "x", NOW)
        ledger.record(parcel(3, state=State.NOTED), "x", NOW)
    return places


def decide(places: Places, word: str, number: int, *because: str) -> int:
    return main(["files", word, parcel(number).id, *because, "--state-dir", str(places.state), "--lang", "en"])


@pytest.mark.parametrize("word", list(Word))
def test_a_word_is_laid_down_for_the_relay(places: Places, word: Word, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide(places, word, 1, *BECAUSE) == Exit.OK

    assert read(places) == (Decision(parcel(1).id, word, BECAUSE[1], BECAUSE[3]),)
    assert f"to be {word}" in capsys.readouterr().out


def test_a_second_word_waits_for_the_first_to_be_heard(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    decide(places, "reject", 1, *BECAUSE)

    assert decide(places, "release", 1, *BECAUSE) == Exit.SYSTEM
    assert "is the relay running" in capsys.readouterr().err
    assert [decision.word for decision in read(places) if isinstance(decision, Decision)] == [Word.REJECT]


def test_nobody_releases_a_virus_but_everybody_may_reject_it(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    assert decide(places, "release", 2, *BECAUSE) == Exit.NO
    assert "nobody can overrule" in capsys.readouterr().err
    assert read(places) == ()

    assert decide(places, "reject", 2, *BECAUSE) == Exit.OK


def test_what_does_not_wait_needs_no_word(places: Places, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide(places, "release", 3, *BECAUSE) == Exit.NO

    assert "it is noted" in capsys.readouterr().err
    assert read(places) == ()


@pytest.mark.parametrize("because", [(), ("--by", "院長"), ("--why", "x")])
def test_who_and_why_are_asked_for(places: Places, because: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as left:
        decide(places, "release", 1, *because)

    assert left.value.code == Exit.INPUT


@pytest.mark.parametrize("by", ["", " ", "a\nb", "x" * 200])
def test_a_name_that_is_no_line_is_refused(places: Places, by: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert decide(places, "release", 1, "--by", by, "--why", "x") == Exit.INPUT

    assert len(capsys.readouterr().err.splitlines()) == 1
    assert read(places) == ()
