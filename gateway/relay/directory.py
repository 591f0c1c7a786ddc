"""A shelf that is a folder of this machine: the people's folder, and the shelf tests compare the SMB one with."""

import asyncio
import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from gateway.relay import durable
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import Changed, Differed, TimedOut
from gateway.relay.parcel import Fingerprint
from gateway.relay.shelf import Entry
from gateway.relay.threads import given_up, unless_it_lied

T = TypeVar("T")
_NOT_EMPTY = {errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT}  # rmdir(2) may say either of the first two


def fingerprint_of(status: os.stat_result) -> Fingerprint:
    """Device, inode, size and both times: what a rewriting of a local file cannot leave alone."""
    return Fingerprint(
        status.st_size, f"{status.st_dev}:{status.st_ino}:{status.st_size}:{status.st_mtime_ns}:{status.st_ctime_ns}"
    )


class DirectoryShelf:
    """A folder. Other people may write in it: every step down is checked (`durable.folder`)."""

    def __init__(self, root: Path, deadline: timedelta) -> None:
        self._root = root
        self._deadline_s = deadline.total_seconds()
        self._left_behind: set[asyncio.Future[Any]] = set()

    async def probe(self) -> None:
        """See Shelf."""
        await self._do(os.fstat)

    async def list(self, folder: PurePosixPath) -> tuple[Entry, ...]:
        """See Shelf."""

        def work(root: int) -> tuple[Entry, ...]:
            try:
                with durable.folder(root, folder.parts) as here:
                    return tuple(_entries(here, folder))
            except FileNotFoundError:
                return ()

        return await self._do(work)

    async def folders(self, folder: PurePosixPath) -> tuple[PurePosixPath, ...]:
        """See Shelf."""

        def work(root: int) -> tuple[PurePosixPath, ...]:
            try:
                with durable.folder(root, folder.parts) as here, os.scandir(here) as found:
                    return tuple(sorted(folder / one.name for one in found if one.is_dir(follow_symlinks=False)))
            except FileNotFoundError:
                return ()

        return await self._do(work)

    async def fetch(self, entry: Entry, into: Path) -> tuple[str, int]:
        """See Shelf."""

        def work(root: int) -> tuple[str, int]:
            with _opened(root, entry.path) as source, durable.new_file(into) as write:
                sha256, size = hashlib.sha256(), 0
                for chunk in durable.chunks(source):
                    sha256.update(chunk)
                    size += len(chunk)
                    write(chunk)
                if fingerprint_of(os.fstat(source)) != entry.fingerprint:
                    raise Changed("changed-while-read")
                return sha256.hexdigest(), size

        return await self._do(work)

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> "VerifiedFile":
        """See Shelf."""

        def work(root: int) -> None:
            with (
                durable.folder(root, temporary.parent.parts, create=True) as here,
                _closing(durable.create(here, temporary.name)) as target,
                _closing(os.open(source, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)) as origin,
            ):
                for chunk in durable.chunks(origin):
                    durable.write_all(target, chunk)
                durable.sync(target)
                if durable.digest_of(target)[0] != digest:
                    raise Differed("read-back-differs")
                # The next step records that a file of this name is there.
                durable.sync_folder(here)

        await self._do(work)
        return VerifiedFile(self, temporary)

    async def digest(self, path: PurePosixPath, *, flushed: bool = False) -> str | None:
        """See Shelf."""

        def work(root: int) -> str | None:
            try:
                with _opened(root, path) as descriptor, durable.folder(root, path.parent.parts) as here:
                    if flushed:
                        durable.sync(descriptor)
                        durable.sync_folder(here)
                    return durable.digest_of(descriptor)[0]
            except FileNotFoundError:
                return None

        return await self._do(work)

    async def keep(self, folder: PurePosixPath) -> None:
        """Make the names in `folder` durable: a life that was killed may have given one and not waited for it."""

        def work(root: int) -> None:
            with durable.folder(root, folder.parts) as here:
                durable.sync_folder(here)

        await self._do(work)

    async def exists(self, path: PurePosixPath) -> bool:
        """See Shelf."""

        def work(root: int) -> bool:
            try:
                with durable.folder(root, path.parent.parts) as here:
                    os.stat(path.name, dir_fd=here, follow_symlinks=False)
            except FileNotFoundError:
                return False
            return True

        return await self._do(work)

    async def move(self, entry: Entry, to: PurePosixPath) -> None:
        """See Shelf."""

        def work(root: int) -> None:
            with (
                durable.folder(root, entry.path.parent.parts) as here,
                durable.folder(root, to.parent.parts, create=True) as there,
            ):
                _still(here, entry.path.name, entry.fingerprint)
                durable.publish(here, entry.path.name, there, to.name)

        await self._do(work)

    async def remove(self, path: PurePosixPath, expected: Fingerprint | None = None) -> None:
        """See Shelf."""

        def work(root: int) -> None:
            try:
                with durable.folder(root, path.parent.parts) as here:
                    if expected is not None:
                        _still(here, path.name, expected)
                    durable.remove(here, path.name)
            except FileNotFoundError:
                return

        await self._do(work)

    async def put_text(self, text: str, temporary: PurePosixPath, final: PurePosixPath) -> None:
        """Write a note, durably, under a name that must be free (Occupied)."""

        def work(root: int) -> None:
            with (
                durable.folder(root, temporary.parent.parts, create=True) as here,
                durable.folder(root, final.parent.parts, create=True) as there,
            ):
                _write(here, temporary.name, text)
                durable.publish(here, temporary.name, there, final.name)

        await self._do(work)

    async def replace_text(self, text: str, temporary: PurePosixPath, final: PurePosixPath) -> None:
        """Write a note, durably and whole, in the place of the one that has the name."""

        def work(root: int) -> None:
            with (
                durable.folder(root, temporary.parent.parts, create=True) as here,
                durable.folder(root, final.parent.parts, create=True) as there,
            ):
                _write(here, temporary.name, text)
                durable.move(here, temporary.name, there, final.name)

        await self._do(work)

    async def read(self, path: PurePosixPath, most: int) -> bytes | None:
        """The first `most` bytes of a small file, None if it is not there."""

        def work(root: int) -> bytes | None:
            try:
                with _opened(root, path) as descriptor:
                    return os.pread(descriptor, most, 0)
            except FileNotFoundError:
                return None

        return await self._do(work)

    async def remove_folder(self, path: PurePosixPath) -> None:
        """Remove a folder if nothing lies in it."""

        def work(root: int) -> None:
            try:
                with durable.folder(root, path.parent.parts) as here:
                    durable.remove_folder(here, path.name)
            except OSError as error:
                if error.errno not in _NOT_EMPTY:
                    raise

        await self._do(work)

    async def publish(self, temporary: PurePosixPath, final: PurePosixPath) -> None:
        """Give a verified temporary its final name (see Verified)."""

        def work(root: int) -> None:
            with (
                durable.folder(root, temporary.parent.parts) as here,
                durable.folder(root, final.parent.parts, create=True) as there,
            ):
                durable.publish(here, temporary.name, there, final.name)

        await self._do(work)

    async def close(self) -> None:
        """See Shelf."""

    async def _do(self, work: Callable[[int], T]) -> T:
        """Run `work(root descriptor)` in a thread. A disk that hangs keeps its thread; the caller goes on.

        What becomes of that thread is waited for by the next call, or at once by a caller that is cancelled.
        """

        def opened() -> T:
            with disk_errors(), _closing(durable.open_root(self._root)) as root:
                return work(root)

        thread = None
        try:
            async with asyncio.timeout(self._deadline_s):
                await self._settled()
                thread = asyncio.ensure_future(asyncio.to_thread(opened))
                return await asyncio.shield(thread)
        except TimeoutError as error:
            if thread is not None:
                self._left_behind.add(thread)
            raise TimedOut("disk-timed-out") from error
        except asyncio.CancelledError:
            if thread is not None:
                # Perhaps nobody calls again to hear it.
                self._left_behind.add(thread)
                await given_up(thread, self._deadline_s)
            raise

    async def _settled(self) -> None:
        """Wait for the threads of calls that timed out; DiskLied, now and ever after, if the disk lied to one of them.

        Nothing may be called durable while an earlier fsync can still fail: the kernel tells that once, to one caller.
        """
        if not self._left_behind:
            return
        ended, _ = await asyncio.wait(self._left_behind)
        for thread in ended:
            unless_it_lied(thread)
            self._left_behind.discard(thread)


