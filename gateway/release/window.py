"""In which days a box is left alone. Pure."""

from datetime import datetime

from gateway.claims.calendar import CORRECT_LAST_DAY, FIRST_DAY, in_japan
from gateway.release.errors import NotNow


def refuse_in_claim_days(now: datetime, *, emergency: bool) -> None:
    """Raise NotNow from the 5th to the 12th, days in Japan. `now` carries a zone.

    Claims are sent until the 10th and corrected until the 12th (notice 002).
    """
    day = in_japan(now).day
    if FIRST_DAY <= day <= CORRECT_LAST_DAY and not emergency:
        raise NotNow(
            f"it is the {day}th: from the {FIRST_DAY}th to the {CORRECT_LAST_DAY}th claims travel and the program stays as it is."
            " wait, or say --emergency"
        )
