"""One process at a time writes below the relay's folder: the daemon, or a command while the daemon is stopped."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.relay.durable import own_file
from gateway.relay.errors import RelayRefused


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Hold `lock` while the block runs. The kernel lets go of it however we end. Raises RelayRefused."""
    try:
        descriptor = own_file(lock)
    except OSError as error:
        raise RelayRefused(
            f"{lock}: {os.strerror(error.errno or 0)}. it must be a file that the relay's user may write"
        ) from error
    try:
        _give_to_owner(descriptor, lock.parent)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RelayRefused(
                f"another relay works in {lock.parent}. stop it first, or choose another --state-dir"
            ) from error
        yield
    finally:
        os.close(descriptor)


def _give_to_owner(descriptor: int, folder: Path) -> None:
    """What root makes here must not keep the relay's own user out."""
    if os.geteuid() == 0:
        owner = folder.stat()
        os.fchown(descriptor, owner.st_uid, owner.st_gid)
