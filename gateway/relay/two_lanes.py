"""The terminal's shelf on two connections: a large file on its own way does not hold up the small ones.

One connection does one thing at a time. What carries a large file, and only that, takes the second one.
"""

import asyncio
from pathlib import Path, PurePosixPath

from gateway.relay.disk_errors import disk_errors
from gateway.relay.lanes import SMALL_MOST_BYTES
from gateway.relay.parcel import Fingerprint
from gateway.relay.shelf import Entry, Shelf, Telling, Verified
from gateway.relay.threads import in_thread


class TwoLanes:
    """A Shelf made of two that reach the same place."""

    def __init__(self, small: Shelf, large: Shelf) -> None:
        self._small = small
        self._large = large

    async def probe(self) -> None:
        """See Shelf."""
        await self._small.probe()

    async def list(self, folder: PurePosixPath) -> tuple[Entry, ...]:
        """See Shelf."""
        return await self._small.list(folder)

    async def folders(self, folder: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """See Shelf."""
        return await self._small.folders(folder)

    async def fetch(self, entry: Entry, into: Path) -> tuple[str, int]:
        """See Shelf."""
        return await self._for(entry.fingerprint.size).fetch(entry, into)

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> Verified:
        """See Shelf."""
        size = await in_thread(lambda: _size_of(source))
        return await self._for(size).put_verified(source, temporary, digest)

    async def digest(self, path: PurePosixPath, *, flushed: bool = False) -> str | None:
        """See Shelf."""
        return await self._small.digest(path, flushed=flushed)

    async def exists(self, path: PurePosixPath) -> bool:
        """See Shelf."""
        return await self._small.exists(path)

    async def move(self, entry: Entry, to: PurePosixPath) -> None:
        """See Shelf."""
        await self._small.move(entry, to)

    async def remove(self, path: PurePosixPath, expected: Fingerprint | None = None) -> None:
        """See Shelf."""
        await self._small.remove(path, expected)

    async def changed(self, folder: PurePosixPath) -> None:
        """See Telling. Never returns where the shelf cannot tell."""
        if isinstance(self._small, Telling):
            await self._small.changed(folder)
        else:
            await asyncio.Event().wait()

    async def close(self) -> None:
        """See Shelf."""
        await self._small.close()
        await self._large.close()

    def _for(self, size: int) -> Shelf:
        return self._large if size > SMALL_MOST_BYTES else self._small


def _size_of(path: Path) -> int:
    with disk_errors():
        return path.stat().st_size
