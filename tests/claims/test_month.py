import pytest

from gateway.claims.month import claim_month


@pytest.mark.parametrize(
    ("text", "month"),
    [("202111", "2021-11"), ("50311", "2021-11"), ("43104", "2019-04"), ("50105", "2019-05"), ("36401", "1989-01")],
)
def test_both_ways_of_writing_a_month(text: str, month: str) -> None:
    assert claim_month(text) == month


@pytest.mark.parametrize(
    "text", ["", "202113", "202100", "2021", "60101", "00101", "2021１１", "abcdef", "-20211", "000011"]
)
def test_what_is_no_month_is_empty(text: str) -> None:
    assert claim_month(text) == ""
