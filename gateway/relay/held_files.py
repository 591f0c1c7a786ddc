"""What lies in 保留, wherever in it people moved it: read by descriptors, links not followed. Blocking."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gateway.claims.names import folded
from gateway.relay import durable
from gateway.relay.directory import fingerprint_of
from gateway.relay.parcel import Fingerprint
from gateway.relay.places import APPROVED, REJECTED

DEPTH_MOST = 8  # 保留/承認/NAME/FILE, and whatever folders people sort by
FILES_MOST = 10_000  # more than any clinic holds; a loop of mounts must not keep us


@dataclass(frozen=True, slots=True)
class HeldFile:
    """A regular file below 保留; `path` is relative to it."""

    path: PurePosixPath
    fingerprint: Fingerprint

    @property
    def approved(self) -> bool:
        """Whether it lies in 承認."""
        return self.path.parts[0] == APPROVED and len(self.path.parts) > 1

    @property
    def rejected(self) -> bool:
        """Whether it lies in 却下."""
        return self.path.parts[0] == REJECTED and len(self.path.parts) > 1

    @property
    def person(self) -> str:
        """Whose folder in 承認 it lies in; empty if in none."""
        return self.path.parts[1] if len(self.path.parts) > 2 else ""

    @property
    def decides(self) -> bool:
        """Whether somebody decides by where it lies."""
        return self.approved or self.rejected

    def named(self, name: str) -> bool:
        """Whether it has this name; letter case aside, and however a Mac spells it."""
        return folded(self.path.name) == folded(name)


def held_files(held: Path) -> tuple[HeldFile, ...]:
    """Every regular file at most DEPTH_MOST deep. Raises OSError."""
    root = durable.open_root(held)
    try:
        found = _files(root, PurePosixPath(), 1)
        return tuple(file for file, _ in zip(found, range(FILES_MOST), strict=False))
    finally:
        os.close(root)


def _files(here: int, above: PurePosixPath, depth: int) -> Iterator[HeldFile]:
    for name in durable.names(here):
        try:
            status = os.stat(name, dir_fd=here, follow_symlinks=False)
            if stat.S_ISREG(status.st_mode):
                yield HeldFile(above / name, fingerprint_of(status))
            elif stat.S_ISDIR(status.st_mode) and depth < DEPTH_MOST:
                with durable.folder(here, (name,)) as inner:
                    yield from _files(inner, above / name, depth + 1)
        except (FileNotFoundError, NotADirectoryError):
            continue  # moved away while we looked
