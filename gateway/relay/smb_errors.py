"""What smbprotocol and its sockets raise, as the relay's own errors. The only place that knows the library's error types."""

import struct
from collections.abc import Iterator
from contextlib import contextmanager

from cryptography.exceptions import InvalidTag
from smbprotocol import exceptions as smb

from gateway.relay.errors import Absent, InUse, Occupied, Refused, ShelfError, Unexpected, Unreachable

# The receive thread keeps whatever stopped it and the library raises that in the caller: a decryption that fails, a
# message that does not unpack, an answer to no question.
LIBRARY_ERRORS = (smb.SMBException, OSError, ValueError, LookupError, struct.error, InvalidTag)

_STATUS: tuple[tuple[tuple[type[Exception], ...], type[ShelfError], str], ...] = (
    ((smb.ObjectNameNotFound, smb.ObjectPathNotFound, smb.NoSuchFile, smb.NotFound), Absent, "absent"),
    ((smb.ObjectNameCollision,), Occupied, "occupied"),
    ((smb.SharingViolation, smb.DeletePending), InUse, "in-use"),
    ((smb.LogonFailure, smb.WrongPassword, smb.PasswordExpired, smb.SMBAuthenticationError), Refused, "logon-refused"),
    ((smb.AccessDenied, smb.PrivilegeNotHeld), Refused, "access-denied"),
    ((smb.BadNetworkName,), Refused, "no-such-share"),
    ((smb.DiskFull,), Refused, "disk-full"),
    ((smb.SMBUnsupportedFeature,), Refused, "too-old"),
    ((smb.ObjectNameInvalid, smb.ObjectPathInvalid, smb.ObjectPathSyntaxBad), Unexpected, "name-refused"),
    (
        (
            smb.UserSessionDeleted,
            smb.FileClosed,
            smb.IOTimeout,
            smb.Cancelled,
            smb.InsufficientResources,
            smb.InsuffServerResources,
            smb.RequestNotAccepted,
            smb.ServerUnavailable,
            smb.NetworkNameDelegated,
        ),
        Unreachable,
        "session-lost",
    ),
)
# A password tried again and again may lock the account; these answers must not be asked for every minute.
LOGON_CODES = frozenset({"logon-refused", "account-disabled", "account-locked", "logon-type-refused"})
_ACCOUNT_STATUS = {0xC0000072: "account-disabled", 0xC0000234: "account-locked", 0xC000015B: "logon-type-refused"}


@contextmanager
def translated() -> Iterator[None]:
    """Turn the library's errors in the block into ShelfErrors; ShelfErrors and DiskLied pass."""
    try:
        yield
    except LIBRARY_ERRORS as error:
        raise _translate(error) from error


def _translate(error: Exception) -> ShelfError:
    for kinds, ours, code in _STATUS:
        if isinstance(error, kinds):
            return ours(code)
    if isinstance(error, smb.SMBResponseException):
        status = int(error.status)
        if status in _ACCOUNT_STATUS:
            return Refused(_ACCOUNT_STATUS[status])
        return Unexpected(f"status-{status:08x}")
    if isinstance(error, InvalidTag | struct.error | LookupError):
        return Unreachable("unreadable-answer")
    return Unreachable("no-answer")
