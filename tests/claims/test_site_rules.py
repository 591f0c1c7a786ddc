from datetime import UTC, datetime

import pytest

from gateway.claims.reader import read
from gateway.claims.site_rules import Place, site_findings
from tests.claims.synthetic import claim_file, return_file

SENDING = datetime(2021, 11, 8, tzinfo=UTC)
HOME = Place("0000000", "12")


def found(content: bytes, place: Place = HOME, now: datetime = SENDING) -> list[str]:
    return [f"{one.name} {one.severity}" for one in site_findings(read([content]), place, now)]


def test_the_site_s_own_claim_of_this_month_is_fine() -> None:
    assert found(claim_file()) == []
    assert found(claim_file(), Place()) == []


def test_another_institution_holds_and_another_prefecture_warns() -> None:
    assert found(claim_file(code="1312345")) == ["institution-differs hold"]
    assert found(claim_file(), Place("0000000", "13")) == ["prefecture-differs warn"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2021, 10, 12, 11, 59, tzinfo=UTC), ["month-unexpected warn"]),  # 20:59 in Japan
        (datetime(2021, 10, 12, 12, 0, tzinfo=UTC), []),
        (datetime(2021, 11, 12, 11, 59, tzinfo=UTC), []),
        (datetime(2021, 11, 12, 12, 0, tzinfo=UTC), ["month-unexpected warn"]),
        (datetime(2026, 11, 8, tzinfo=UTC), ["month-unexpected warn"]),
    ],
)
def test_a_month_that_is_not_claimed_now_warns(now: datetime, expected: list[str]) -> None:
    assert found(claim_file(), now=now) == expected


def test_returns_are_not_measured_by_the_site() -> None:
    assert found(return_file()) == []
    assert found(b"some letter") == []


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        found(claim_file(), now=datetime.fromisoformat("2021-11-08"))
