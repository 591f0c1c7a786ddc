"""The clocks: what time it is, whether that can be believed, how long the box has run, and word when somebody sets the time."""

import ctypes
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from gateway.journal.clock import ClockState, clock_state

_CLOCK_REALTIME = 0
_TFD_CLOEXEC, _TFD_NONBLOCK = 0o2000000, 0o4000
_TFD_TIMER_ABSTIME, _TFD_TIMER_CANCEL_ON_SET = 1, 2  # linux/timerfd.h
_NEVER_S = 2**40
"""Some 30,000 years from now: the timer is there to be cancelled, not to ring."""


class _Timespec(ctypes.Structure):
    _fields_ = (("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long))


class _Itimerspec(ctypes.Structure):
    _fields_ = (("interval", _Timespec), ("value", _Timespec))


@dataclass(frozen=True, slots=True)
class Clock:
    """The box's clocks. `trusted`: a person vouches for the wall clock where nothing disciplines it."""

    trusted: bool = False

    def now(self) -> datetime:
        """The wall clock."""
        return datetime.now(UTC)

    def up_s(self) -> float:
        """Seconds since the box started, sleep included; nobody can set it (CLOCK_BOOTTIME)."""
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def synchronised(self) -> bool:
        """Whether the kernel's clock is disciplined by somebody (chrony, timesyncd), or vouched for."""
        return self.trusted or clock_state() is ClockState.SYNCHRONISED


def clock_set_alarm() -> int:
    """A descriptor that becomes readable when the wall clock is set or the box wakes from sleep (timerfd_create(2)).

    Reading it then raises OSError (ECANCELED) and arms it again for the next time only through `arm`. Raises OSError.
    """
    library = ctypes.CDLL(None, use_errno=True)
    descriptor: int = library.timerfd_create(_CLOCK_REALTIME, _TFD_CLOEXEC | _TFD_NONBLOCK)
    if descriptor < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    arm(descriptor)
    return descriptor


def arm(descriptor: int) -> None:
    """Wait for the next time the clock is set. Raises OSError."""
    library = ctypes.CDLL(None, use_errno=True)
    never = _Itimerspec(value=_Timespec(_NEVER_S, 0))
    flags = _TFD_TIMER_ABSTIME | _TFD_TIMER_CANCEL_ON_SET
    # ECANCELED here says that the clock was set since: armed all the same.
    library.timerfd_settime(descriptor, flags, ctypes.byref(never), None)
