"""What asyncssh and its sockets raise, as the relay's own errors. The only place that knows the library's error types."""

from collections.abc import Iterator
from contextlib import contextmanager

import asyncssh

from gateway.relay.errors import Absent, Occupied, Refused, ShelfError, Unexpected, Unreachable

# Its packet reader raises ValueErrors, and closed streams EOFError, where the other side sends nonsense or goes away.
LIBRARY_ERRORS = (asyncssh.Error, OSError, EOFError, ValueError, LookupError)

_KINDS: tuple[tuple[tuple[type[Exception], ...], type[ShelfError], str], ...] = (
    ((asyncssh.SFTPNoSuchFile, asyncssh.SFTPNoSuchPath), Absent, "absent"),
    ((asyncssh.SFTPFileAlreadyExists,), Occupied, "occupied"),
    ((asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect), Refused, "access-denied"),
    ((asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded), Refused, "disk-full"),
    ((asyncssh.SFTPOpUnsupported,), Refused, "no-fsync"),
    # EINVAL and ENAMETOOLONG of OpenSSH's server (errno_to_portable).
    ((asyncssh.SFTPBadMessage, asyncssh.SFTPInvalidFilename), Unexpected, "name-refused"),
    ((asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.SFTPEOFError), Unreachable, "session-lost"),
    # All version 3 says of a full, broken or read-only disk (draft-ietf-secsh-filexfer-02 §7): a person looks there.
    ((asyncssh.SFTPFailure,), Refused, "server-failed"),
    ((asyncssh.HostKeyNotVerifiable,), Refused, "host-key-differs"),
    ((asyncssh.PermissionDenied,), Refused, "logon-refused"),
    ((asyncssh.KeyExchangeFailed, asyncssh.ProtocolNotSupported), Refused, "too-old"),
    ((asyncssh.ChannelOpenError,), Refused, "no-sftp"),
)
LOGON_CODES = frozenset({"logon-refused"})


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's errors in the block into ShelfErrors; ShelfErrors and DiskLied pass."""
    try:
        yield
    except LIBRARY_ERRORS as error:
        raise _translate(error) from error


def _translate(error: Exception) -> ShelfError:
    for kinds, ours, code in _KINDS:
        if isinstance(error, kinds):
            return ours(code)
    if isinstance(error, asyncssh.SFTPError):
        return Unexpected(f"status-{error.code}")
    if isinstance(error, asyncssh.Error):
        return Unreachable("connection-lost")
    if isinstance(error, ValueError | LookupError):
        return Unreachable("unreadable-answer")
    return Unreachable("no-answer")
