"""`status` above the login of tty1 and the serial console: what agetty prints of /etc/issue.d (agetty(8)). Pure."""

import textwrap
from collections.abc import Iterable, Iterator
from datetime import datetime

COLUMNS = 80
ROWS_MOST = 20
"""Of the 25 of a text console: the login prompt must stay on it."""
_SPELT = {"社保": "Shaho", "国保": "Kokuho"}
"""The payers' folders, without which a reminder says nothing; any other Japanese is a name, and becomes question marks."""


def issue(screen: Iterable[str], at: datetime) -> str:
    """The screen as plain ASCII, for whoever stands before the box: the console's font has no Japanese.

    A backslash would be read as one of agetty's escapes; escape sequences are no text.
    """
    rows = [row for line in screen for row in _rows(line)]
    more = [f"  ... {len(rows) - ROWS_MOST + 1} more lines: claim-gateway status"] if len(rows) > ROWS_MOST else []
    shown = rows[: ROWS_MOST - 1] if more else rows
    return "".join(f"{row}\n" for row in (f"claim-gateway, looked at {at:%Y-%m-%d %H:%M:%S %Z}", *shown, *more, ""))


def _rows(line: str) -> Iterator[str]:
    for japanese, spelt in _SPELT.items():
        line = line.replace(japanese, spelt)
    plain = "".join(char if char.isascii() and char.isprintable() else "?" for char in line)
    for row in textwrap.wrap(plain, COLUMNS, subsequent_indent="      ", drop_whitespace=False):
        yield row.rstrip().replace("\\", "\\\\")
