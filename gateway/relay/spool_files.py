"""The spool's files as anybody may look at them beside the running relay: which there are, and whether they are whole."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path

from gateway.relay import durable

_PARCEL_ID = re.compile(r"[0-9a-f]{32}")


class FileState(StrEnum):
    """What lies in the spool for a parcel."""

    WHOLE = "whole"
    GONE = "gone"
    OTHER = "other"
    UNREADABLE = "unreadable"


def parcel_files(spool: Path) -> frozenset[str]:
    """The ids of the parcels whose bytes lie in the spool. What is half-made has another name. Raises OSError."""
    with folder(spool) as here:
        return frozenset(filter(_PARCEL_ID.fullmatch, durable.names(here)))


def digest_in(spool: Path, parcel_id: str) -> tuple[str, int]:
    """SHA-256 in hex and size of a parcel's file. Raises OSError."""
    with folder(spool) as here:
        descriptor = durable.open_existing(here, parcel_id)
        try:
            return durable.digest_of(descriptor)
        finally:
            os.close(descriptor)


def file_state(spool: Path, parcel_id: str, digest: str) -> FileState:
    """Whether the spool holds what was taken."""
    try:
        found, _ = digest_in(spool, parcel_id)
    except FileNotFoundError:
        return FileState.GONE
    except OSError:
        return FileState.UNREADABLE
    return FileState.WHOLE if found == digest else FileState.OTHER


@contextmanager
def folder(path: Path) -> Iterator[int]:
    """A descriptor of a folder, for the length of the block. Raises OSError."""
    descriptor = durable.open_root(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
