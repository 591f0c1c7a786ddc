"""One SMB connection to one share: SMB 3.x, signed and encrypted, or none at all. Blocking; `smb.py` gives it a thread.

smbprotocol's path-based layer is not used: it sends no FLUSH, keeps one client GUID per process (Samba then hands every
connection to one worker, and a stuck worker hangs the reconnect too), and no operation of it ends by itself.
"""

import logging
import socket
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from smbprotocol import Dialects
from smbprotocol.connection import Connection
from smbprotocol.file_info import FileAttributes
from smbprotocol.open import CreateDisposition, CreateOptions, ImpersonationLevel, Open, ShareAccess
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from gateway.relay.errors import Refused, Unreachable
from gateway.relay.smb_errors import translated

CONNECT_TIMEOUT_S = 5
USER_TIMEOUT_MS = 15_000  # TCP gives up on unacknowledged data after this (RFC 5482), not after the kernel's 15 minutes
PORT = 445

# The library logs file names at INFO, whole messages at DEBUG, and tracebacks when a server goes away. None may be seen.
logging.getLogger("smbprotocol").setLevel(logging.CRITICAL + 1)
logging.getLogger("spnego").setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Account:
    """Where to connect and as whom. The password is never shown."""

    server: str
    share: str
    user: str
    password: str = field(repr=False)
    port: int = PORT


class Line:
    """A connection of its own, under a client GUID of its own. Once cut or failed it is thrown away, never mended."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._connection = Connection(uuid.uuid4(), account.server, account.port, require_signing=True)
        self._tree: Any = None

    def connect(self) -> None:
        """Negotiate, log on, connect to the share. Raises Unreachable, Refused."""
        with translated():
            self._connection.connect(timeout=CONNECT_TIMEOUT_S)
            if self._connection.dialect < Dialects.SMB_3_0_0:
                raise Refused("smb-too-old")
            if not self._connection.supports_encryption:
                raise Refused("no-encryption")
            if (sock := self._socket()) is not None:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
            session = Session(self._connection, self._account.user, self._account.password, require_encryption=True)
            session.connect()
            tree = TreeConnect(session, rf"\\{self._account.server}\{self._account.share}")
            tree.connect()
        self._tree = tree

    @property
    def chunk_bytes(self) -> int:
        """The most to read or write at once: a MiB costs 16 credits of the 64 a session asks for, or what the server allows."""
        return int(min(self._connection.max_write_size, self._connection.max_read_size, 1 << 20))

    def open(self, path: str, access: int, share: int, disposition: int, options: int) -> Any:
        """A handle, without oplock or lease: a break would kill the library's receive thread."""
        if self._tree is None:
            raise Unreachable("not-connected")
        handle = Open(self._tree, path)
        attributes = FileAttributes.FILE_ATTRIBUTE_NORMAL
        handle.create(ImpersonationLevel.Impersonation, access, attributes, share, disposition, options)
        return handle

    @contextmanager
    def opened(
        self,
        path: str,
        access: int,
        *,
        share: int = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_DELETE,
        disposition: int = CreateDisposition.FILE_OPEN,
        options: int = CreateOptions.FILE_NON_DIRECTORY_FILE | CreateOptions.FILE_OPEN_REPARSE_POINT,
    ) -> Iterator[Any]:
        """A handle for the block. Share access is read and delete: a writer shuts us out, and we block nobody's rename."""
        handle = self.open(path, access, share, disposition, options)
        try:
            yield handle
        finally:
            if self.alive:
                handle.close()

    @property
    def alive(self) -> bool:
        """Whether the transport still stands, as far as is known."""
        return self._connection.transport is not None and bool(self._connection.transport.connected)

    def cut(self) -> None:
        """Free a caller stuck in this line, from any thread.

        Not `transport.close()`: that waits for a lock which a sender, stuck on a full window, holds.
        """
        if (sock := self._socket()) is not None:
            try:
                sock.shutdown(socket.SHUT_RDWR)
            except OSError:
                return  # closed already: nobody is stuck in it

    def hang_up(self, *, politely: bool) -> None:
        """Close; log off first if `politely`. The library's receive thread ends with it."""
        if self._connection.transport is None:
            return
        with translated():
            self._connection.disconnect(close=politely)

    def _socket(self) -> socket.socket | None:
        # The library offers no door to its socket, and both a deadline and TCP_USER_TIMEOUT need it.
        transport = self._connection.transport
        return vars(transport)["_sock"] if transport is not None else None
