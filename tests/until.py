"""Waiting for what is to happen, instead of sleeping and hoping."""

import time
from collections.abc import Callable

WITHIN_S = 20.0
_LOOK_EVERY_S = 0.02


def until(happened: Callable[[], bool], within_s: float = WITHIN_S, tell: Callable[[], str] = str) -> None:
    """Return as soon as it has. Raises TimeoutError, with what `tell` says, when it has not in time."""
    deadline = time.monotonic() + within_s
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within_s:g} s. {tell()}")
        time.sleep(_LOOK_EVERY_S)
