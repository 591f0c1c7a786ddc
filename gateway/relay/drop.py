"""What lies in 請求: read by descriptors and raw names, so that no name and no link can lead elsewhere. Blocking."""

import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from gateway.claims.names import folded, is_temporary
from gateway.claims.reader import Expected, read
from gateway.relay import durable
from gateway.relay.directory import fingerprint_of
from gateway.relay.parcel import Fingerprint
from gateway.relay.room import FILE_MOST_BYTES

DEPTH_MOST = 2  # 請求/NAME and 請求/社保/NAME


class Oddity(StrEnum):
    """Why something in 請求 is left where it is."""

    LINK = "link"
    SPECIAL = "special"
    HARD_LINK = "hard-link"
    NOT_OURS = "not-ours"
    """Owned by another user: the kernel would grant no lease on it. The share must write as the relay's user."""
    TOO_DEEP = "too-deep"
    TWIN = "twin"
    """Another file beside it has the same name but for letter case or Unicode form: one Windows folder cannot hold both."""
    TOO_BIG = "too-big"
    NO_ROOM = "no-room"
    """The gateway's own disk is too full to take more. Whoever looks at the whole disk finds this, not `look`."""


@dataclass(frozen=True, slots=True)
class Found:
    """One file. `path` is relative to 請求, as the kernel spells it; `oddity` says why it is not taken."""

    path: bytes
    fingerprint: Fingerprint
    oddity: Oddity | None = None

    @property
    def name(self) -> str:
        """The last part; bytes that are no UTF-8 appear as lone surrogates (PEP 383)."""
        return os.fsdecode(self.path.rpartition(b"/")[2])


def look(claims: Path) -> tuple[Found, ...]:
    """Everything that may concern the relay; temporary names are none of its business. Raises OSError."""
    root = durable.open_root(claims)
    try:
        return tuple(_look(root, b"", 1))
    finally:
        os.close(root)


def _look(here: int, above: bytes, depth: int) -> Iterator[Found]:
    names = durable.names(here)
    alike = Counter(map(folded, names))
    for name in names:
        try:
            status = os.stat(name, dir_fd=here, follow_symlinks=False)
        except FileNotFoundError:
            continue
        path = above + os.fsencode(name)
        if stat.S_ISDIR(status.st_mode):
            yield from _look_inside(here, name, path, depth)
        elif not is_temporary(name):
            twin = Oddity.TWIN if alike[folded(name)] > 1 else None
            yield Found(path, fingerprint_of(status), _oddity(status) or twin)


def _look_inside(here: int, name: str, path: bytes, depth: int) -> Iterator[Found]:
    if name.startswith("."):
        return
    try:
        with durable.folder(here, (name,)) as inner:
            if depth < DEPTH_MOST:
                yield from _look(inner, path + b"/", depth + 1)
            elif durable.names(inner):
                yield Found(path, fingerprint_of(os.fstat(inner)), Oddity.TOO_DEEP)
    except (FileNotFoundError, NotADirectoryError):
        return  # renamed away, or swapped for a link, while we looked


def _oddity(status: os.stat_result) -> Oddity | None:
    if stat.S_ISLNK(status.st_mode):
        return Oddity.LINK
    if not stat.S_ISREG(status.st_mode):
        return Oddity.SPECIAL
    if status.st_uid != os.geteuid() and os.geteuid() != 0:
        return Oddity.NOT_OURS
    if status.st_size > FILE_MOST_BYTES:
        return Oddity.TOO_BIG
    return Oddity.HARD_LINK if status.st_nlink != 1 else None


def is_whole(claims: Path, found: Found, expected: Expected) -> bool:
    """Whether the file's structure is complete, or it is of a kind that has none to check. False if it cannot be read."""
    *folders, name = found.path.split(b"/")
    try:
        root = durable.open_root(claims)
        try:
            with durable.folder(root, tuple(map(os.fsdecode, folders))) as here:
                descriptor = durable.open_existing(here, name)
        finally:
            os.close(root)
    except OSError:
        return False
    try:
        summary = read(durable.chunks(descriptor), name=found.name, expected=expected)
        return not any(finding.may_pass for finding in summary.findings)
    except OSError:
        return False
    finally:
        os.close(descriptor)
