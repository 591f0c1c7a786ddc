from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.derive import derive
from gateway.policy.model import Policy, Window
from gateway.policy.schedule import SITE_ZONE, schedule
from gateway.site.layout import Layout
from gateway.site.openings import Day
from gateway.site.values import Hours
from tests.policy.sites import site_of

SHARE = "lan-claim-share"
EVERY_DAY = tuple(Day)
WORKDAYS = EVERY_DAY[:5]
POLICY = derive(site_of(Layout.IP_VPN_CLAIM))


def policy_with(*windows: Window) -> Policy:
    """The plain policy with the folder's flow once for each window, numbered from 0."""
    share = POLICY.flows[0]
    flows = (replace(share, id=f"{SHARE}-{number}", when=window) for number, window in enumerate(windows))
    return replace(POLICY, flows=(*flows, *POLICY.flows[1:]))


def window(start: str, end: str, days: tuple[Day, ...] = EVERY_DAY) -> Window:
    return Window(Hours(time.fromisoformat(start), time.max if end == "24:00" else time.fromisoformat(end)), days)


def tokyo(text: str) -> datetime:
    """2026-11-09 is a Monday."""
    return datetime.fromisoformat(text).replace(tzinfo=SITE_ZONE)


EVENING = window("18:30", "21:00", WORKDAYS)
NIGHT = window("22:00", "02:00", (Day.FRI,))
LATE = window("23:00", "24:00")


@pytest.mark.parametrize(
    ("when", "now", "closes"),
    [
        (EVENING, "2026-11-09 18:29:59.999999", None),
        (EVENING, "2026-11-09 18:30", "2026-11-09 21:00"),
        (EVENING, "2026-11-09 20:59:59.999999", "2026-11-09 21:00"),
        (EVENING, "2026-11-09 21:00", None),  # the end is excluded
        (EVENING, "2026-11-14 19:00", None),  # Saturday
        (NIGHT, "2026-11-13 23:00", "2026-11-14 02:00"),  # Friday
        (NIGHT, "2026-11-14 01:59", "2026-11-14 02:00"),  # Friday's window, on Saturday
        (NIGHT, "2026-11-13 01:00", None),  # Thursday's night is none
        (NIGHT, "2026-11-14 22:30", None),
        (LATE, "2026-11-09 23:59:59.999999", "2026-11-10 00:00"),
        (LATE, "2026-11-10 00:00", None),
        (LATE, "2026-12-31 23:30", "2027-01-01 00:00"),
        (window("00:00", "24:00"), "2026-11-09 00:00", "2026-11-10 00:00"),
    ],
)
def test_a_window_is_open_from_its_start_until_just_before_its_end(when: Window, now: str, closes: str | None) -> None:
    found = schedule(policy_with(when), tokyo(now))

    assert found.open == ({f"{SHARE}-0": tokyo(closes)} if closes else {})


@pytest.mark.parametrize(
    ("when", "now", "change"),
    [
        (EVENING, "2026-11-09 08:00", "2026-11-09 18:30"),
        (EVENING, "2026-11-09 18:30", "2026-11-09 21:00"),
        (EVENING, "2026-11-13 21:00", "2026-11-16 18:30"),  # over the weekend
        (NIGHT, "2026-11-14 02:00", "2026-11-20 22:00"),  # a week, less the night
        (LATE, "2026-11-09 23:00", "2026-11-10 00:00"),
        (window("00:00", "24:00"), "2026-11-09 12:00", "2026-11-10 00:00"),
    ],
)
def test_next_change_is_when_this_answer_is_no_longer_true(when: Window, now: str, change: str) -> None:
    assert schedule(policy_with(when), tokyo(now)).next_change == tokyo(change)


def test_a_policy_without_windows_never_changes() -> None:
    found = schedule(POLICY, tokyo("2026-11-09 12:00"))

    assert (found.open, found.next_change) == ({}, None)


