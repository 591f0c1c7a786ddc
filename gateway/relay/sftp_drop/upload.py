"""One file on its way in: bytes under a name in the spool that nobody else knows, until it is whole and the ledger has it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.claims.names import is_temporary
from gateway.relay import durable
from gateway.relay.room import require_room
from gateway.relay.sftp_drop.coverage import Coverage, TooScattered
from gateway.relay.sftp_drop.disk import Descriptor, Disk
from gateway.relay.sftp_drop.packets import Attributes
from gateway.relay.sftp_drop.paths import Location
from gateway.relay.sftp_drop.refusal import Refusal

BUFFER_BYTES = 1 << 19  # one visit to a thread for so many bytes; a client's own pieces are 32 KiB
_SHOWN_MODE = 0o100640


@dataclass(frozen=True, slots=True)
class Offer:
    """A whole and durable upload, for the ledger: `part` is its name in the spool, `at` where the client put it."""

    id: str
    person: str
    at: Location
    size: int

    @property
    def source(self) -> bytes:
        """Where it lies for people, relative to 請求."""
        return os.fsencode("/".join(self.at.below))


class Upload:
    """A file that is being written. Its bytes go to the disk in pieces of BUFFER_BYTES; `finish` makes them durable.

    `grows` is asked before it becomes longer, with both lengths, and raises Refusal.
    """

    def __init__(
        self, number: str, person: str, at: Location, *, spool: Path, disk: Disk, grows: Callable[[int, int], None]
    ) -> None:
        self.id = number
        self.person = person
        self.at = at
        self.in_use = True
        self.rested_since: datetime | None = None
        self.modified = 0
        self._spool = spool
        self._disk = disk
        self._grows = grows
        self._file: Descriptor | None = None
        self._coverage = Coverage()
        self._size = 0
        self._finished = False
        self._buffer = bytearray()
        self._buffer_at = 0

    @property
    def size(self) -> int:
        """Bytes the file will have: as far as was written, or as a client said it would be."""
        return self._size

    @property
    def temporary(self) -> bool:
        """Whether its name is one that programs give before the final one."""
        return is_temporary(self.at.name)

    @property
    def about(self) -> Attributes:
        """What a client is shown of it."""
        return Attributes(self._size, _SHOWN_MODE, self.modified)

    async def begin(self) -> None:
        """Make the file. Raises Refusal."""

        def work() -> Descriptor:
            require_room(self._spool, 0)
            root = durable.open_root(self._spool)
            try:
                return Descriptor(durable.create(root, f"{self.id}.part"), os.close)
            finally:
                os.close(root)

        def unheard(file: Descriptor) -> None:
            file.close()
            self._remove()

        self._file = await self._disk.do(work, unheard)

    async def write(self, offset: int, data: bytes) -> None:
        """More bytes, anywhere in the file. An error may be of bytes that came before. Raises Refusal."""
        self._require_unfinished()
        end = offset + len(data)
        if end > self._size:
            self._grows(self._size, end)
        try:
            self._coverage.add(offset, end)
        except TooScattered:
            raise Refusal("the file is written in too many pieces") from None
        self._size = max(self._size, end)
        if offset != self._buffer_at + len(self._buffer):
            await self._flush()
            self._buffer_at = offset
        self._buffer += data
        if len(self._buffer) >= BUFFER_BYTES:
            await self._flush()

    async def read(self, offset: int, length: int) -> bytes:
        """What was written there. Raises Refusal."""
        await self._flush()
        file = self._opened()
        return await self._disk.do(lambda: file.use(lambda number: os.pread(number, length, offset)))

    async def resize(self, size: int) -> None:
        """The client says how long the file is, before or after writing it. Raises Refusal."""
        self._require_unfinished()
        if size > self._size:
            self._grows(self._size, size)
        elif size < self._size:
            await self._flush()
            self._coverage.cut(size)
            file = self._opened()
            await self._disk.do(lambda: file.use(lambda number: durable.shorten(number, size)))
        self._size = size

    async def sync(self) -> None:
        """What was written so far is durable. Raises Refusal."""
        await self._flush()
        file = self._opened()
        await self._disk.do(lambda: file.use(durable.sync))

    async def finish(self) -> Offer:
        """Everything is there and durable, but for the name. Raises Refusal if a byte is missing."""
        if not self._size:
            raise Refusal("the file is empty: nothing was handed in")
        if not self._coverage.whole(self._size):
            raise Refusal("the file has bytes that were never written: nothing was handed in")
        if not self._finished:  # a rename that was refused may be asked for again
            await self.sync()
            # While anybody can still write to it, the relay gets no lease on it.
            await self._disk.do(self.close)
            self._finished = True
        return Offer(self.id, self.person, self.at, self._size)

    def discard(self) -> None:
        """Forget the file; its bytes go when no thread uses them any more."""

        def work() -> None:
            self.close()
            self._remove()

        self._disk.later(work)

    def close(self) -> None:
        """Let go of the file's descriptor. Blocking."""
        if self._file is not None:
            self._file.close()

    def _remove(self) -> None:
        root = durable.open_root(self._spool)
        try:
            durable.remove(root, f"{self.id}.part")
        finally:
            os.close(root)

    async def _flush(self) -> None:
        if not self._buffer:
            return
        data, at = bytes(self._buffer), self._buffer_at
        self._buffer_at += len(self._buffer)
        self._buffer.clear()
        file = self._opened()

        def work(number: int) -> None:
            require_room(self._spool, len(data))
            os.lseek(number, at, os.SEEK_SET)
            durable.write_all(number, data)

        try:
            await self._disk.do(lambda: file.use(work))
        except Refusal:
            # They are not on the disk, whatever the client was told: the file can never be whole again.
            self._coverage = Coverage()
            raise

    def _require_unfinished(self) -> None:
        # Its descriptor is closed: what is buffered from now on would be acknowledged and never written.
        if self._finished:
            raise Refusal("this file was whole already. write it anew")

    def _opened(self) -> Descriptor:
        if self._file is None:
            raise Refusal("the file is closed")
        return self._file
