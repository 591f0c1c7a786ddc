"""The relay's one door to its disk: every change of a name or a byte, and every wait until it is durable, goes through here.

The effects come first: each does one thing to the disk. What is composed of them follows. Because there is one door, the
power can be cut at every point of the relay's life (tests/relay/powercut), and a test holds every other module to it.

Every path here is a folder's descriptor and a single name, or a chain of single names: a symbolic link on the way is an
error (ELOOP, ENOTDIR), never a detour. A failed fsync is fatal: Linux marks the pages clean and the next fsync lies
(https://wiki.postgresql.org/wiki/Fsync_Errors), so the relay stops instead of trying again.
"""

import errno
import hashlib
import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CHUNK_BYTES = 1 << 18
FOLDER_MODE = 0o700
FILE_MODE = 0o600


class DiskLied(Exception):
    """fsync failed: what is on the disk is unknown. The relay stops, and must not be restarted before a person looked."""


def sync(descriptor: int) -> None:
    """The effect that makes a file's bytes durable, but not its name. Raises DiskLied."""
    try:
        os.fsync(descriptor)
    except OSError as error:
        raise DiskLied(f"fsync failed: {errno.errorcode.get(error.errno or 0, 'unknown')}") from error


def sync_folder(here: int) -> None:
    """The effect that makes the names in a folder durable. Raises DiskLied."""
    sync(here)


def create(here: int, name: str) -> int:
    """The effect of a new file, open to write and read back; FileExistsError if the name is taken, be it by a dangling link."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    return os.open(_single(name), flags, FILE_MODE, dir_fd=here)


def write_all(descriptor: int, data: bytes) -> None:
    """The effect of more bytes: write(2) until all of them are written."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def shorten(descriptor: int, size: int) -> None:
    """The effect of fewer bytes, in a file nobody was told of yet."""
    os.ftruncate(descriptor, size)


def make_folder(here: int, name: str) -> None:
    """The effect of a new folder. FileExistsError if the name is taken."""
    os.mkdir(_single(name), FOLDER_MODE, dir_fd=here)


def rename(source: int, name: str | bytes, target: int, new_name: str) -> None:
    """The effect of another name, in one step that replaces what has it. Durable once both folders are."""
    os.rename(_single(name), _single(new_name), src_dir_fd=source, dst_dir_fd=target)


def link(source: int, name: str, target: int, new_name: str) -> None:
    """The effect of a second name, never over another: FileExistsError."""
    os.link(_single(name), _single(new_name), src_dir_fd=source, dst_dir_fd=target, follow_symlinks=False)


def unlink(here: int, name: str) -> None:
    """The effect of a name less. FileNotFoundError if it is gone already."""
    os.unlink(_single(name), dir_fd=here)


def remove_folder(here: int, name: str) -> None:
    """The effect of an empty folder less. OSError if anything lies in it; after a crash it may be there again."""
    os.rmdir(_single(name), dir_fd=here)


def commit(database: sqlite3.Connection) -> None:
    """The effect that ends a transaction of the ledger, all or nothing: on the disk on return (WAL, synchronous=FULL)."""
    database.execute("COMMIT")


def own_file(path: Path) -> int:
    """A descriptor of a file that only we use, made if there is none: a lock, a database to be. Its name is not durable yet."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, FILE_MODE)


def open_root(path: Path) -> int:
    """A descriptor of the folder `path` itself."""
    return os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)


def make_root(path: Path) -> None:
    """The folder `path` and whatever is missing above it, each durable. Raises OSError."""
    for missing in reversed([place for place in (path, *path.parents) if not place.is_dir()]):
        above = os.open(missing.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            _make(above, missing.name)
        finally:
            os.close(above)


@contextmanager
def folder(root: int, parts: tuple[str, ...], *, create: bool = False) -> Iterator[int]:
    """The folder `parts` below `root`, one name at a time; made and made durable where missing if `create`."""
    here = os.dup(root)
    try:
        for part in parts:
            if create:
                _make(here, part)
            inner = os.open(_single(part), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=here)
            os.close(here)
            here = inner
        yield here
    finally:
        os.close(here)


def _make(here: int, name: str) -> None:
    with suppress(FileExistsError):
        make_folder(here, name)
    # One that exists may be another thread's, or of a life that was killed, and not durable yet.
    sync_folder(here)


def _single(name: str | bytes) -> str | bytes:
    text = os.fsdecode(name)
    if text in {"", ".", ".."} or "/" in text or "\0" in text:
        raise ValueError("not a single file name")
    return name


def names(here: int) -> tuple[str, ...]:
    """Everything in the folder, sorted; bytes that are no UTF-8 appear as lone surrogates (PEP 383)."""
    with os.scandir(here) as entries:
        return tuple(sorted(entry.name for entry in entries))


def open_existing(here: int, name: str | bytes) -> int:
    """A regular file for reading. O_NONBLOCK: a FIFO under this name must not stop us. Raises OSError for anything else."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
    descriptor = os.open(_single(name), flags, dir_fd=here)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a regular file")
    return descriptor


@contextmanager
def new_file(path: Path) -> Iterator[Callable[[bytes], None]]:
    """A writer for a file that must not exist yet; content and name are durable when the block ends well.

    Raises OSError for what this disk does; the block's own errors pass.
    """
    root = open_root(path.parent)
    try:
        descriptor = create(root, path.name)
        try:
            yield lambda data: write_all(descriptor, data)
            sync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(root)
    finally:
        os.close(root)


def chunks(descriptor: int) -> Iterator[bytes]:
    """The content from the start, CHUNK_BYTES at a time; the descriptor's own offset stays where it is."""
    offset = 0
    while piece := os.pread(descriptor, CHUNK_BYTES, offset):
        offset += len(piece)
        yield piece


def digest_of(descriptor: int) -> tuple[str, int]:
    """SHA-256 in hex, and the number of bytes read."""
    sha256, size = hashlib.sha256(), 0
    for piece in chunks(descriptor):
        sha256.update(piece)
        size += len(piece)
    return sha256.hexdigest(), size


def move(source: int, name: str | bytes, target: int, new_name: str) -> None:
    """Rename across folders of one mount and make both ends durable. The caller knows that `new_name` is free."""
    rename(source, name, target, new_name)
    sync_folder(target)
    sync_folder(source)


def publish(source: int, name: str, target: int, new_name: str) -> None:
    """Give a finished file its final name, never over another: FileExistsError. Durable on return.

    link(2) then unlink(2), because rename(2) replaces. A crash in between leaves both names for one content.
    """
    link(source, name, target, new_name)
    sync_folder(target)
    unlink(source, name)
    sync_folder(source)


def sync_below(here: int) -> None:
    """Make every name in the folder and in those below it durable: a life that was killed may have left some open."""
    for name in names(here):
        with suppress(OSError), folder(here, (name,)) as inner:
            sync_below(inner)
    sync_folder(here)


def remove(here: int, name: str) -> None:
    """Unlink durably; a name that is gone already is fine."""
    try:
        unlink(here, name)
    except FileNotFoundError:
        return
    sync_folder(here)
