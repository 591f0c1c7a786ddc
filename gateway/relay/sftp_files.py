"""What is done with files over SFTP version 3 (draft-ietf-secsh-filexfer-02). Paths relative to the account's folder.

The protocol has neither inode nor change time nor share modes: a fingerprint is name, size and whole seconds. What it has
is a rename that must fail where the name is taken (§6.5), and with OpenSSH an fsync.
"""

import hashlib
import os
import stat
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeVar, cast

import asyncssh

from gateway.relay import durable
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import Absent, Changed, Differed, Occupied, ShelfError
from gateway.relay.parcel import Fingerprint
from gateway.relay.sftp_errors import translated
from gateway.relay.sftp_line import Line
from gateway.relay.shelf import Entry
from gateway.relay.threads import in_thread

T = TypeVar("T")

CHUNK_BYTES = 1 << 20
_OURS = asyncssh.SFTPAttrs(permissions=durable.FILE_MODE)
_NEW = asyncssh.FXF_READ | asyncssh.FXF_WRITE | asyncssh.FXF_CREAT | asyncssh.FXF_EXCL
_SEPARATORS = {"/", "\\"}


async def probe(line: Line) -> None:
    """Ask for the folder's attributes."""
    with translated():
        await line.files.stat(line.folder)


async def entries(line: Line, folder: PurePosixPath) -> tuple[Entry, ...]:
    """The regular files in `folder`; none if it is not there. Names that are no UTF-8 have lone surrogates (PEP 383)."""
    listed = await _all(line, folder)
    found = [
        Entry(folder / name, _fingerprint(name, attributes)) for name, attributes in listed if _is_file(attributes)
    ]
    return tuple(sorted(found, key=lambda entry: str(entry.path)))


