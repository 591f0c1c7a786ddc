"""The claim terminal's share as a model below the SMB library: what `smb_files` asks of a handle, answered from a value.

The relay's own code for the share runs unchanged, so a FLUSH it leaves out is missing here too. `test_power_cut_models.py`
holds this model to a real smbd.
"""

import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

from smbprotocol.connection import NtStatus, SMB2HeaderResponse
from smbprotocol.exceptions import EndOfFile, NoMoreFiles, SMBResponseException
from smbprotocol.file_info import (
    FileAttributes,
    FileDispositionInformation,
    FileIdBothDirectoryInformation,
    FileRenameInformation,
)
from smbprotocol.open import CreateDisposition, CreateOptions, FilePipePrinterAccessMask

from gateway.relay.smb import SmbShelf
from gateway.relay.smb_line import Account, Line
from tests.relay.powercut.disk import Create, Disk, Effect, Flush, MakeFolder, Rename, Unlink, Write
from tests.relay.rig import QUICK

Forgets = Callable[[str, str], bool]
_ACCOUNT = Account("terminal", "receipt", "relay", "")
_LOOKS = FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES
_WRITES = FilePipePrinterAccessMask.FILE_WRITE_DATA | FilePipePrinterAccessMask.FILE_APPEND_DATA
_EPOCH = datetime(2026, 11, 1, tzinfo=UTC)


class Share:
    """The terminal's disk while the relay lives: `disk` below `root`, changed in place, each change noted."""

    def __init__(self, disk: Disk, root: int, note: Callable[[Effect], None], forgets: Forgets | None = None) -> None:
        self.disk = disk
        self.root = root
        self.created: list[str] = []
        self.opened: list[Handle] = []
        self._note = note
        self._forgets = forgets
        self._numbers = count(min([root, *disk.files, *disk.folders]) - 1, -1)

    def change(self, effect: Effect) -> None:
        """Let an effect happen."""
        self.disk.change(effect)
        self._note(effect)

    def number(self) -> int:
        """One that nothing here has."""
        return next(self._numbers)

    def forgets(self, kind: str, path: str) -> bool:
        """Whether a broken relay leaves this out."""
        return self._forgets is not None and self._forgets(kind, path)

    def place(self, path: str) -> tuple[int, str]:
        """The folder a path's last name is in, and that name."""
        *folders, name = path.split("\\")
        here = self.root
        for folder in folders:
            inner = self.disk.folders[here].get(folder)
            if inner is None or inner not in self.disk.folders:
                raise _answer(NtStatus.STATUS_OBJECT_PATH_NOT_FOUND)
            here = inner
        return here, name

    def found(self, path: str) -> int | None:
        """The number of what lies at `path`."""
        if not path:
            return self.root
        folder, name = self.place(path)
        return self.disk.folders[folder].get(name)


