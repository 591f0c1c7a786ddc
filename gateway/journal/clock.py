"""Whether the wall clock may be believed: what the kernel says of it (adjtimex(2)). Whoever may not ask learns `unknown`."""

import ctypes
from enum import StrEnum

_STA_UNSYNC = 0x40  # linux/timex.h
_TIME_ERROR = 5


class ClockState(StrEnum):
    """Every message in the journal carries one: a time nobody vouches for is not evidence (C20)."""

    SYNCHRONISED = "synchronised"
    FREE_RUNNING = "free-running"
    UNKNOWN = "unknown"


class _Timex(ctypes.Structure):
    """struct timex (adjtimex(2)), as far as it is asked: modes 0 reads, `status` is its sixth member."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("frequency", ctypes.c_long),
        ("max_error", ctypes.c_long),
        ("estimated_error", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


_library = ctypes.CDLL(None, use_errno=True)


def clock_state() -> ClockState:
    """Whether somebody (chrony, timesyncd) disciplines the kernel's clock at this moment."""
    asked = _Timex()
    answer: int = _library.adjtimex(ctypes.byref(asked))
    if answer == -1:
        return ClockState.UNKNOWN
    free = answer == _TIME_ERROR or asked.status & _STA_UNSYNC
    return ClockState.FREE_RUNNING if free else ClockState.SYNCHRONISED
