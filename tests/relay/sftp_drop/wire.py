"""SFTP packets by hand over a real SSH channel, for what no honest client sends."""

import asyncio
import struct
from types import TracebackType
from typing import Self

import asyncssh

from tests.relay.sftp_drop.rig import Drop

INIT = struct.pack(">IBI", 5, 1, 3)
CREATE = 2 | 8 | 16


def text(content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return struct.pack(">I", len(raw)) + raw


def packet(kind: int, number: int, *parts: bytes) -> bytes:
    body = struct.pack(">BI", kind, number) + b"".join(parts)
    return struct.pack(">I", len(body)) + body


class Wire:
    """One connection, one channel. A context manager; `status` and `ask` send one request and read one answer."""

    def __init__(self, drop: Drop, account: str = "yamada") -> None:
        self._drop = drop
        self._account = account
        self._number = 0
        self.handles: list[bytes] = []

    async def __aenter__(self) -> Self:
        self.connection = await self._drop.connect(self._account)
        self.writer, self.reader, _ = await self.connection.open_session(subsystem="sftp", encoding=None)
        self.writer.write(INIT)
        assert (await self.answer())[0] == 2
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.abort()

    async def answer(self) -> bytes:
        """The next answer, without its length. Raises IncompleteReadError if the server closed."""
        async with asyncio.timeout(20):
            length = struct.unpack(">I", await self.reader.readexactly(4))[0]
            return bytes(await self.reader.readexactly(length))

    async def ask(self, kind: int, *parts: bytes) -> bytes:
        self._number += 1
        self.writer.write(packet(kind, self._number, *parts))
        return await self.answer()

    async def status(self, kind: int, *parts: bytes) -> int:
        """The status code of the answer; -1 for an answer that is none."""
        answer = await self.ask(kind, *parts)
        return int.from_bytes(answer[5:9]) if answer[0] == 101 else -1

    async def open(self, path: str, flags: int = CREATE) -> bytes:
        """A handle."""
        answer = await self.ask(3, text(path), struct.pack(">II", flags, 0))
        assert answer[0] == 102, answer
        self.handles.append(answer[5:])
        return answer[5:]

    async def write(self, handle: bytes, offset: int, data: bytes) -> int:
        return await self.status(6, handle, struct.pack(">Q", offset), text(data))


def killed(connection: asyncssh.SSHClientConnection) -> None:
    """End a connection by a TCP reset, as a machine does that lost its power and came back."""
    sock = connection.get_extra_info("socket")
    sock.setsockopt(1, 13, struct.pack("ii", 1, 0))  # SO_LINGER with no time
    connection.abort()
