import pytest

from gateway.claims.names import NameTrouble
from gateway.claims.reader import read
from gateway.claims.summary import Finding
from gateway.relay import slip
from gateway.relay.drop import Oddity
from gateway.relay.parcel import Hold, State
from tests.claims.synthetic import claim_file
from tests.relay.rig import HEAD
from tests.relay.test_ledger import NOW, parcel


@pytest.mark.parametrize("reason", [*(finding for finding in Finding if finding.holds), *NameTrouble, *Hold], ids=str)
def test_every_reason_says_why_and_what_to_do(reason: str) -> None:
    note = slip.held_note(parcel(state=State.HELD, reasons=(str(reason),)), NOW, HEAD)

    assert "理由: " in note
    assert "すること: " in note


@pytest.mark.parametrize("oddity", Oddity)
def test_every_oddity_says_why_and_what_to_do(oddity: Oddity) -> None:
    note = slip.odd_note("社保/link", oddity, NOW, HEAD)

    assert "社保/link" in note
    assert "すること: " in note


def test_a_slip_is_for_notepad_and_never_a_receipt() -> None:
    text = slip.delivery_slip(parcel(2), NOW, HEAD)

    assert text.startswith("\ufeff" + slip.NOT_A_RECEIPT + "\r\n")
    assert text.count("\n") == text.count("\r\n")
    assert "2026-11-08 23:10:00" in text  # the clinic's time, not UTC
    assert "【厳秘】" in text
    assert "保守窓口 03-0000-0001" in text


def test_both_figures_stand_on_the_note_of_a_file_that_does_not_add_up() -> None:
    summary = read([claim_file(trailer="GO,2,900,99")])
    note = slip.held_note(parcel(summary=summary, reasons=tuple(map(str, summary.holds))), NOW, HEAD)

    assert "総件数: 2 件、総合計点数: 900 点" in note
    assert "数えた件数: 1 件、数えた点数: 100 点" in note
