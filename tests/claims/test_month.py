import pytest

from gateway.claims.month import claim_month, following


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


@pytest.mark.parametrize(
    ("month", "months", "then"),
    [("2026-11", 1, "2026-12"), ("2026-12", 1, "2027-01"), ("2026-01", -2, "2025-11"), ("2026-05", 0, "2026-05")],
)
def test_months_follow_each_other_over_the_year_s_end(month: str, months: int, then: str) -> None:
    assert following(month, months) == then