async def folders(line: Line, folder: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """The folders in `folder`; none if it is not there."""
    listed = await _all(line, folder)
    return tuple(sorted(folder / name for name, attributes in listed if _is_folder(name, attributes)))


async def _all(line: Line, folder: PurePosixPath) -> tuple[tuple[str, asyncssh.SFTPAttrs], ...]:
    """Name and attributes of everything in `folder`."""
    try:
        with translated():
            listed = await line.files.readdir(_path(line, folder))
    except Absent:
        return ()
    named = ((os.fsdecode(item.filename), item.attrs) for item in listed)
    # A name with a slash in it would be a path to us; no honest server sends one.
    return tuple((name, attributes) for name, attributes in named if not _SEPARATORS & set(name))


async def fetch(line: Line, entry: Entry, into: Path) -> tuple[str, int]:
    """Copy a listed file to the new local file `into`, durably; Changed if it is not, or no longer, the listed one."""
    async with _opened(line, entry.path) as handle:
        await _require_still(handle, entry)
        sha256, size = hashlib.sha256(), 0
        with ExitStack() as local:
            write = await _on_disk(lambda: local.enter_context(durable.new_file(into)))
            async for chunk in _content(handle):
                sha256.update(chunk)
                size += len(chunk)
                if size > entry.fingerprint.size:
                    raise Changed("changed-while-read")
                await _on_disk(partial(write, chunk))
            await _require_still(handle, entry)
            await _on_disk(local.close)
        return sha256.hexdigest(), size


async def put(line: Line, source: Path, temporary: PurePosixPath, digest: str) -> asyncssh.SFTPClientFile:
    """Write exclusively, fsync, read back and compare through one handle, which is returned open. Raises Differed."""
    await _make_folders(line, temporary.parent)
    handle = await _open(line, temporary, _NEW)
    try:
        await _write(handle, source)
        if await _digest(handle) != digest:
            raise Differed("read-back-differs")
    except ShelfError:
        await _close_after_error(line, handle)
        raise
    return handle


async def _write(handle: asyncssh.SFTPClientFile, source: Path) -> None:
    with ExitStack() as local:
        origin = await _on_disk(lambda: local.enter_context(source.open("rb")))
        offset = 0
        while chunk := await _on_disk(partial(origin.read, CHUNK_BYTES)):
            with translated():
                await handle.write(chunk, offset)
            offset += len(chunk)
    with translated():
        await handle.fsync()


async def publish(line: Line, handle: asyncssh.SFTPClientFile, temporary: PurePosixPath, final: PurePosixPath) -> None:
    """Rename the open file, never over another (Occupied), make file and folders durable, close."""
    await _make_folders(line, final.parent)
    await _rename(line, temporary, final)
    with translated():
        await handle.fsync()
    await close(handle)
    for folder in (final.parent, temporary.parent):
        await _sync_folder(line, folder)


async def close(handle: asyncssh.SFTPClientFile) -> None:
    """Let go of an open file."""
    with translated():
        await handle.close()


async def digest(line: Line, path: PurePosixPath, *, flushed: bool) -> str | None:
    """SHA-256 of a file, None if it is not there; with its bytes and its name made durable first if `flushed`."""
    flags = asyncssh.FXF_READ | (asyncssh.FXF_WRITE if flushed else 0)  # Windows flushes through a writing handle only
    try:
        async with _opened(line, path, flags) as handle:
            if flushed:
                with translated():
                    await handle.fsync()
                await _sync_folder(line, path.parent)
            return await _digest(handle)
    except Absent:
        return None


async def size(line: Line, path: PurePosixPath) -> int | None:
    """The size of what has this name, links not followed; None if nothing has."""
    try:
        with translated():
            return (await line.files.lstat(_path(line, path))).size or 0
    except Absent:
        return None


async def move(line: Line, entry: Entry, to: PurePosixPath) -> None:
    """Rename a listed file, if it is still that one."""
    await _require_listed(line, entry)
    await _make_folders(line, to.parent)
    await _rename(line, entry.path, to)


async def remove(line: Line, path: PurePosixPath, expected: Fingerprint | None) -> None:
    """Erase a file; one that is gone is fine. Raises Changed."""
    try:
        if expected is not None:
            await _require_listed(line, Entry(path, expected))
        with translated():
            await line.files.remove(_path(line, path))
    except Absent:
        return


async def _rename(line: Line, source: PurePosixPath, to: PurePosixPath) -> None:
    """SSH_FXP_RENAME, never the posix-rename extension: that one replaces."""
    try:
        with translated():
            await line.files.rename(_path(line, source), _path(line, to))
    except ShelfError as error:
        raise await _occupied_or(line, to, error) from error


async def _occupied_or(line: Line, path: PurePosixPath, error: ShelfError) -> ShelfError:
    """Version 3 has one word for all refusals: Occupied if something lies at `path`, else `error`."""
    return Occupied("occupied") if error.code == "server-failed" and await size(line, path) is not None else error


async def _make_folders(line: Line, folder: PurePosixPath) -> None:
    """Make `folder` and what is above it; another maker between our looks is welcome."""
    missing = []
    for path in (folder, *folder.parents):
        if not path.parts or await size(line, path) is not None:
            break
        missing.append(path)
    for path in reversed(missing):
        try:
            with translated():
                await line.files.mkdir(_path(line, path), asyncssh.SFTPAttrs(permissions=durable.FOLDER_MODE))
        except ShelfError as error:
            if not isinstance(await _occupied_or(line, path, error), Occupied):
                raise
        await _sync_folder(line, path.parent)


async def _sync_folder(line: Line, folder: PurePosixPath) -> None:
    """Make a folder's names durable where the server lets us open one (OpenSSH on Linux). NTFS journals them by itself."""
    try:
        with translated():
            handle = await line.files.open(_path(line, folder), asyncssh.FXF_READ, encoding=None)
            async with handle:
                await handle.fsync()
    except ShelfError as error:
        if error.code not in {"access-denied", "server-failed", "absent", "name-refused"}:
            raise


async def _open(line: Line, path: PurePosixPath, flags: int) -> asyncssh.SFTPClientFile:
    try:
        with translated():
            return await line.files.open(_path(line, path), flags, _OURS, encoding=None)
    except ShelfError as error:
        raise (await _occupied_or(line, path, error) if flags == _NEW else error) from error


@asynccontextmanager
async def _opened(
    line: Line, path: PurePosixPath, flags: int = asyncssh.FXF_READ
) -> AsyncIterator[asyncssh.SFTPClientFile]:
    """An existing file for the block. A caller that is cancelled closes nothing: its line is cut, or cannot answer."""
    handle = await _open(line, path, flags)
    try:
        yield handle
    except ShelfError:
        await _close_after_error(line, handle)
        raise
    await close(handle)


async def _close_after_error(line: Line, handle: asyncssh.SFTPClientFile) -> None:
    with suppress(ShelfError):
        if line.alive:
            await close(handle)


async def _content(handle: asyncssh.SFTPClientFile) -> AsyncIterator[bytes]:
    offset = 0
    while True:
        with translated():
            chunk = await handle.read(CHUNK_BYTES, offset)
        if not chunk:
            return
        offset += len(chunk)
        yield cast("bytes", chunk)  # without an encoding the library gives bytes


async def _digest(handle: asyncssh.SFTPClientFile) -> str:
    sha256 = hashlib.sha256()
    async for chunk in _content(handle):
        sha256.update(chunk)
    return sha256.hexdigest()


async def _require_still(handle: asyncssh.SFTPClientFile, entry: Entry) -> None:
    with translated():
        attributes = await handle.stat()
    if _fingerprint(entry.path.name, attributes) != entry.fingerprint:
        raise Changed("changed-since-listed")


async def _require_listed(line: Line, entry: Entry) -> None:
    with translated():
        attributes = await line.files.lstat(_path(line, entry.path))
    if _fingerprint(entry.path.name, attributes) != entry.fingerprint:
        raise Changed("changed-since-listed")


async def _on_disk(work: Callable[[], T]) -> T:
    """Work on our own disk, on a thread, with its errors named as ours before `translated` can take them for the server's."""

    def named() -> T:
        with disk_errors():
            return work()

    return await in_thread(named)


def _fingerprint(name: str, attributes: asyncssh.SFTPAttrs) -> Fingerprint:
    size = attributes.size or 0
    return Fingerprint(size, f"{name}:{size}:{attributes.mtime}")


def _is_folder(name: str, attributes: asyncssh.SFTPAttrs) -> bool:
    return stat.S_ISDIR(attributes.permissions or 0) and name not in {".", ".."}


def _is_file(attributes: asyncssh.SFTPAttrs) -> bool:
    return attributes.permissions is not None and stat.S_ISREG(attributes.permissions)


def _path(line: Line, path: PurePosixPath) -> bytes:
    return b"/".join((line.folder, *map(os.fsencode, path.parts)))
