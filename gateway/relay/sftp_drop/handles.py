"""What clients have open: in one session, and each person over all of theirs."""

import os
from collections import defaultdict
from dataclasses import dataclass, field

from gateway.relay.sftp_drop.disk import Descriptor, Disk
from gateway.relay.sftp_drop.packets import READ_MAX_BYTES, Attributes
from gateway.relay.sftp_drop.refusal import Refusal
from gateway.relay.sftp_drop.upload import Upload

AHEAD_BYTES = 1 << 20  # who reads from the start reads on: one visit to a thread for so many bytes


@dataclass(slots=True, eq=False)
class OpenUpload:
    """A file being written."""

    upload: Upload


@dataclass(slots=True, eq=False)
class OpenFolder:
    """A folder being listed: what is left of it."""

    entries: list[tuple[str, Attributes]]


@dataclass(slots=True, eq=False)
class OpenFile:
    """A file being read."""

    descriptor: Descriptor
    about: Attributes
    _ahead: bytes = b""
    _ahead_at: int = 0
    _next: int = field(default=0)

    async def read(self, disk: Disk, offset: int, length: int) -> memoryview:
        """What stands there, empty at the end. Raises Refusal."""
        length = min(length, READ_MAX_BYTES)
        start = offset - self._ahead_at
        if not (start >= 0 and start + length <= len(self._ahead)):
            wanted = max(length, AHEAD_BYTES) if offset == self._next else length
            self._ahead = await disk.do(lambda: self.descriptor.use(lambda number: os.pread(number, wanted, offset)))
            self._ahead_at, start = offset, 0
        self._next = offset + length
        return memoryview(self._ahead)[start : start + length]

    def forget(self) -> None:
        """Keep nothing in memory: another file is being read."""
        self._ahead = b""


Handle = OpenUpload | OpenFolder | OpenFile


class Opened:
    """What each person has open over all their connections: the descriptors and the memory are the whole relay's."""

    def __init__(self, handles: int, entries: int) -> None:
        self._handles = handles
        self._entries = entries
        self._of: defaultdict[str, set[Handle]] = defaultdict(set)

    def require_room(self, person: str) -> None:
        """Raises Refusal if they have too much open to open more."""
        if len(self._of[person]) >= self._handles:
            raise Refusal("too many open files. close some first")

    def add(self, person: str, handle: Handle) -> None:
        """One more. Raises Refusal for a folder that is too long beside the others."""
        if isinstance(handle, OpenFolder):
            listed = sum(len(one.entries) for one in self._of[person] if isinstance(one, OpenFolder))
            if listed and listed + len(handle.entries) > self._entries:
                raise Refusal("too many open folders. close some first")
        self._of[person].add(handle)

    def remove(self, person: str, handle: Handle) -> None:
        """It is closed."""
        self._of[person].discard(handle)
