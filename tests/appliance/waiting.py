"""Waiting for what is to happen on a box, with a deadline."""

import time
from collections.abc import Callable

TIMEOUT_S = 30
_LOOK_EVERY_S = 0.1


def until(happened: Callable[[], object], timeout_s: float = TIMEOUT_S) -> None:
    """Return as soon as `happened()` is true. Raises TimeoutError."""
    deadline = time.monotonic() + timeout_s
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {timeout_s} s")
        time.sleep(_LOOK_EVERY_S)
