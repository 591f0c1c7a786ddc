import pytest

from gateway.claims.catalogue import RULES_BY_NAME
from gateway.claims.finding import Severity
from gateway.claims.names import NameTrouble
from gateway.claims.reader import read
from gateway.relay import slip
from gateway.relay.drop import Oddity
from gateway.relay.parcel import Hold, State
from tests.claims.synthetic import claim_file, receipt
from tests.relay.rig import HEAD
from tests.relay.test_ledger import NOW, parcel


@pytest.mark.parametrize(
    "reason",
    [*(name for name, rule in RULES_BY_NAME.items() if rule.severity is Severity.HOLD), *NameTrouble, *Hold],
    ids=str,
)
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
    text = slip.delivery_slip(parcel(2), slip.Arrival(NOW), HEAD)

    assert text.startswith("\ufeff" + slip.NOT_A_RECEIPT + "\r\n")
    assert text.count("\n") == text.count("\r\n")
    assert "2026-11-08 23:10:00" in text  # the clinic's time, not UTC
    assert "【厳秘】" in text
    assert "保守窓口 03-0000-0001" in text


def test_both_figures_stand_on_the_note_of_a_file_that_does_not_add_up() -> None:
    summary = read([claim_file(trailer="GO,2,900,99")])
    note = slip.held_note(parcel(summary=summary, reasons=tuple(finding.name for finding in summary.holds)), NOW, HEAD)

    assert "総件数: 2 件、総合計点数: 900 点" in note
    assert "数えた件数: 1 件、数えた点数: 100 点" in note


def test_the_note_says_which_rule_held_the_file() -> None:
    summary = read([claim_file(trailer="GO,2,900,99")])
    note = slip.held_note(parcel(summary=summary, reasons=("count-differs",)), NOW, HEAD)

    assert "理由: 件数が GO レコードの総件数と一致しません（総件数 2 件、数えた件数 1 件）（U010）" in note


def test_the_slip_says_what_to_look_at_before_sending() -> None:
    summary = read([claim_file(receipt(2), receipt(1), trailer="GO,2,200,99", end=b"")])
    text = slip.delivery_slip(parcel(summary=summary), slip.Arrival(NOW), HEAD)

    assert "送信の前に確認してください:\r\n・レセプト番号が 1 からの昇順になっていません（U014）" in text
    assert "U025" not in text  # a note is no warning
    assert "確認してください:" not in slip.delivery_slip(parcel(), slip.Arrival(NOW), HEAD)


@pytest.mark.parametrize("name", ["RECEIPTC.UKE", "社保　11月分.UKE", "ﾚｾﾌﾟﾄ①.UKE", "a b.UKE"])
def test_an_honest_name_stands_as_it_is(name: str) -> None:
    assert f"\r\nファイル: {name}\r\n" in slip.held_note(parcel(name=name), NOW, HEAD)


@pytest.mark.parametrize("character", ["\n", "\r", "\x00", "\x1b", "\x85", "\u2028", "\u202e", "\udc83"])
def test_a_character_that_is_no_letter_is_shown_as_such(character: str) -> None:
    assert "\r\nファイル: a\N{REPLACEMENT CHARACTER}b\r\n" in slip.held_note(parcel(name=f"a{character}b"), NOW, HEAD)
