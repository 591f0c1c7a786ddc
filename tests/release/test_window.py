from datetime import UTC, datetime

import pytest

from gateway.claims.calendar import JAPAN
from gateway.release.errors import NotNow
from gateway.release.window import refuse_in_claim_days


@pytest.mark.parametrize(
    "moment", [datetime(2026, 11, 5, 0, 0, tzinfo=JAPAN), datetime(2026, 11, 12, 23, 59, tzinfo=JAPAN)]
)
def test_from_the_5th_to_the_12th_it_waits_unless_it_is_an_emergency(moment: datetime) -> None:
    with pytest.raises(NotNow, match="--emergency"):
        refuse_in_claim_days(moment, emergency=False)

    refuse_in_claim_days(moment, emergency=True)


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 11, 4, 23, 59, tzinfo=JAPAN),
        datetime(2026, 11, 13, 0, 0, tzinfo=JAPAN),
        datetime(2026, 11, 12, 15, 0, tzinfo=UTC),  # the 13th in Japan
    ],
)
def test_on_other_days_it_may(moment: datetime) -> None:
    refuse_in_claim_days(moment, emergency=False)
