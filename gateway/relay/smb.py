"""A shelf on a Windows share. Each call runs on a thread, under a deadline that cuts the connection; see `smb_line.py`."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from gateway.relay import smb_files
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import Refused, ShelfError, TimedOut, Unexpected, Unreachable
from gateway.relay.parcel import Fingerprint
from gateway.relay.room import FILE_MOST_BYTES
from gateway.relay.shelf import Entry
from gateway.relay.smb_errors import LOGON_CODES, translated
from gateway.relay.smb_line import Account, Line

T = TypeVar("T")

SLOWEST_BYTES_PER_S = 1 << 20  # a deadline grows by a second for each MiB: a bad Wi-Fi link still carries that
CARRIED_MOST_BYTES = 2 * FILE_MOST_BYTES  # there and back
CUT_GRACE_S = 5.0  # a caller was freed within 11 ms of a cut when measured
_BREAKS_LINE = (Unreachable, TimedOut, Refused, Unexpected)


class SmbShelf:
    """One share. Operations run one after another on one connection; after a failure the next gets a new one.

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
        self._deadline_s = deadline.total_seconds()
        self._refused_logon_s = refused_logon.total_seconds()
        self._lock = asyncio.Lock()
        self._line: Line | None = None
        self._refused: tuple[Account, float, str] | None = None

    async def probe(self) -> None:
        """See Shelf."""
        await self._do(lambda line: smb_files.entries(line, PurePosixPath()))

    async def list(self, folder: PurePosixPath) -> tuple[Entry, ...]:
        """See Shelf."""
        return await self._do(lambda line: smb_files.entries(line, folder))

    async def fetch(self, entry: Entry, into: Path) -> tuple[str, int]:
        """See Shelf."""
        return await self._do(lambda line: smb_files.fetch(line, entry, into), carrying=entry.fingerprint.size)

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> "RemoteFile":
        """See Shelf."""
        size = await asyncio.to_thread(_size_of, source)

        def work(line: Line) -> "RemoteFile":
            return RemoteFile(self, line, smb_files.put(line, source, temporary, digest))

        return await self._do(work, carrying=2 * size)

    async def digest(self, path: PurePosixPath) -> str | None:
        """See Shelf."""
        return await self._do(lambda line: smb_files.digest(line, path))

    async def exists(self, path: PurePosixPath) -> bool:
        """See Shelf."""
        return await self._do(lambda line: smb_files.exists(line, path))

    async def move(self, entry: Entry, to: PurePosixPath) -> None:
        """See Shelf."""
        await self._do(lambda line: smb_files.move(line, entry, to))

    async def remove(self, path: PurePosixPath, expected: Fingerprint | None = None) -> None:
        """See Shelf."""
        await self._do(lambda line: smb_files.remove(line, path, expected))

    async def close(self) -> None:
        """See Shelf."""
        async with self._lock:
            await self._let_go(politely=True)

    async def on_line(self, line: Line, work: Callable[[Line], T]) -> T:
        """Run `work` on the very line a handle belongs to; Unreachable if that line is gone."""

        def same(current: Line) -> T:
            if current is not line:
                raise Unreachable("connection-lost")
            return work(current)

        if self._line is not line:
            raise Unreachable("connection-lost")
        return await self._do(same)

    async def _do(self, work: Callable[[Line], T], *, carrying: int = 0) -> T:
        # A size is the server's word: it must not make a deadline of years.
        slowest_s = min(carrying, CARRIED_MOST_BYTES) / SLOWEST_BYTES_PER_S
        async with self._lock:
            try:
                result = await self._within(self._deadline_s + slowest_s, work)
            except ShelfError as error:
                if error.local:
                    self._heard(None)  # the terminal did answer; our own disk did not take it
                    raise
                if isinstance(error, _BREAKS_LINE):
                    await self._let_go(politely=False)
                self._heard(error)
                raise
            self._heard(None)
            return result

    async def _within(self, deadline_s: float, work: Callable[[Line], T]) -> T:
        task = asyncio.ensure_future(asyncio.to_thread(self._call, work))
        try:
            async with asyncio.timeout(deadline_s):  # wait_for of Python 3.11 may lose a cancellation
                return await asyncio.shield(task)
        except (TimeoutError, asyncio.CancelledError) as error:
            if self._line is not None:
                self._line.cut()
            await asyncio.wait([task], timeout=CUT_GRACE_S)
            if task.done() and not task.cancelled():
                task.exception()  # looked at, so that asyncio does not report it as forgotten
            await self._let_go(politely=False)
            if isinstance(error, TimeoutError):
                raise TimedOut("timed-out") from error
            raise

    def _call(self, work: Callable[[Line], T]) -> T:
        """In the thread: connect if needed, then work."""
        with translated():
            if self._line is None or not self._line.alive:
                self._connect()
            if self._line is None:
                raise Unreachable("connection-lost")
            return work(self._line)

    def _connect(self) -> None:
        account = self._account()
        if self._refused is not None:
            refused, until, code = self._refused
            if account == refused and time.monotonic() < until:
                raise Refused(code)
        # Kept before it is connected: the deadline must be able to cut a logon that hangs.
        self._line = Line(account)
        try:
            self._line.connect()
        except Refused as error:
            if error.code in LOGON_CODES:
                self._refused = (account, time.monotonic() + self._refused_logon_s, error.code)
            raise
        self._refused = None

    async def _let_go(self, *, politely: bool) -> None:
        line, self._line = self._line, None
        if line is None:
            return
        closing = asyncio.ensure_future(asyncio.to_thread(line.hang_up, politely=politely and line.alive))
        with suppress(TimeoutError, ShelfError):
            try:
                async with asyncio.timeout(CUT_GRACE_S):
                    await asyncio.shield(closing)
            finally:
                line.cut()


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
