import asyncssh
import pytest

from gateway.relay.errors import Absent, Changed, Occupied, Refused, ShelfError, Unexpected, Unreachable
from gateway.relay.events import Trouble
from gateway.relay.sftp_errors import translated


@pytest.mark.parametrize(
    ("theirs", "ours", "code"),
    [
        (asyncssh.SFTPNoSuchFile("/secret/name"), Absent, "absent"),
        (asyncssh.SFTPFileAlreadyExists("x"), Occupied, "occupied"),
        (asyncssh.SFTPPermissionDenied("x"), Refused, "access-denied"),
        (asyncssh.SFTPOpUnsupported("x"), Refused, "no-fsync"),
        (asyncssh.SFTPBadMessage("x"), Unexpected, "name-refused"),
        (asyncssh.SFTPFailure("x"), Refused, "server-failed"),
        (asyncssh.SFTPConnectionLost("x"), Unreachable, "session-lost"),
        (asyncssh.SFTPInvalidHandle("x"), Unexpected, "status-9"),
        (asyncssh.HostKeyNotVerifiable("x"), Refused, "host-key-differs"),
        (asyncssh.PermissionDenied("x"), Refused, "logon-refused"),
        (asyncssh.KeyExchangeFailed("x"), Refused, "too-old"),
        (asyncssh.ConnectionLost("x"), Unreachable, "connection-lost"),
        (asyncssh.ChannelOpenError(1, "x"), Refused, "no-sftp"),
        (ConnectionRefusedError(), Unreachable, "no-answer"),
        (ValueError("x"), Unreachable, "unreadable-answer"),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else "",
)
def test_each_of_theirs_is_one_of_ours_and_tells_no_name(theirs: Exception, ours: type[ShelfError], code: str) -> None:
    with pytest.raises(ours) as caught, translated():
        raise theirs

    assert str(caught.value) == code


def test_a_full_disk_is_a_person_s_turn() -> None:
    with pytest.raises(ShelfError) as caught, translated():
        raise asyncssh.SFTPFailure("Failure")

    assert caught.value.trouble is Trouble.PERSON


def test_our_own_errors_pass() -> None:
    with pytest.raises(Changed), translated():
        raise Changed("changed-while-read")
