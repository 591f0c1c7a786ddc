"""A shelf: a place files are taken from or put on. One interface; `directory.py`, `smb.py`, `sftp.py` are the real ones.

Every call has a deadline, none blocks the event loop, and each raises a ShelfError and nothing else (a local disk that
lies raises DiskLied). Paths are relative to the shelf and never climb.
"""

from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Protocol, runtime_checkable

from gateway.relay.parcel import Fingerprint


@dataclass(frozen=True, slots=True)
class Entry:
    """A regular file on a shelf. `fingerprint` changes with every writing the shelf can notice."""

    path: PurePosixPath
    fingerprint: Fingerprint


class Verified(Protocol):
    """Bytes on the shelf under a temporary name, flushed, read back and equal; still our open file."""

    async def publish(self, final: PurePosixPath) -> None:
        """Rename to `final`, never over another file (Occupied), flush and close. Folders are made as needed."""

    async def abandon(self) -> None:
        """Close without publishing; the temporary stays for `remove`."""


class Shelf(Protocol):
    async def probe(self) -> None:
        """Say whether the shelf answers, by an error if not."""

    async def list(self, folder: PurePosixPath) -> tuple[Entry, ...]:
        """The regular files directly in `folder`, by name; none if there is no such folder."""

    async def folders(self, folder: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """The folders directly in `folder`, by name; none if there is no such folder. A link is none."""

    async def fetch(self, entry: Entry, into: Path) -> tuple[str, int]:
        """Copy to the new local file `into`, durably. Returns SHA-256 and size. Raises Changed, InUse, Absent."""

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> Verified:
        """Write `source` exclusively under `temporary`, flush, read back. Raises Differed if SHA-256 is not `digest`."""

    async def digest(self, path: PurePosixPath, *, flushed: bool = False) -> str | None:
        """SHA-256 of a file, None if it is not there. `flushed`: its bytes and its name are durable first. Raises InUse."""

    async def exists(self, path: PurePosixPath) -> bool:
        """Whether there is a file of this name, open elsewhere or not."""

    async def move(self, entry: Entry, to: PurePosixPath) -> None:
        """Rename the file listed as `entry`, if it is still that one (Changed, Absent), never over another (Occupied)."""

    async def remove(self, path: PurePosixPath, expected: Fingerprint | None = None) -> None:
        """Erase a file, if it is still the expected one (Changed). A file that is gone is fine. Raises InUse."""

    async def close(self) -> None:
        """Let go of connections and descriptors."""


@runtime_checkable
class Telling(Protocol):
    """A shelf that can tell by itself when something happens on it."""

    async def changed(self, folder: PurePosixPath) -> None:
        """Return once something may have changed in `folder`; at once after it was set up anew. Raises ShelfError."""
