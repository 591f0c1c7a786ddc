"""A shelf on a Windows share. Each call runs on a thread, under a deadline that cuts the connection; see `smb_line.py`."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from gateway.relay import smb_files
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import BREAKS_LINE, Refused, ShelfError, Unreachable
from gateway.relay.logon import RefusedLogon
from gateway.relay.pace import deadline_s
from gateway.relay.parcel import Fingerprint
from gateway.relay.presence import hearing
from gateway.relay.shelf import Entry
from gateway.relay.smb_errors import LOGON_CODES
from gateway.relay.smb_hints import FolderWatch
from gateway.relay.smb_lane import Lane
from gateway.relay.smb_line import Account, Line

T = TypeVar("T")

SMALL_MOST_BYTES = 8 << 20  # there and back; a clinic's claim file has some 4 MB, a hospital's 200


class SmbShelf:
    """One share. Operations run one after another on one connection, and those that carry much on a second one beside it.

    Never a third: the library's work is Python's, and more lines carry no more (measured: four threads hardly help).
    `account` is asked again at each connect, so that a changed password file is noticed. A refused password is not tried
    again for `refused_logon` unless it changed, because a Windows PC may lock the account. `heard` is told how each
    operation ended.
    """

    def __init__(
        self,
        account: Callable[[], Account],
        *,
        deadline: timedelta,
        refused_logon: timedelta,
        heard: Callable[[ShelfError | None], None] = lambda _: None,
    ) -> None:
        self._account = account
        self._heard = heard
        self._deadline = deadline
        self._logon = RefusedLogon[Account](refused_logon)
        self._small = Lane(self._connect)
        self._large = Lane(self._connect)
        self._watch = FolderWatch(self._connect, deadline.total_seconds())

    async def probe(self) -> None:
        """See Shelf."""
        await self._do(lambda line: smb_files.entries(line, PurePosixPath()))

    async def list(self, folder: PurePosixPath) -> tuple[Entry, ...]:
        """See Shelf."""
        return await self._do(lambda line: smb_files.entries(line, folder))

    async def folders(self, folder: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """See Shelf."""
        return await self._do(lambda line: smb_files.folders(line, folder))

    async def fetch(self, entry: Entry, into: Path) -> tuple[str, int]:
        """See Shelf."""
        return await self._do(lambda line: smb_files.fetch(line, entry, into), carrying=entry.fingerprint.size)

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> "RemoteFile":
        """See Shelf."""
        size = await asyncio.to_thread(_size_of, source)

        def work(line: Line) -> "RemoteFile":
            return RemoteFile(self, line, smb_files.put(line, source, temporary, digest))

        return await self._do(work, carrying=2 * size)

    async def digest(self, path: PurePosixPath, *, flushed: bool = False) -> str | None:
        """See Shelf."""
        size = await self._do(lambda line: smb_files.size(line, path))
        if size is None:
            return None
        return await self._do(lambda line: smb_files.digest(line, path, flushed=flushed), carrying=size)

    async def exists(self, path: PurePosixPath) -> bool:
        """See Shelf."""
        return await self._do(lambda line: smb_files.size(line, path)) is not None

    async def move(self, entry: Entry, to: PurePosixPath) -> None:
        """See Shelf."""
        await self._do(lambda line: smb_files.move(line, entry, to))

    async def remove(self, path: PurePosixPath, expected: Fingerprint | None = None) -> None:
        """See Shelf."""
        await self._do(lambda line: smb_files.remove(line, path, expected))

    async def changed(self, folder: PurePosixPath) -> None:
        """See Telling."""
        await self._watch.changed(folder)

    async def close(self) -> None:
        """See Shelf."""
        self._watch.close()
        await self._small.close()
        await self._large.close()

    async def on_line(self, line: Line, work: Callable[[Line], T]) -> T:
        """Run `work` on the very line a handle belongs to; Unreachable if that line is gone."""

        def same(current: Line) -> T:
            if current is not line:
                raise Unreachable("connection-lost")
            return work(current)

        for lane in (self._small, self._large):
            if lane.carries(line):
                return await self._do(same, lane=lane)
        raise Unreachable("connection-lost")

    async def _do(self, work: Callable[[Line], T], *, carrying: int = 0, lane: Lane | None = None) -> T:
        lane = lane or (self._large if carrying > SMALL_MOST_BYTES else self._small)
        with hearing(self._heard):
            try:
                return await lane.run(work, deadline_s(self._deadline, carrying))
            except ShelfError as error:
                if isinstance(error, BREAKS_LINE) and not error.local:
                    self._watch.cut()  # it may be waiting for a terminal that is gone
                raise

    def _connect(self, keep: Callable[[Line], None]) -> None:
        account = self._account()
        self._logon.check(account)
        line = Line(account)
        # Kept before it is connected: the deadline must be able to cut a logon that hangs.
        keep(line)
        try:
            line.connect()
        except Refused as error:
            if error.code in LOGON_CODES:
                self._logon.refused(account, error.code)
            raise
        self._logon.accepted()


def _size_of(path: Path) -> int:
    with disk_errors():
        return path.stat().st_size


class RemoteFile:
    """A verified temporary on a share: the handle it was written through, still open and shared with nobody."""

    def __init__(self, shelf: SmbShelf, line: Line, handle: Any) -> None:
        self._shelf = shelf
        self._line = line
        self._handle = handle

    async def publish(self, final: PurePosixPath) -> None:
        """See Verified."""
        await self._shelf.on_line(self._line, lambda line: smb_files.publish(line, self._handle, final))

    async def abandon(self) -> None:
        """See Verified."""
        with suppress(ShelfError):
            await self._shelf.on_line(self._line, lambda _: self._handle.close())
