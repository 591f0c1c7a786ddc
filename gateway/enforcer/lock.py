"""One enforcer, or one direct apply, per state directory. The kernel lets go of the lock however its holder ends."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.enforcer.errors import Busy, StateError

_LOCK = "lock"
_HOLDER_MAX_BYTES = 200


@contextmanager
def alone(root: Path, who: str) -> Iterator[None]:
    """Hold the lock. Raises Busy, naming who holds it; `who` is what others will read."""
    path = root / _LOCK
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StateError(f"{path}: {os.strerror(error.errno or 0)}") from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = os.pread(descriptor, _HOLDER_MAX_BYTES, 0).decode(errors="replace").strip() or "somebody"
            raise Busy(f"{holder} is at it. wait for that to end") from error
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, who.encode()[:_HOLDER_MAX_BYTES], 0)
        yield
    finally:
        os.close(descriptor)
