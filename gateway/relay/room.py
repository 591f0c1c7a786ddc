"""Room on our own disk: how big a file may be, and how much stays free for the ledger and for what people put in 請求."""

import os
from pathlib import Path

from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import Refused

# A hospital's claim file has some 200 MB and must pass; nothing the payers send comes near this.
FILE_MOST_BYTES = 1 << 30
RESERVE_BYTES = 256 << 20
RESERVE_PARTS = 20  # on a small disk a twentieth of it is the reserve instead
COPIES = 2  # a return lies in the spool and in 返戻


def has_room(place: Path, size: int) -> bool:
    """Whether `size` more bytes leave the reserve of the disk below `place` alone. Raises ShelfError."""
    with disk_errors():
        disk = os.statvfs(place)
    reserve = min(RESERVE_BYTES, disk.f_blocks * disk.f_frsize // RESERVE_PARTS)
    return disk.f_bavail * disk.f_frsize - size >= reserve


def has_names(place: Path) -> bool:
    """Whether a twentieth of the files the disk below `place` can hold is still free: empty files fill it too.

    btrfs counts none (statvfs(3), f_files of 0). Raises ShelfError.
    """
    with disk_errors():
        disk = os.statvfs(place)
    return disk.f_favail >= disk.f_files // RESERVE_PARTS


def require_room(place: Path, size: int) -> None:
    """Refused if `has_room` says no."""
    if not has_room(place, size):
        raise Refused("disk-reserve", local=True)
