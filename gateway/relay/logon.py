"""A refused password or key is not tried again and again: a Windows PC may lock the account after ten tries."""

import time
from datetime import timedelta
from typing import Generic, TypeVar

from gateway.relay.errors import Refused

A = TypeVar("A")


class RefusedLogon(Generic[A]):
    """Remembers the account a terminal refused, for `wait` or until the account differs. `A` compares by its secrets too."""

    def __init__(self, wait: timedelta) -> None:
        self._wait_s = wait.total_seconds()
        self._refused: tuple[A, float, str] | None = None

    def check(self, account: A) -> None:
        """Raise Refused, with the terminal's own word, if this very account was refused a short while ago."""
        if self._refused is not None:
            refused, until, code = self._refused
            if account == refused and time.monotonic() < until:
                raise Refused(code)

    def refused(self, account: A, code: str) -> None:
        """The terminal said no to `account`."""
        self._refused = (account, time.monotonic() + self._wait_s, code)

    def accepted(self) -> None:
        """The terminal let us in."""
        self._refused = None
