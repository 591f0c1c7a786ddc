"""charon's door: its protocol vici over a socket that root alone may open. Every call ends by a deadline.

The client of the strongSwan project has none once the first byte has come, and raises half a dozen kinds of error; both
end here.
"""

import socket
import struct
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from vici.exception import CommandException, DeserializationException, EventUnknownException, SessionException
from vici.session import Session

DOOR = Path("/run/charon.vici")
"""Where charon opens it unless configured otherwise (strongswan.conf(5), charon.plugins.vici.socket)."""
CALL_TIMEOUT_S = 5.0
"""Reading a configuration takes milliseconds; a charon that is stopped in mid-word is given up after this."""
_SEGMENT_MAX_BYTES = 512 * 1024  # the protocol's own limit (README of libcharon/plugins/vici)

Answer = dict[str, Any]
"""What charon says: sections as dicts, lists of texts, texts. A certificate, which is no text, is left as bytes."""


class CharonGoneError(Exception):
    """Nobody answers at the door, or not in time. One line."""


class CharonRefusedError(Exception):
    """charon answered, and said no. One line, in charon's words."""


class Door:
    """A conversation, as a context manager. Raises CharonGoneError wherever it breaks off."""

    def __init__(self, path: Path = DOOR, timeout_s: float = CALL_TIMEOUT_S) -> None:
        self._path = path
        self._timeout_s = timeout_s

    def __enter__(self) -> Self:
        stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_CLOEXEC)
        stream.settimeout(self._timeout_s)
        try:
            stream.connect(str(self._path))
        except OSError as error:
            stream.close()
            raise CharonGoneError(f"charon does not answer at {self._path}: {error.strerror or error}") from error
        self._transport = _Transport(stream, self._timeout_s)
        self._session = Session(stream)
        self._session.transport = self._transport
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    def ask(self, command: str, message: Mapping[str, Any] | None = None) -> Answer:
        """One question, one answer. Raises CharonRefusedError."""
        with _Translated():
            return _read(self._session.request(command, message))

    def stream(
        self, command: str, event: str, message: Mapping[str, Any] | None = None, *, within_s: float | None = None
    ) -> Iterator[Answer]:
        """What charon tells before it answers. Raises CharonRefusedError after the last word when the answer is no."""
        self._transport.timeout_s = within_s or self._timeout_s
        with _Translated():
            for told in self._session.streamed_request(command, event, message):
                yield _read(told)
        self._transport.timeout_s = self._timeout_s

    def listen(self, events: tuple[str, ...], look_every_s: float) -> Iterator[tuple[str, Answer] | None]:
        """Events as they come; None after each `look_every_s` without one. Endless; use a door of its own."""
        heard = self._session.listen(list(events), look_every_s)
        try:
            with _Translated():
                for name, told in heard:
                    yield None if name is None else (name.decode(), _read(told))
        finally:
            with suppress(OSError, SessionException, DeserializationException, EventUnknownException):
                heard.close()  # says good-bye to a charon that may be gone


class _Translated:
    """Every way in which the conversation can go wrong, as one of two errors."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        match error:
            case CommandException():
                raise CharonRefusedError(str(error).removeprefix("Command failed: ")) from error
            case OSError():
                raise CharonGoneError(f"charon broke off: {error.strerror or error}") from error
            case SessionException() | DeserializationException() | EventUnknownException() | struct.error():
                raise CharonGoneError(f"charon answered what is no answer: {error}") from error


class _Transport:
    """What the client calls to send and receive, with a deadline for the whole of each packet."""

    def __init__(self, stream: socket.socket, timeout_s: float) -> None:
        self.socket = stream
        self.timeout_s = timeout_s

    def send(self, packet: bytes) -> None:
        self.socket.settimeout(self.timeout_s)
        self.socket.sendall(struct.pack("!I", len(packet)) + packet)

    def receive(self, timeout: float | None = None) -> bytes:
        """The next packet. `timeout` seconds to its first byte, when given; then the rest must come in time too."""
        first = self._exactly(1, timeout if isinstance(timeout, float) else self.timeout_s)
        try:
            length = struct.unpack("!I", first + self._exactly(3, self.timeout_s))[0]
            if length > _SEGMENT_MAX_BYTES:
                raise ConnectionError(f"a packet of {length} bytes")
            return self._exactly(length, self.timeout_s)
        except TimeoutError:
            # Not a quiet time between packets, which a listener would shrug off: this one will never be whole.
            raise ConnectionError("half a packet came") from None

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()

    def _exactly(self, count: int, timeout_s: float) -> bytes:
        deadline = time.monotonic() + timeout_s
        data = b""
        while len(data) < count:
            left = deadline - time.monotonic()
            if left <= 0:
                raise TimeoutError("no answer in time")
            self.socket.settimeout(left)
            part = self.socket.recv(count - len(data))
            if not part:
                raise ConnectionError("the connection was closed")
            data += part
        return data


def _read(said: Mapping[str, Any]) -> Answer:
    return {key: _value(value) for key, value in said.items()}


def _value(value: object) -> Any:
    match value:
        case Mapping():
            return _read(value)
        case list():
            return [_value(item) for item in value]
        case bytes():
            try:
                return value.decode()
            except UnicodeDecodeError:
                return value
    return value
