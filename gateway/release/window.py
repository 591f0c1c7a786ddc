"""In which days a box is left alone. Pure."""

from datetime import datetime

from gateway.claims.calendar import CORRECT_LAST_DAY, FIRST_DAY, in_japan
from gateway.release.errors import NotNow


def refuse_in_claim_days(now: datetime, *, emergency: bool, installed: datetime | None = None) -> None:
    """Raise NotNow from the 5th to the 12th, days in Japan, and where the clock cannot tell. Both times carry a zone.

    Claims are sent until the 10th and corrected until the 12th (notice 002). A clock that stands before `installed`, when
    what runs now was installed, lost its battery: it may be the 10th.
    """
    if installed is not None and now < installed and not emergency:
        raise NotNow(
            f"the clock says {in_japan(now):%Y-%m-%d}, and what runs here was installed on {in_japan(installed):%Y-%m-%d}:"
            " it may be a claim day. set the clock, or say --emergency"
        )
    day = in_japan(now).day
    if FIRST_DAY <= day <= CORRECT_LAST_DAY and not emergency:
        raise NotNow(
            f"it is the {day}th: from the {FIRST_DAY}th to the {CORRECT_LAST_DAY}th claims travel and the program stays as it is."
            " wait, or say --emergency"
        )
