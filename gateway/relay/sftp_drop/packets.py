"""SFTP version 3 on the wire (draft-ietf-secsh-filexfer-02), without any I/O: bytes in, requests out; answers in, bytes out.

Version 3 is what every client speaks. Only what a drop needs is understood; whatever else has an id is `Unknown`, and what
has none, or does not say what its type promises, is `Malformed` and ends the session.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

VERSION = 3
PACKET_MAX_BYTES = 256 * 1024  # OpenSSH's own (sftp-common.h)
READ_MAX_BYTES = WRITE_MAX_BYTES = PACKET_MAX_BYTES - 1024
HANDLE_MAX_BYTES = 256  # section 6.2
_EXTENSIONS = ((b"posix-rename@openssh.com", b"1"), (b"fsync@openssh.com", b"1"), (b"limits@openssh.com", b"1"))


class Malformed(Exception):
    """Not SFTP. Nothing that follows can be trusted to begin where it seems to."""


class Type(IntEnum):
    """Packet types, section 3."""

    INIT = 1
    VERSION = 2
    OPEN = 3
    CLOSE = 4
    READ = 5
    WRITE = 6
    LSTAT = 7
    FSTAT = 8
    SETSTAT = 9
    FSETSTAT = 10
    OPENDIR = 11
    READDIR = 12
    REMOVE = 13
    MKDIR = 14
    RMDIR = 15
    REALPATH = 16
    STAT = 17
    RENAME = 18
    STATUS = 101
    HANDLE = 102
    DATA = 103
    NAME = 104
    ATTRS = 105
    EXTENDED = 200
    EXTENDED_REPLY = 201


class Status(IntEnum):
    """What an answer may say, section 7. There is no code for a full disk or a quota: FAILURE with a text."""

    OK = 0
    EOF = 1
    NO_SUCH_FILE = 2
    PERMISSION_DENIED = 3
    FAILURE = 4
    BAD_MESSAGE = 5
    OP_UNSUPPORTED = 8


class Flag(IntEnum):
    """How a file is opened, section 6.3."""

    READ = 1
    WRITE = 2
    APPEND = 4
    CREATE = 8
    TRUNCATE = 16
    EXCLUSIVE = 32


class _Has(IntEnum):
    SIZE = 1
    OWNER = 2
    PERMISSIONS = 4
    TIMES = 8
    EXTENDED = 0x80000000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Attributes a client wants a file to have. `size` is its length; the others are only whether they were named."""

    size: int | None = None
    owner: bool = False
    permissions: bool = False


@dataclass(frozen=True, slots=True)
class Attributes:
    """What a file or folder is: mode as stat(2) has it, `modified` in seconds since 1970."""

    size: int
    mode: int
    modified: int

    @property
    def moment(self) -> int:
        """`modified` as a packet can carry it (uint32, section 5): a PC may set any year, and some disks keep it."""
        return min(max(self.modified, 0), 0xFFFFFFFF)


@dataclass(frozen=True, slots=True)
class Init:
    version: int


@dataclass(frozen=True, slots=True)
class Request:
    id: int


@dataclass(frozen=True, slots=True)
class Open(Request):
    path: bytes
    flags: int


@dataclass(frozen=True, slots=True)
class OnHandle(Request):
    handle: bytes


class Close(OnHandle):
    __slots__ = ()


class StatHandle(OnHandle):
    __slots__ = ()


class ReadFolder(OnHandle):
    __slots__ = ()


class Sync(OnHandle):
    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Read(OnHandle):
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class Write(OnHandle):
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class SetHandle(OnHandle):
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class OnPath(Request):
    path: bytes


class Stat(OnPath):
    """STAT and LSTAT: there are no links."""

    __slots__ = ()


class OpenFolder(OnPath):
    __slots__ = ()


class Remove(OnPath):
    __slots__ = ()


class MakeFolder(OnPath):
    __slots__ = ()


class RemoveFolder(OnPath):
    __slots__ = ()


class RealPath(OnPath):
    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SetPath(OnPath):
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Rename(OnPath):
    to: bytes
    replacing: bool


class Limits(Request):
    __slots__ = ()


class Unknown(Request):
    """Links, and extensions nobody promised."""

    __slots__ = ()


class Frames:
    """Cuts a stream into packets. Holds at most what was fed."""

    def __init__(self) -> None:
        self._held = bytearray()

    def __len__(self) -> int:
        return len(self._held)

    def feed(self, data: bytes) -> None:
        """Take more of the stream."""
        self._held += data

    def next(self) -> bytes | None:
        """The next whole packet without its length; None if it has not all come. Raises Malformed."""
        if len(self._held) < 4:
            return None
        length = int.from_bytes(self._held[:4])
        if not 1 <= length <= PACKET_MAX_BYTES:
            raise Malformed
        if len(self._held) < 4 + length:
            return None
        packet = bytes(memoryview(self._held)[4 : 4 + length])
        del self._held[: 4 + length]
        return packet


