import errno

import pytest

from gateway.relay.disk_errors import disk_errors
from gateway.relay.durable import DiskLied
from gateway.relay.errors import Absent, Occupied, Refused, ShelfError, Unexpected


@pytest.mark.parametrize(
    ("number", "kind", "code"),
    [
        (errno.ENOENT, Absent, "disk-enoent"),
        (errno.EEXIST, Occupied, "disk-eexist"),
        (errno.ENOSPC, Refused, "disk-enospc"),
        (errno.EROFS, Refused, "disk-erofs"),
        (errno.ELOOP, Refused, "disk-eloop"),
        (errno.EIO, Unexpected, "disk-eio"),
    ],
)
def test_an_errno_has_its_word_and_the_path_stays_out(number: int, kind: type[ShelfError], code: str) -> None:
    with pytest.raises(ShelfError) as caught, disk_errors():
        raise OSError(number, "text", "/secret/山田.UKE")

    assert type(caught.value) is kind
    assert str(caught.value) == code


def test_a_disk_that_lied_is_no_shelf_error() -> None:
    with pytest.raises(DiskLied), disk_errors():
        raise DiskLied("fsync failed: EIO")