class VerifiedFile:
    """A verified temporary of a DirectoryShelf."""

    def __init__(self, shelf: DirectoryShelf, temporary: PurePosixPath) -> None:
        self._shelf = shelf
        self._temporary = temporary

    async def publish(self, final: PurePosixPath) -> None:
        """See Verified."""
        await self._shelf.publish(self._temporary, final)

    async def abandon(self) -> None:
        """See Verified."""


def _write(here: int, name: str, text: str) -> None:
    durable.remove(here, name)
    with _closing(durable.create(here, name)) as target:
        durable.write_all(target, text.encode("utf-8", "replace"))
        durable.sync(target)


def _entries(here: int, folder: PurePosixPath) -> Iterator[Entry]:
    for name in durable.names(here):
        try:
            status = os.stat(name, dir_fd=here, follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISREG(status.st_mode):
            yield Entry(folder / name, fingerprint_of(status))


def _still(here: int, name: str, expected: Fingerprint) -> None:
    if fingerprint_of(os.stat(name, dir_fd=here, follow_symlinks=False)) != expected:
        raise Changed("changed-since-listed")


@contextmanager
def _closing(descriptor: int) -> Iterator[int]:
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def _opened(root: int, path: PurePosixPath) -> Iterator[int]:
    with durable.folder(root, path.parent.parts) as here, _closing(durable.open_existing(here, path.name)) as file:
        yield file
