from typing import Any

import pytest

from gateway.claims.reader import read
from gateway.claims.summary import Finding, Kind, Payer, Summary
from tests.claims.synthetic import claim_file, receipt


def test_a_summary_shows_nothing_a_receipt_says() -> None:
    summary = read([claim_file(receipt(1, filler="山田太郎"))])

    assert "山田" not in repr(summary)
    assert "架空" not in repr(summary)


@pytest.mark.parametrize("field", ["institution_code", "claim_month", "volume"])
def test_text_from_a_file_cannot_stand_in_a_number_s_place(field: str) -> None:
    values: dict[str, Any] = {field: "山田太郎"}

    with pytest.raises(ValueError, match="not a short number") as caught:
        Summary(kind=Kind.MEDICAL, size=1, **values)

    assert "山田" not in str(caught.value)


def test_payers_have_their_folders() -> None:
    assert [payer.folder for payer in Payer] == ["社保", "国保"]


def test_only_certain_findings_hold() -> None:
    assert {finding for finding in Finding if not finding.holds} == {Finding.RECEIPT_ORDER}
    assert {finding for finding in Finding if finding.may_pass} <= {finding for finding in Finding if finding.holds}
