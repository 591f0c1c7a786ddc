"""A shelf over SFTP. Calls run side by side on one connection, each under a deadline; see `sftp_line.py`."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import TypeVar

import asyncssh

from gateway.relay import sftp_files
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import BREAKS_LINE, Refused, ShelfError, TimedOut, Unreachable
from gateway.relay.logon import RefusedLogon
from gateway.relay.pace import deadline_s
from gateway.relay.parcel import Fingerprint
from gateway.relay.presence import hearing
from gateway.relay.sftp_errors import LOGON_CODES
from gateway.relay.sftp_line import Account, Line
from gateway.relay.shelf import Entry
from gateway.relay.threads import GRACE_S, in_thread

T = TypeVar("T")


class SftpShelf:
    """One folder of an SSH server. After a failure the next call gets a connection of its own.

    `account` is asked again at each connect, so that a changed key or password file is noticed; a refused one is not tried
    again for `refused_logon` unless it changed. `heard` is told how each operation ended.
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
        self._connecting = asyncio.Lock()
        self._line: Line | None = None

    async def probe(self) -> None:
        """See Shelf."""
        await self._do(sftp_files.probe)

    async def list(self, folder: PurePosixPath) -> tuple[Entry, ...]:
        """See Shelf."""
        return await self._do(lambda line: sftp_files.entries(line, folder))

    async def folders(self, folder: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """See Shelf."""
        return await self._do(lambda line: sftp_files.folders(line, folder))

    async def fetch(self, entry: Entry, into: Path) -> tuple[str, int]:
        """See Shelf."""
        return await self._do(lambda line: sftp_files.fetch(line, entry, into), carrying=entry.fingerprint.size)

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> "RemoteFile":
        """See Shelf."""
        size = await in_thread(lambda: _size_of(source))

        async def work(line: Line) -> "RemoteFile":
            return RemoteFile(self, line, await sftp_files.put(line, source, temporary, digest), temporary)

        return await self._do(work, carrying=2 * size)

    async def digest(self, path: PurePosixPath, *, flushed: bool = False) -> str | None:
        """See Shelf."""
        size = await self._do(lambda line: sftp_files.size(line, path))
        if size is None:
            return None
        return await self._do(lambda line: sftp_files.digest(line, path, flushed=flushed), carrying=size)

    async def exists(self, path: PurePosixPath) -> bool:
        """See Shelf."""
        return await self._do(lambda line: sftp_files.size(line, path)) is not None

    async def move(self, entry: Entry, to: PurePosixPath) -> None:
        """See Shelf."""
        await self._do(lambda line: sftp_files.move(line, entry, to))

    async def remove(self, path: PurePosixPath, expected: Fingerprint | None = None) -> None:
        """See Shelf."""
        await self._do(lambda line: sftp_files.remove(line, path, expected))

    async def close(self) -> None:
        """See Shelf."""
        line, self._line = self._line, None
        if line is not None:
            await line.hang_up(GRACE_S)

    async def on_line(self, line: Line, work: Callable[[Line], Awaitable[T]]) -> T:
        """Run `work` on the very line a handle belongs to; Unreachable if that line is gone."""
        return await self._do(work, on=line)

    async def _do(self, work: Callable[[Line], Awaitable[T]], *, carrying: int = 0, on: Line | None = None) -> T:
        line = on
        with hearing(self._heard):
            try:
                async with asyncio.timeout(deadline_s(self._deadline, carrying)):
                    if line is None:
                        line = await self._current()
                    elif not line.alive:
                        raise Unreachable("connection-lost")
                    return await work(line)
            except TimeoutError as error:
                self._drop(line)
                raise TimedOut("timed-out") from error
            except ShelfError as error:
                if isinstance(error, BREAKS_LINE) and not error.local:
                    self._drop(line)
                raise

    async def _current(self) -> Line:
        async with self._connecting:
            if self._line is None or not self._line.alive:
                self._line = None
                self._line = await self._connect()
            return self._line

    async def _connect(self) -> Line:
        account = self._account()
        self._logon.check(account)
        try:
            line = await Line.connect(account)
        except Refused as error:
            if error.code in LOGON_CODES:
                self._logon.refused(account, error.code)
            raise
        self._logon.accepted()
        return line

    def _drop(self, line: Line | None) -> None:
        """Throw a line away. Whoever else works on it hears Unreachable, and comes again on a new one."""
        if line is None:
            return
        line.cut()
        if self._line is line:
            self._line = None


def _size_of(path: Path) -> int:
    with disk_errors():
        return path.stat().st_size


class RemoteFile:
    """A verified temporary over SFTP: the handle it was written through, still open."""

    def __init__(self, shelf: SftpShelf, line: Line, handle: asyncssh.SFTPClientFile, temporary: PurePosixPath) -> None:
        self._shelf = shelf
        self._line = line
        self._handle = handle
        self._temporary = temporary

    async def publish(self, final: PurePosixPath) -> None:
        """See Verified."""
        await self._shelf.on_line(
            self._line, lambda line: sftp_files.publish(line, self._handle, self._temporary, final)
        )

    async def abandon(self) -> None:
        """See Verified."""
        with suppress(ShelfError):
            await self._shelf.on_line(self._line, lambda _: sftp_files.close(self._handle))
