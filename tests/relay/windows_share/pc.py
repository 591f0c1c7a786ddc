"""A PC as a Windows client: smbprotocol, each with a connection of its own, in the network namespace of the receipt PCs."""

import socket
import uuid
from typing import Any

from smbprotocol.connection import Connection
from smbprotocol.exceptions import SMBException
from smbprotocol.file_info import (
    FileDispositionInformation,
    FileEndOfFileInformation,
    FileInformationClass,
    FileRenameInformation,
)
from smbprotocol.open import CreateDisposition, CreateOptions, ImpersonationLevel, Open, ShareAccess, SMB2SetInfoRequest
from smbprotocol.session import Session
from smbprotocol.tree import TreeConnect

from gateway.relay.places import PEOPLE
from gateway.twin.namespace import Namespace

READ, WRITE, DELETE, ATTRIBUTES = 0x1, 0x2, 0x10000, 0x80
EVERYBODY = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
Refusal = (SMBException, OSError, ValueError)
"""What smbprotocol raises when the server says no."""


class WindowsPc:
    """One session. `folder` goes before every name: the drop's 請求 unless said otherwise."""

    def __init__(
        self,
        namespace: Namespace,
        server: str,
        logon: str,
        password: str,
        *,
        share: str = PEOPLE,
        folder: str = "請求",
        dialect: int | None = None,
        encrypt: bool = True,
        sign: bool = True,
    ) -> None:
        self._folder = folder
        self._connection = Connection(uuid.uuid4(), server, 445, require_signing=sign)
        self._namespace = namespace
        namespace.call(self._connection.connect, dialect=dialect, timeout=10)
        try:
            session = Session(self._connection, logon, password, require_encryption=encrypt)
            session.connect()
            # Whatever the server said.
            session.encrypt_data, session.signing_required = session.encrypt_data and encrypt, sign
            self.tree = TreeConnect(session, rf"\\{server}\{share}")
            self.tree.connect()
        except BaseException:
            self.die()
            raise

    @property
    def encrypted(self) -> bool:
        return bool(self.tree.session.encrypt_data)

    @property
    def dialect(self) -> int:
        return int(self._connection.dialect)

    def path(self, name: str) -> str:
        return f"{self._folder}\\{name}" if self._folder else name

    def open(
        self, name: str, access: int, disposition: int, *, share: int = EVERYBODY, options: int | None = None
    ) -> "WindowsHandle":
        handle = Open(self.tree, self.path(name))
        option = CreateOptions.FILE_NON_DIRECTORY_FILE if options is None else options
        handle.create(ImpersonationLevel.Impersonation, access | ATTRIBUTES, 0x80, share, disposition, option)
        return WindowsHandle(handle)

    def create(self, name: str) -> "WindowsHandle":
        return self.open(name, READ | WRITE | DELETE, CreateDisposition.FILE_OVERWRITE_IF)

    def reopen(self, name: str) -> "WindowsHandle":
        return self.open(name, READ | WRITE, CreateDisposition.FILE_OPEN)

    def read(self, name: str) -> bytes:
        handle = self.open(name, READ, CreateDisposition.FILE_OPEN)
        try:
            return bytes(handle.open.read(0, max(1, handle.open.end_of_file)))
        finally:
            handle.close()

    def put(self, name: str, content: bytes) -> None:
        handle = self.create(name)
        handle.write(content, 0)
        handle.close()

    def rename(self, name: str, to: str, *, whole_path: bool = False) -> None:
        handle = self.open(name, DELETE, CreateDisposition.FILE_OPEN)
        information = FileRenameInformation()
        information["replace_if_exists"] = True
        information["file_name"] = to if whole_path else self.path(to)
        try:
            handle.set(information)
        finally:
            handle.close()

    def remove(self, name: str) -> None:
        handle = self.open(name, DELETE, CreateDisposition.FILE_OPEN)
        information = FileDispositionInformation()
        information["delete_pending"] = True
        try:
            handle.set(information)
        finally:
            handle.close()

    def make_folder(self, name: str) -> None:
        options = CreateOptions.FILE_DIRECTORY_FILE
        self.open(name, READ, CreateDisposition.FILE_CREATE, options=options).close()

    def names(self) -> set[str]:
        """What is listed in the folder."""
        handle = Open(self.tree, self._folder)
        handle.create(ImpersonationLevel.Impersonation, READ, 0, EVERYBODY, CreateDisposition.FILE_OPEN, CreateOptions.FILE_DIRECTORY_FILE)  # fmt: skip
        try:
            found = handle.query_directory("*", FileInformationClass.FILE_NAMES_INFORMATION)
            return {item["file_name"].get_value().decode("utf-16-le") for item in found} - {".", ".."}
        finally:
            handle.close()

    def die(self) -> None:
        """The line is cut: no logoff, no close."""
        transport = self._connection.transport
        if transport is not None:
            vars(transport)["_sock"].shutdown(socket.SHUT_RDWR)
            self._connection.disconnect(close=False)

    def leave(self) -> None:
        self._connection.disconnect(close=True)


class WindowsHandle:
    """An open file."""

    def __init__(self, handle: Any) -> None:
        self.open = handle

    def write(self, data: bytes, at: int) -> None:
        view = memoryview(data)
        while view:
            taken = self.open.write(bytes(view[: 1 << 20]), at)
            at, view = at + taken, view[taken:]

    def set_size(self, size: int) -> None:
        information = FileEndOfFileInformation()
        information["end_of_file"] = size
        self.set(information)

    def close(self) -> None:
        self.open.close()

    def set(self, information: Any) -> None:
        request = SMB2SetInfoRequest()
        request["info_type"] = information.INFO_TYPE
        request["file_info_class"] = information.INFO_CLASS
        request["file_id"] = self.open.file_id
        request["buffer"] = information
        tree = self.open.tree_connect
        connection = tree.session.connection
        connection.receive(connection.send(request, tree.session.session_id, tree.tree_connect_id))
