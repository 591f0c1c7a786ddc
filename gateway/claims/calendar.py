"""When the claim system takes and gives files. Pure functions of a date and time with its zone; all hours are Japan's.

The days count whether they are working days or not (notice 002: 土・日・祝も受付可能).
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from enum import StrEnum

from gateway.claims.finding import Text
from gateway.claims.month import following

# Japan has kept UTC+9 without summer time since 1952, so no time zone data is needed.
JAPAN = timezone(timedelta(hours=9), "JST")

_OPENS = time(8)
_EVENING = timedelta(hours=13)  # 08:00 to 21:00
_MIDNIGHT = timedelta(hours=16)  # 08:00 to 24:00
_LATE_DAYS = range(8, 11)
FIRST_DAY = 5
SEND_LAST_DAY = 10
CORRECT_LAST_DAY = 12
DECEMBER_DOWNLOAD_LAST_DAY = 28  # [M]: not in the notices
RETURN_MONTHS = 2
"""A return sent in month M can be downloaded until the end of month M+2 (notice 001)."""


class Activity(StrEnum):
    """What staff do on the claim system's screen."""

    SEND = "send"
    CORRECT = "correct"
    DOWNLOAD = "download"
    TRIAL = "trial"

    @property
    def says(self) -> Text:
        """What it is."""
        return _SAYS[self]


_SAYS = {
    Activity.SEND: Text("send claims, see the check results (ASP)", "請求の送信・受付点検（ASP）"),
    Activity.CORRECT: Text(
        "correct; on the 11th and 12th only receipts with errors", "訂正（11日・12日はエラー分のみ）"
    ),
    Activity.DOWNLOAD: Text("download returns and reports", "返戻・帳票のダウンロード"),
    Activity.TRIAL: Text("trial sending", "確認試験"),
}


@dataclass(frozen=True, slots=True)
class Window:
    """One day's hours for one activity. `closes` is the first moment outside."""

    activity: Activity
    opens: datetime
    closes: datetime

    def holds(self, now: datetime) -> bool:
        """Whether `now` lies inside."""
        return self.opens <= now < self.closes


@dataclass(frozen=True, slots=True)
class Deadlines:
    """A month's ends. Each is the first moment outside: 24:00 of the 10th is 00:00 of the 11th.

    `returns_expire` is when the returns sent in this month can no longer be downloaded.
    """

    month: str
    send_opens: datetime
    send_closes: datetime
    correct_closes: datetime
    download_closes: datetime
    returns_expire: datetime


def in_japan(now: datetime) -> datetime:
    """The same moment on a Japanese clock. Raises ValueError for a time without a zone."""
    if now.utcoffset() is None:
        raise ValueError("a time without a zone cannot be placed in the calendar")
    return now.astimezone(JAPAN)


def month_of(now: datetime) -> str:
    """The Japanese month a moment lies in, as `YYYY-MM`."""
    return f"{in_japan(now):%Y-%m}"


def windows(activity: Activity, month: str) -> tuple[Window, ...]:
    """The hours of each day of `month` (`YYYY-MM`), in order."""
    year, number = map(int, month.split("-"))
    return tuple(
        _window(activity, date(year, number, day)) for day in range(FIRST_DAY, _last_day(activity, year, number) + 1)
    )


def open_windows(now: datetime) -> tuple[Window, ...]:
    """What can be done at this moment."""
    month = month_of(now)
    return tuple(window for activity in Activity for window in windows(activity, month) if window.holds(now))


def next_window(activity: Activity, now: datetime) -> Window:
    """The window that is open, or else the one that opens next."""
    month = month_of(now)
    upcoming = (*windows(activity, month), *windows(activity, following(month)))
    return next(window for window in upcoming if now < window.closes)


def deadlines(month: str) -> Deadlines:
    """When things end for a month."""
    sending = windows(Activity.SEND, month)
    return Deadlines(
        month=month,
        send_opens=sending[0].opens,
        send_closes=sending[-1].closes,
        correct_closes=windows(Activity.CORRECT, month)[-1].closes,
        download_closes=windows(Activity.DOWNLOAD, month)[-1].closes,
        returns_expire=returns_expire(month),
    )


def returns_expire(month: str) -> datetime:
    """When the returns sent in `month` can no longer be downloaded."""
    return windows(Activity.DOWNLOAD, following(month, RETURN_MONTHS))[-1].closes


def month_to_claim(now: datetime) -> str:
    """The month whose claims are being made: this one until its corrections close, then the next."""
    month = month_of(now)
    return month if now < windows(Activity.CORRECT, month)[-1].closes else following(month)


def hours_until(moment: datetime, now: datetime) -> int:
    """Whole hours left, rounded down; 0 once it is past. Both carry a zone."""
    left = moment.astimezone(UTC) - now.astimezone(UTC)
    return max(0, left // timedelta(hours=1))


def _window(activity: Activity, day: date) -> Window:
    late = day.day in _LATE_DAYS and activity is not Activity.TRIAL
    opens = datetime.combine(day, _OPENS, JAPAN)
    return Window(activity, opens, opens + (_MIDNIGHT if late else _EVENING))


def _last_day(activity: Activity, year: int, month: int) -> int:
    match activity:
        case Activity.SEND:
            return SEND_LAST_DAY
        case Activity.CORRECT:
            return CORRECT_LAST_DAY
        case Activity.DOWNLOAD if month == 12:
            return DECEMBER_DOWNLOAD_LAST_DAY
        case _:
            return calendar.monthrange(year, month)[1]
