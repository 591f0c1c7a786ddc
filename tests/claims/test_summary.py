from dataclasses import fields
from typing import Any

import pytest

from gateway.claims.reader import read
from gateway.claims.summary import Kind, Summary
from tests.claims.synthetic import claim_file, receipt

NUMBERS = ("prefecture", "institution_code", "claim_month", "volume")


def test_a_summary_shows_nothing_a_receipt_says() -> None:
    summary = read([claim_file(receipt(1, filler="山田太郎"))])

    assert "山田" not in repr(summary)
    assert "架空" not in repr(summary)


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("text", ["山田太郎", "yamada", "12345678", "１２", "2021-1", "1\n"])
def test_text_from_a_file_cannot_stand_in_a_number_s_place(field: str, text: str) -> None:
    values: dict[str, Any] = {field: text}

    with pytest.raises(ValueError, match="not a short number") as caught:
        Summary(kind=Kind.MEDICAL, size=1, **values)

    assert text not in str(caught.value)


def test_every_text_field_is_guarded() -> None:
    texts = tuple(field.name for field in fields(Summary) if field.type is str)

    assert texts == NUMBERS