class _Reader:
    def __init__(self, packet: bytes) -> None:
        self._packet = packet
        self._at = 1

    def uint32(self) -> int:
        return int.from_bytes(self._take(4))

    def uint64(self) -> int:
        return int.from_bytes(self._take(8))

    def string(self) -> bytes:
        return self._take(self.uint32())

    def handle(self) -> bytes:
        handle = self.string()
        if len(handle) > HANDLE_MAX_BYTES:
            raise Malformed
        return handle

    def wanted(self) -> Wanted:
        flags = self.uint32()
        if flags & ~0x8000000F:
            raise Malformed
        size = self.uint64() if flags & _Has.SIZE else None
        for flag, count in ((_Has.OWNER, 8), (_Has.PERMISSIONS, 4), (_Has.TIMES, 8)):
            if flags & flag:
                self._take(count)
        if flags & _Has.EXTENDED:
            for _ in range(2 * self.uint32()):
                self.string()
        return Wanted(size, bool(flags & _Has.OWNER), bool(flags & _Has.PERMISSIONS))

    def _take(self, count: int) -> bytes:
        taken = self._packet[self._at : self._at + count]
        if len(taken) != count:
            raise Malformed
        self._at += count
        return taken


def parse(packet: bytes) -> Init | Request:
    """The request in a packet. Raises Malformed."""
    reader = _Reader(packet)
    if packet[:1] == bytes([Type.INIT]):
        return Init(reader.uint32())  # what follows are extensions of the client's; none concerns us
    # What follows a request in its packet is let pass, as OpenSSH does: rclone sends its buffer's rest after a last WRITE.
    return _parse(packet[0] if packet else 0, reader.uint32(), reader)


_ON_PATH: dict[int, type[OnPath]] = {
    Type.LSTAT: Stat,
    Type.STAT: Stat,
    Type.OPENDIR: OpenFolder,
    Type.REMOVE: Remove,
    Type.RMDIR: RemoveFolder,
    Type.REALPATH: RealPath,
}
_ON_HANDLE: dict[int, type[OnHandle]] = {Type.CLOSE: Close, Type.FSTAT: StatHandle, Type.READDIR: ReadFolder}


def _parse(kind: int, number: int, reader: _Reader) -> Request:
    if kind in _ON_PATH:
        return _ON_PATH[kind](number, reader.string())
    if kind in _ON_HANDLE:
        return _ON_HANDLE[kind](number, reader.handle())
    match kind:
        case Type.WRITE:
            return Write(number, reader.handle(), reader.uint64(), reader.string())
        case Type.READ:
            return Read(number, reader.handle(), reader.uint64(), reader.uint32())
        case Type.RENAME:
            return Rename(number, reader.string(), reader.string(), replacing=False)
        case Type.EXTENDED:
            return _extended(number, reader)
    return _with_attributes(kind, number, reader)


def _with_attributes(kind: int, number: int, reader: _Reader) -> Request:
    match kind:
        case Type.OPEN:
            path, flags = reader.string(), reader.uint32()
            reader.wanted()
            return Open(number, path, flags)
        case Type.MKDIR:
            path = reader.string()
            reader.wanted()
            return MakeFolder(number, path)
        case Type.SETSTAT:
            return SetPath(number, reader.string(), reader.wanted())
        case Type.FSETSTAT:
            return SetHandle(number, reader.handle(), reader.wanted())
    return Unknown(number)


def _extended(number: int, reader: _Reader) -> Request:
    match reader.string():
        case b"posix-rename@openssh.com":
            return Rename(number, reader.string(), reader.string(), replacing=True)
        case b"fsync@openssh.com":
            return Sync(number, reader.handle())
        case b"limits@openssh.com":
            return Limits(number)
    return Unknown(number)


def version() -> bytes:
    """The answer to Init: version 3, whatever was asked for, and the extensions."""
    names = b"".join(_string(part) for pair in _EXTENSIONS for part in pair)
    return _packet(Type.VERSION, struct.pack(">I", VERSION), names)


def status(number: int, code: Status, text: str = "") -> bytes:
    """An answer that is a word, and for people a sentence."""
    return _packet(Type.STATUS, struct.pack(">II", number, code), _string(text.encode()), _string(b"en"))


def handle(number: int, name: bytes) -> bytes:
    """The answer to Open and OpenFolder."""
    return _packet(Type.HANDLE, struct.pack(">I", number), _string(name))


def data(number: int, content: bytes | memoryview) -> bytes:
    """The answer to Read."""
    return _packet(Type.DATA, struct.pack(">II", number, len(content)), content)


def names(number: int, entries: Sequence[tuple[bytes, bytes, Attributes | None]]) -> bytes:
    """The answer to ReadFolder and RealPath: name, the line `ls -l` would show, attributes."""
    shown = b"".join(_string(name) + _string(line) + attributes(about) for name, line, about in entries)
    return _packet(Type.NAME, struct.pack(">II", number, len(entries)), shown)


def attrs(number: int, about: Attributes) -> bytes:
    """The answer to Stat and StatHandle."""
    return _packet(Type.ATTRS, struct.pack(">I", number), attributes(about))


def limits(number: int, handles: int) -> bytes:
    """The answer to Limits: longest packet, read and write, most open handles (OpenSSH's PROTOCOL, section 4.8)."""
    said = struct.pack(">IQQQQ", number, PACKET_MAX_BYTES, READ_MAX_BYTES, WRITE_MAX_BYTES, handles)
    return _packet(Type.EXTENDED_REPLY, said)


def attributes(about: Attributes | None) -> bytes:
    """Attributes as they lie in packets; no owner, because nobody's number on this box concerns a client."""
    if about is None:
        return struct.pack(">I", 0)
    flags = _Has.SIZE | _Has.PERMISSIONS | _Has.TIMES
    return struct.pack(">IQIII", flags, about.size, about.mode, about.moment, about.moment)


def _string(content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + content


def _packet(kind: Type, *parts: bytes | memoryview) -> bytes:
    length = 1 + sum(map(len, parts))
    return b"".join((struct.pack(">IB", length, kind), *parts))
