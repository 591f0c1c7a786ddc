"""Lengths of time on a command line."""

import argparse
import re
from datetime import timedelta

_UNITS_S = {"s": 1, "m": 60, "h": 3600}


def span(text: str) -> timedelta:
    """`90s`, `5m`, `2h`. For argparse: its error names what was wrong."""
    match = re.fullmatch(r"([1-9][0-9]{0,4})([smh])", text)
    if not match:
        raise argparse.ArgumentTypeError(f"{text!r:.40} is not a length of time. write it as 90s, 5m or 2h")
    return timedelta(seconds=int(match[1]) * _UNITS_S[match[2]])


def spoken(seconds: float) -> str:
    """The other way, for people: `1h59m`; seconds only below ten minutes, if there are any."""
    whole = int(seconds)
    if whole < 600:
        minutes, rest = divmod(whole, 60)
        return (f"{minutes}m{rest:02}s" if rest else f"{minutes}m") if minutes else f"{rest}s"
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}h{minutes:02}m" if hours else f"{minutes}m"