class Handle:
    """An open file or folder, as smbprotocol's `Open` offers it to `smb_files`."""

    def __init__(self, share: Share, path: str, number: int, access: int, sharing: int) -> None:
        self.file_id = bytes(16)
        self.number = number
        self.access = access
        self.sharing = sharing
        self._share = share
        self._path = path
        self._listed = False
        wire = SimpleNamespace(send=self._send, receive=lambda answer: answer)
        self.tree_connect = SimpleNamespace(session=SimpleNamespace(connection=wire, session_id=0), tree_connect_id=0)
        share.opened.append(self)

    @property
    def end_of_file(self) -> int:
        return len(self._content)

    @property
    def last_write_time(self) -> datetime:
        return _moment(self._content)

    @property
    def change_time(self) -> datetime:
        return _moment(self._content)

    def write(self, data: bytes, offset: int) -> int:
        self._share.change(Write(self.number, offset, bytes(data)))
        return len(data)

    def read(self, offset: int, length: int) -> bytes:
        if offset >= len(self._content):
            raise EndOfFile(_header(NtStatus.STATUS_END_OF_FILE))
        return self._content[offset : offset + length]

    def flush(self) -> None:
        if not self.access & _WRITES:  # MS-SMB2 3.3.5.11
            raise _answer(NtStatus.STATUS_ACCESS_DENIED)
        if not self._share.forgets("flush", self._path):
            self._share.change(Flush(self.number))

    def close(self, **_wants: bool) -> None:
        if self in self._share.opened:
            self._share.opened.remove(self)

    def query_directory(self, _pattern: str, _kind: int) -> list[FileIdBothDirectoryInformation]:
        if self._listed:
            raise NoMoreFiles(_header(NtStatus.STATUS_NO_MORE_FILES))
        self._listed = True
        names = self._share.disk.folders[self.number]
        return [self._entry(".", self.number), *(self._entry(name, number) for name, number in names.items())]

    def _entry(self, name: str, number: int) -> FileIdBothDirectoryInformation:
        content = self._share.disk.files.get(number)
        entry = FileIdBothDirectoryInformation()
        entry["file_name"] = name.encode("utf-16-le")
        entry["end_of_file"] = len(content or b"")
        entry["last_write_time"] = entry["change_time"] = _moment(content or b"")
        entry["file_attributes"] = (
            FileAttributes.FILE_ATTRIBUTE_DIRECTORY if content is None else FileAttributes.FILE_ATTRIBUTE_NORMAL
        )
        return entry

    def _send(self, request: Any, *_connection: int) -> None:
        """SET_INFO: a new name, or erase."""
        if request["file_info_class"].get_value() == FileDispositionInformation.INFO_CLASS:
            folder, name = self._share.place(self._path)
            self._share.change(Unlink(folder, name, self.number))
            return
        wanted = FileRenameInformation()
        wanted.unpack(request["buffer"].get_value())
        to = wanted["file_name"].get_value()
        replaces = wanted["replace_if_exists"].get_value() or self._share.forgets("no_replace", to)
        if self._share.found(to) is not None and not replaces:
            raise _answer(NtStatus.STATUS_OBJECT_NAME_COLLISION)
        self._share.change(Rename(*self._share.place(self._path), *self._share.place(to), self.number))
        self._path = to

    @property
    def _content(self) -> bytes:
        return self._share.disk.files.get(self.number, b"")


class ModelLine(Line):
    """A connection to the model; it never breaks."""

    def __init__(self, share: Share) -> None:
        super().__init__(_ACCOUNT)
        self._share = share

    @property
    def alive(self) -> bool:
        return True

    @property
    def chunk_bytes(self) -> int:
        return 1 << 20

    def open(self, path: str, access: int, share: int, disposition: int, options: int) -> Any:
        """Find or make what lies at `path`, as MS-SMB2 3.3.5.9 does."""
        number = self._share.found(path)
        if number is None and disposition == CreateDisposition.FILE_OPEN:
            raise _answer(NtStatus.STATUS_OBJECT_NAME_NOT_FOUND)
        if number is not None and disposition == CreateDisposition.FILE_CREATE:
            raise _answer(NtStatus.STATUS_OBJECT_NAME_COLLISION)
        if number is None:
            number = self._made(path, folder=bool(options & CreateOptions.FILE_DIRECTORY_FILE))
        others = [handle for handle in self._share.opened if handle.number == number]
        if access != _LOOKS and number in self._share.disk.files and any(not (share and one.sharing) for one in others):
            raise _answer(NtStatus.STATUS_SHARING_VIOLATION)
        return Handle(self._share, path, number, access, share)

    def _made(self, path: str, *, folder: bool) -> int:
        here, name = self._share.place(path)
        number = self._share.number()
        if not folder:
            self._share.created.append(name)
        self._share.change(MakeFolder(here, name, number) if folder else Create(here, name, number))
        return number


class ModelShelf(SmbShelf):
    """The relay's SMB shelf, connected to the model."""

    def __init__(self, share: Share) -> None:
        super().__init__(lambda: _ACCOUNT, deadline=QUICK.deadline, refused_logon=timedelta(0))
        self._model = share

    def _connect(self, keep: Callable[[Line], None]) -> None:
        keep(ModelLine(self._model))


def _moment(content: bytes) -> datetime:
    """Times that other content would not have, and that a power cut does not change."""
    return _EPOCH + timedelta(milliseconds=zlib.crc32(content))


def _header(status: int) -> SMB2HeaderResponse:
    header = SMB2HeaderResponse()
    header["status"] = status
    return header


def _answer(status: int) -> Exception:
    error: Exception = SMBResponseException(_header(status))
    return error