def test_a_grant_is_no_window() -> None:
    grant = {"to": "gateway", "from": ["192.168.10.9"], "services": [{"tcp": 22}], "at_most": "2h"}
    found = schedule(derive(site_of(Layout.IP_VPN_CLAIM, grants={"ssh": grant})), tokyo("2026-11-09 12:00"))

    assert (found.open, found.next_change) == ({}, None)


def test_the_first_of_several_changes_counts() -> None:
    found = schedule(policy_with(EVENING, LATE), tokyo("2026-11-09 20:00"))

    assert set(found.open) == {f"{SHARE}-0"}
    assert found.next_change == tokyo("2026-11-09 21:00")


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("America/New_York"), ZoneInfo("Europe/London")])
def test_hours_are_read_on_the_clocks_of_the_site_wherever_the_box_thinks_it_is(zone: ZoneInfo) -> None:
    there = tokyo("2026-11-09 19:00").astimezone(zone)

    assert schedule(policy_with(EVENING), there) == schedule(policy_with(EVENING), tokyo("2026-11-09 19:00"))


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_where_it_is_another_day_already_or_still_the_window_of_yesterday_is_open(zone: str) -> None:
    nearly_always = policy_with(window("22:00", "21:30"))
    there = tokyo("2026-11-09 21:00").astimezone(ZoneInfo(zone))

    assert schedule(nearly_always, there).open == {f"{SHARE}-0": tokyo("2026-11-09 21:30")}


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25", "2026-03-08", "2026-11-01"])
def test_no_hour_is_lost_or_told_twice_where_others_change_their_clocks(day: str) -> None:
    """Japan has had no summer time since 1951: every window is as long as it reads."""
    found = schedule(policy_with(window("01:00", "04:00")), tokyo(f"{day} 01:00"))

    assert found.open[f"{SHARE}-0"] - tokyo(f"{day} 01:00") == timedelta(hours=3)


@st.composite
def windows(draw: st.DrawFn) -> Window:
    start, end = draw(st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True))
    days = draw(st.lists(st.sampled_from(Day), min_size=1, unique=True))
    until = time.max if end == 0 else time(end // 4, end % 4 * 15)
    return Window(Hours(time(start // 4, start % 4 * 15), until), tuple(days))


MOMENTS = st.integers(0, 2 * 365 * 24 * 60 * 60).map(lambda seconds: tokyo("2026-01-01") + timedelta(seconds=seconds))


def minutes(moment: time) -> int:
    return 24 * 60 if moment == time.max else moment.hour * 60 + moment.minute


def reads_open(when: Window, now: datetime) -> bool:
    """The same rule told another way: minutes of the day, and yesterday's for what passes midnight."""
    start, end, at = minutes(when.hours.start), minutes(when.hours.end), now.hour * 60 + now.minute
    today, yesterday = EVERY_DAY[now.weekday()], EVERY_DAY[(now.weekday() - 1) % 7]
    if start < end:
        return today in when.days and start <= at < end
    return (today in when.days and at >= start) or (yesterday in when.days and at < end)


@given(when=windows(), now=MOMENTS)
def test_at_any_moment_it_is_open_if_and_only_if_inside_a_span(when: Window, now: datetime) -> None:
    found = schedule(policy_with(when), now)

    assert (f"{SHARE}-0" in found.open) == reads_open(when, now)


@given(when=windows(), now=MOMENTS, early_s=st.integers(1, 7 * 86_400))
def test_nothing_changes_before_next_change_and_something_does_then(when: Window, now: datetime, early_s: int) -> None:
    found = schedule(policy_with(when), now)

    assert found.next_change is not None
    between = max(now, found.next_change - timedelta(seconds=early_s))
    assert now < found.next_change <= now + timedelta(days=7)
    assert schedule(policy_with(when), between).open == found.open
    assert schedule(policy_with(when), found.next_change).open != found.open
