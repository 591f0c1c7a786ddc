"""Which flows with a window are open at a moment, and until when. Pure; the kernel closes them by itself at that time."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.policy.model import Policy, Window
from gateway.site.openings import Day

SITE_ZONE = ZoneInfo("Asia/Tokyo")
"""Every site is in Japan; hours in the site file are read on its clocks."""

_LOOK_AHEAD_DAYS = 8
"""A window that begins on one day of the week begins again within seven; one more for the day it ends on."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """`open` maps a flow's id to the moment it closes; `next_change` is when this schedule is no longer true."""

    open: dict[str, datetime]
    next_change: datetime | None
    at: datetime
    """The moment it was asked for."""


def schedule(policy: Policy, now: datetime) -> Schedule:
    """The state of every window at `now`, a zoned time. None as `next_change`: the policy has no window."""
    opened: dict[str, datetime] = {}
    changes: list[datetime] = []
    for flow in policy.flows:
        if isinstance(flow.when, Window):
            for start, end in _spans(flow.when, now.astimezone(SITE_ZONE).date()):
                if start <= now < end:
                    opened[flow.id] = max(end, opened.get(flow.id, end))
                changes += [moment for moment in (start, end) if moment > now]
    return Schedule(opened, min(changes, default=None), now)


def _spans(window: Window, today: date) -> list[tuple[datetime, datetime]]:
    """The window's spans that begin between yesterday and a week from now."""
    days = (today + timedelta(days=offset) for offset in range(-1, _LOOK_AHEAD_DAYS))
    return [_span(window, day) for day in days if list(Day)[day.weekday()] in window.days]


def _span(window: Window, day: date) -> tuple[datetime, datetime]:
    start = datetime.combine(day, window.hours.start, SITE_ZONE)
    # 24:00 is written time.max; a window that ends before it starts passes midnight.
    until_midnight = window.hours.end == time.max
    last = day + timedelta(days=1) if until_midnight or window.hours.end < window.hours.start else day
    end = datetime.combine(last, time.min if until_midnight else window.hours.end, SITE_ZONE)
    return start, end
