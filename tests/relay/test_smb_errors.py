import struct

import pytest
from cryptography.exceptions import InvalidTag
from smbprotocol import exceptions as smb
from smbprotocol.header import NtStatus, SMB2HeaderResponse

from gateway.relay.errors import Absent, InUse, Occupied, Refused, ShelfError, Unexpected, Unreachable
from gateway.relay.smb_errors import translated


def answer(status: int) -> smb.SMBResponseException:
    header = SMB2HeaderResponse()
    header["status"] = status
    error: smb.SMBResponseException = smb.SMBResponseException(header)
    return error


def raised(error: Exception) -> ShelfError:
    with pytest.raises(ShelfError) as caught, translated():
        raise error
    return caught.value


@pytest.mark.parametrize(
    ("status", "kind", "code"),
    [
        (NtStatus.STATUS_OBJECT_NAME_NOT_FOUND, Absent, "absent"),
        (NtStatus.STATUS_OBJECT_PATH_NOT_FOUND, Absent, "absent"),
        (NtStatus.STATUS_OBJECT_NAME_COLLISION, Occupied, "occupied"),
        (NtStatus.STATUS_SHARING_VIOLATION, InUse, "in-use"),
        (NtStatus.STATUS_LOGON_FAILURE, Refused, "logon-refused"),
        (NtStatus.STATUS_ACCESS_DENIED, Refused, "access-denied"),
        (NtStatus.STATUS_BAD_NETWORK_NAME, Refused, "no-such-share"),
        (NtStatus.STATUS_DISK_FULL, Refused, "disk-full"),
        (0xC0000234, Refused, "account-locked"),
        (NtStatus.STATUS_USER_SESSION_DELETED, Unreachable, "session-lost"),
        (NtStatus.STATUS_OBJECT_NAME_INVALID, Unexpected, "name-refused"),
        (0xC0009999, Unexpected, "status-c0009999"),
    ],
)
def test_a_status_has_its_word(status: int, kind: type[ShelfError], code: str) -> None:
    error = raised(answer(status))

    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize(
    "error",
    [
        ValueError("Failed to connect to '192.168.20.10:445': timed out"),
        smb.SMBConnectionClosed("closed"),
        smb.SMBException("timeout"),
        ConnectionResetError(),
        InvalidTag(),
        struct.error("unpack"),
        KeyError(7),
    ],
)
def test_a_broken_line_is_time_s_business_and_quotes_nobody(error: Exception) -> None:
    translation = raised(error)

    assert isinstance(translation, Unreachable)
    assert translation.code in {"no-answer", "unreadable-answer"}


def test_our_own_errors_pass_and_so_do_bugs() -> None:
    assert isinstance(raised(Occupied("occupied")), Occupied)
    with pytest.raises(ZeroDivisionError), translated():
        raise ZeroDivisionError
