"""What a client has open in one session."""

import os
from dataclasses import dataclass, field

from gateway.relay.sftp_drop.disk import Descriptor, Disk
from gateway.relay.sftp_drop.packets import READ_MAX_BYTES, Attributes
from gateway.relay.sftp_drop.upload import Upload

AHEAD_BYTES = 1 << 20  # who reads from the start reads on: one visit to a thread for so many bytes


@dataclass(slots=True)
class OpenUpload:
    """A file being written."""

    upload: Upload


@dataclass(slots=True)
class OpenFolder:
    """A folder being listed: what is left of it."""

    entries: list[tuple[str, Attributes]]


@dataclass(slots=True)
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


Handle = OpenUpload | OpenFolder | OpenFile
