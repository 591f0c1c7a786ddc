from datetime import UTC, datetime
from ipaddress import ip_address

import pytest

from gateway.journal.message import FIELD_TEXT_MAX_CHARS, NOTHING_TODO, Level, Loggable, Message, Todo, printable

ID = "0123456789abcdef0123456789abcdef"


def message(
    en: str = "{shelf} is full at {percent} %", ja: str = "{shelf} は {percent} % で満杯", todo: Todo = NOTHING_TODO
) -> Message:
    return Message(ID, "shelf_full", Level.WARNING, en, ja, todo=todo)


def test_text_in_both_languages() -> None:
    fields: dict[str, Loggable] = {"shelf": "claims", "percent": 97}

    assert message().text(fields) == "claims is full at 97 %"
    assert message().text(fields, lang="ja") == "claims は 97 % で満杯"


@pytest.mark.parametrize("bad", ["", ID.upper(), ID[:-1], f"{ID}0", "-" * 32])
def test_id_is_the_journals(bad: str) -> None:
    with pytest.raises(ValueError, match="MESSAGE_ID"):
        Message(bad, "x", Level.INFO, "x", "x", todo=NOTHING_TODO)


def test_both_languages_carry_the_same_fields() -> None:
    with pytest.raises(ValueError, match="different fields"):
        message(ja="{shelf} は満杯")


@pytest.mark.parametrize("todo", [Todo("empty {folder}", "{folder} を空に"), Todo("empty {shelf}", "空に")])
def test_what_to_do_names_fields_of_the_message_and_the_same_in_both_languages(todo: Todo) -> None:
    with pytest.raises(ValueError, match="what to do"):
        message(todo=todo)


@pytest.mark.parametrize("fields", [{}, {"shelf": "claims"}, {"shelf": "claims", "percent": 97, "more": 1}])
def test_fields_are_exactly_those_of_the_text(fields: dict[str, Loggable]) -> None:
    with pytest.raises(TypeError, match="shelf_full carries"):
        message().text(fields)


def test_a_value_cannot_forge_a_line_or_a_template() -> None:
    text = message().text({"shelf": "a\nerror: b\x1b[2J\u202e{percent}", "percent": 1})

    assert text == "a\ufffderror: b\ufffd[2J\ufffd{percent} is full at 1 %"


def test_a_long_value_is_cut() -> None:
    assert len(printable("x" * 10_000)) == FIELD_TEXT_MAX_CHARS
    assert printable("x" * FIELD_TEXT_MAX_CHARS) == "x" * FIELD_TEXT_MAX_CHARS


def test_times_have_a_zone_and_addresses_are_plain() -> None:
    assert printable(datetime(2026, 11, 10, 23, 59, 59, 123, UTC)) == "2026-11-10T23:59:59+00:00"
    assert printable(ip_address("2001:db8::1")) == "2001:db8::1"
    assert printable(None) == "None"
