from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.calendar import (
    JAPAN,
    Activity,
    deadlines,
    hours_until,
    in_japan,
    month_of,
    month_to_claim,
    next_window,
    open_windows,
    returns_expire,
    windows,
)


def japan(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=JAPAN)


@pytest.mark.parametrize(
    ("moment", "opened"),
    [
        ("2026-11-04T23:59:59", ""),
        ("2026-11-05T07:59:59", ""),
        ("2026-11-05T08:00", "send correct download trial"),
        ("2026-11-07T20:59:59", "send correct download trial"),
        ("2026-11-07T21:00", ""),
        ("2026-11-08T07:59", ""),
        ("2026-11-08T21:00", "send correct download"),
        ("2026-11-08T23:59:59", "send correct download"),
        ("2026-11-09T00:00", ""),
        ("2026-11-10T23:59:59", "send correct download"),
        ("2026-11-11T00:00", ""),
        ("2026-11-11T08:00", "correct download trial"),
        ("2026-11-12T20:59:59", "correct download trial"),
        ("2026-11-12T21:00", ""),
        ("2026-11-13T08:00", "download trial"),
        ("2026-11-30T20:59", "download trial"),
        ("2026-11-30T21:00", ""),
        ("2026-12-28T20:59", "download trial"),
        ("2026-12-28T21:00", ""),
        ("2026-12-29T12:00", "trial"),
        ("2027-01-01T12:00", ""),
        ("2028-02-29T12:00", "download trial"),
        ("2027-02-28T12:00", "download trial"),
        ("2026-11-08T12:00", "send correct download trial"),  # a Sunday: weekends are days like others
    ],
)
def test_what_is_open_when(moment: str, opened: str) -> None:
    assert " ".join(window.activity for window in open_windows(japan(moment))) == opened


def test_another_zone_s_clock_shows_the_same_moment() -> None:
    # 23:30 on the 4th in London is 08:30 on the 5th in Japan; 10:30 on the 10th in New York is 00:30 on the 11th.
    assert open_windows(datetime(2026, 11, 4, 23, 30, tzinfo=UTC))
    assert not open_windows(datetime(2026, 11, 10, 10, 30, tzinfo=timezone(timedelta(hours=-5))))
    assert month_of(datetime(2026, 12, 31, 15, 0, tzinfo=UTC)) == "2027-01"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        in_japan(datetime.fromisoformat("2026-11-08"))


@pytest.mark.parametrize(
    ("activity", "moment", "opens"),
    [
        (Activity.SEND, "2026-11-01T00:00", "2026-11-05T08:00"),
        (Activity.SEND, "2026-11-06T09:00", "2026-11-06T08:00"),
        (Activity.SEND, "2026-11-10T23:59", "2026-11-10T08:00"),
        (Activity.SEND, "2026-12-11T00:00", "2027-01-05T08:00"),
        (Activity.DOWNLOAD, "2026-12-28T21:00", "2027-01-05T08:00"),
        (Activity.DOWNLOAD, "2026-11-30T21:00", "2026-12-05T08:00"),
    ],
)
def test_what_opens_next(activity: Activity, moment: str, opens: str) -> None:
    assert next_window(activity, japan(moment)).opens == japan(opens)


def test_a_month_s_deadlines() -> None:
    ends = deadlines("2026-11")

    assert ends.send_opens == japan("2026-11-05T08:00")
    assert ends.send_closes == japan("2026-11-11T00:00")
    assert ends.correct_closes == japan("2026-11-12T21:00")
    assert ends.download_closes == japan("2026-11-30T21:00")
    assert ends.returns_expire == japan("2027-01-31T21:00")


@pytest.mark.parametrize(
    ("month", "expires"),
    [  # the notices' own examples, and the short and long months
        ("2024-09", "2024-11-30T21:00"),
        ("2024-10", "2024-12-28T21:00"),
        ("2024-11", "2025-01-31T21:00"),
        ("2025-12", "2026-02-28T21:00"),
        ("2027-12", "2028-02-29T21:00"),
    ],
)
def test_returns_can_be_downloaded_until_the_end_of_the_month_after_next(month: str, expires: str) -> None:
    assert returns_expire(month) == japan(expires)


@pytest.mark.parametrize(
    ("moment", "month"),
    [
        ("2026-11-01T00:00", "2026-11"),
        ("2026-11-12T20:59", "2026-11"),
        ("2026-11-12T21:00", "2026-12"),
        ("2026-12-31T23:59", "2027-01"),
        ("2027-01-01T00:00", "2027-01"),
    ],
)
def test_which_month_is_being_claimed(moment: str, month: str) -> None:
    assert month_to_claim(japan(moment)) == month


def test_hours_are_whole_and_never_negative() -> None:
    end = japan("2026-11-11T00:00")

    assert hours_until(end, japan("2026-11-10T12:30")) == 11
    assert hours_until(end, datetime(2026, 11, 10, 14, 0, tzinfo=UTC)) == 1
    assert hours_until(end, end + timedelta(days=1)) == 0


MONTHS = st.builds("{:04}-{:02}".format, st.integers(1950, 2200), st.integers(1, 12))
MOMENTS = st.datetimes(
    datetime.fromisoformat("1950-01-01"), datetime.fromisoformat("2200-01-01"), timezones=st.sampled_from([UTC, JAPAN])
)


@given(month=MONTHS, activity=st.sampled_from(Activity))
def test_windows_are_in_order_within_their_month_and_never_overlap(month: str, activity: Activity) -> None:
    days = windows(activity, month)

    assert all(month_of(day.opens) == month for day in days)
    assert all(first.closes <= second.opens for first, second in pairwise(days))


@given(now=MOMENTS, activity=st.sampled_from(Activity))
def test_the_next_window_is_never_over_and_open_ones_are_next(now: datetime, activity: Activity) -> None:
    window = next_window(activity, now)

    assert now < window.closes
    assert window.holds(now) == any(one.activity is activity for one in open_windows(now))
