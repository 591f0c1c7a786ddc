from dataclasses import astuple

import pytest

from gateway.claims.headers import ABSENT, HEADERS, HISTORY_MARKS, LAST_VOLUME, MEDICAL_RECORDS, SINGLE_OR_FIRST, Header
from gateway.claims.kind import Kind


@pytest.mark.parametrize("header", HEADERS.values(), ids=lambda header: str(header.kind))
def test_no_two_things_stand_in_one_field_and_none_in_the_record_id(header: Header) -> None:
    fields = [place for place in astuple(header)[1:7] if place != ABSENT]

    assert len(set(fields)) == len(fields)
    assert all(place > 0 for place in fields)
    assert header.columns == ABSENT or max(fields) < header.columns


def test_what_ends_a_claim_is_known_only_where_the_specification_says_so() -> None:
    closing = {header.kind: header.closing for header in HEADERS.values()}

    assert {kind for kind, record in closing.items() if record == b"GO"} == {Kind.MEDICAL, Kind.DENTAL, Kind.PHARMACY}
    assert closing[Kind.RETURN] == b"HG"


def test_first_records_and_history_marks_are_no_receipt_records() -> None:
    assert not MEDICAL_RECORDS & set(HEADERS)
    assert not MEDICAL_RECORDS & HISTORY_MARKS
    assert SINGLE_OR_FIRST < LAST_VOLUME
