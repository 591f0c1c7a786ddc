"""A read lease (fcntl(2), F_SETLEASE): the kernel's word that nobody has the file open for writing.

The kernel grants one only to the file's owner, on a descriptor opened read-only, while no writer has the file open, and
tells us by SIGIO when somebody wants to write; the writer waits up to /proc/sys/fs/lease-break-time. We ignore the
signal (its default kills) and ask at the end whether the lease still stands.
"""

import errno
import fcntl
import signal
from collections.abc import Iterator
from contextlib import contextmanager


class Writing(Exception):
    """Somebody has the file open for writing."""


def ignore_breaks() -> None:
    """Once per process, from the main thread: a broken lease must not end it."""
    signal.signal(signal.SIGIO, signal.SIG_IGN)


@contextmanager
def read_lease(descriptor: int) -> Iterator[None]:
    """Hold a read lease while the block runs. Raises Writing at the start if it is not granted, at the end if it broke."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        if error.errno == errno.EAGAIN:
            raise Writing from error
        raise
    try:
        yield
        # While a break is pending, F_GETLEASE names what the lease will become.
        if fcntl.fcntl(descriptor, fcntl.F_GETLEASE) != fcntl.F_RDLCK:
            raise Writing
    finally:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
