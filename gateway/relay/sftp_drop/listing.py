"""A folder's entry as `ls -l` writes it: some clients of SFTP 3 read dates and sizes from that line."""

import os
import stat
from datetime import UTC, datetime

from gateway.relay.sftp_drop.packets import Attributes

_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def line(name: str, about: Attributes) -> bytes:
    """The line, in UTC and with the year, so that it does not depend on when it is read."""
    day = datetime.fromtimestamp(about.moment, UTC)
    date = f"{_MONTHS[day.month - 1]} {day.day:>2}  {day.year}"
    return os.fsencode(f"{stat.filemode(about.mode)}    1 gateway  gateway  {about.size:>12} {date} {name}")
