"""What the local disk says, as the relay's own errors; the code names the errno, never the path."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from gateway.relay.errors import Absent, Occupied, Refused, ShelfError, Unexpected

_KINDS: dict[int, type[ShelfError]] = {errno.ENOENT: Absent, errno.EEXIST: Occupied} | dict.fromkeys(
    (
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EACCES,
        errno.EPERM,
        errno.ELOOP,
        errno.ENOTDIR,
        errno.EISDIR,
        errno.EINVAL,
        errno.ENAMETOOLONG,
        errno.EMFILE,
    ),
    Refused,
)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turn OSErrors of the block into ShelfErrors."""
    try:
        yield
    except OSError as error:
        number = error.errno or 0
        code = f"disk-{errno.errorcode.get(number, 'unknown').lower()}"
        raise _KINDS.get(number, Unexpected)(code, local=True) from error
