"""What is done with files on an SMB share, one handle at a time. Blocking; paths relative to the share."""

import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any

from smbprotocol.exceptions import EndOfFile, NoMoreFiles, NoSuchFile
from smbprotocol.file_info import (
    FileAttributes,
    FileDispositionInformation,
    FileInformationClass,
    FileRenameInformation,
)
from smbprotocol.open import (
    CreateDisposition,
    CreateOptions,
    DirectoryAccessMask,
    FilePipePrinterAccessMask,
    ShareAccess,
    SMB2SetInfoRequest,
)

from gateway.relay import durable
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import Absent, Changed, Differed, Unreachable
from gateway.relay.parcel import Fingerprint
from gateway.relay.shelf import Entry
from gateway.relay.smb_errors import translated
from gateway.relay.smb_line import Line

_EVERYBODY = ShareAccess.FILE_SHARE_READ | ShareAccess.FILE_SHARE_WRITE | ShareAccess.FILE_SHARE_DELETE
_NOBODY = 0
_ATTRIBUTES = FilePipePrinterAccessMask.FILE_READ_ATTRIBUTES
_READ = FilePipePrinterAccessMask.FILE_READ_DATA | _ATTRIBUTES
_WRITE = _READ | FilePipePrinterAccessMask.FILE_WRITE_DATA | FilePipePrinterAccessMask.DELETE
_FLUSH = FilePipePrinterAccessMask.FILE_APPEND_DATA  # a FLUSH asks for the right to write (MS-SMB2 3.3.5.11)
_CHANGE_NAME = _ATTRIBUTES | FilePipePrinterAccessMask.DELETE
_FOLDER = DirectoryAccessMask.FILE_LIST_DIRECTORY | DirectoryAccessMask.FILE_READ_ATTRIBUTES
_FILE_ONLY = CreateOptions.FILE_NON_DIRECTORY_FILE | CreateOptions.FILE_OPEN_REPARSE_POINT
_NOT_OURS = FileAttributes.FILE_ATTRIBUTE_DIRECTORY | FileAttributes.FILE_ATTRIBUTE_REPARSE_POINT


def entries(line: Line, folder: PurePosixPath) -> tuple[Entry, ...]:
    """The regular files in `folder`; none if it is not there."""
    try:
        with translated(), _folder(line, folder, CreateDisposition.FILE_OPEN) as handle:
            return tuple(sorted(_listed(handle, folder), key=lambda entry: str(entry.path)))
    except Absent:
        return ()


def folders(line: Line, folder: PurePosixPath) -> tuple[PurePosixPath, ...]:
    """The folders in `folder`; none if it is not there."""
    try:
        with translated(), _folder(line, folder, CreateDisposition.FILE_OPEN) as handle:
            return tuple(sorted(folder / name for name, attributes, _ in _all(handle) if _is_folder(name, attributes)))
    except Absent:
        return ()


def _is_folder(name: str, attributes: int) -> bool:
    return attributes & _NOT_OURS == FileAttributes.FILE_ATTRIBUTE_DIRECTORY and name not in {".", ".."}


def _listed(handle: Any, folder: PurePosixPath) -> Iterator[Entry]:
    for name, attributes, item in _all(handle):
        if not attributes & _NOT_OURS:
            size = int(item["end_of_file"].get_value())
            times = (item["last_write_time"].get_value(), item["change_time"].get_value())
            yield Entry(folder / name, Fingerprint(size, f"{name}:{size}:{_stamp(*times)}"))


def _all(handle: Any) -> Iterator[tuple[str, int, Any]]:
    """Name, attributes and description of everything in an open folder."""
    while True:
        try:
            batch = handle.query_directory("*", FileInformationClass.FILE_ID_BOTH_DIRECTORY_INFORMATION)
        except (NoMoreFiles, NoSuchFile):
            return
        for item in batch:
            name = item["file_name"].get_value().decode("utf-16-le", "replace")
            # A name with a slash in it would be a path to us; no honest server sends one. One that is no UTF-16 (NTFS
            # keeps such) could not be opened again by name.
            if not {"/", "\\", "\N{REPLACEMENT CHARACTER}"} & set(name):
                yield name, int(item["file_attributes"].get_value()), item


def _stamp(*times: Any) -> str:
    return ":".join(time.isoformat() for time in times)


def _is_still(handle: Any, entry: Entry) -> bool:
    """Whether an open handle is the file that was listed: same name, size and both times."""
    size = int(handle.end_of_file)
    key = f"{entry.path.name}:{size}:{_stamp(handle.last_write_time, handle.change_time)}"
    return Fingerprint(size, key) == entry.fingerprint


def fetch(line: Line, entry: Entry, into: Path) -> tuple[str, int]:
    """Copy a listed file to the new local file `into`, durably; Changed if it is not, or no longer, the listed one."""
    with translated(), line.opened(_path(entry.path), _READ) as handle:
        if not _is_still(handle, entry):
            raise Changed("changed-since-listed")
        digest, size = _fetch_into(line, handle, into, entry.fingerprint.size)
        handle.close(get_attributes=True)
        if not _is_still(handle, entry):
            raise Changed("changed-while-read")
        return digest, size


def _fetch_into(line: Line, handle: Any, into: Path, most: int) -> tuple[str, int]:
    sha256, size = hashlib.sha256(), 0
    with ExitStack() as local:
        # OSErrors of this disk are named before `translated` can take them for the server's silence.
        with disk_errors():
            write = local.enter_context(durable.new_file(into))
        for chunk in _content(line, handle):
            sha256.update(chunk)
            size += len(chunk)
            if size > most:
                raise Changed("changed-while-read")
            with disk_errors():
                write(chunk)
        with disk_errors():
            local.close()
    return sha256.hexdigest(), size


def put(line: Line, source: Path, temporary: PurePosixPath, digest: str) -> Any:
    """Write, FLUSH, read back and compare through one exclusive handle, which is returned open. Raises Differed."""
    with translated(), ExitStack() as undo:
        _make_folders(line, temporary.parent)
        handle = line.open(_path(temporary), _WRITE, _NOBODY, CreateDisposition.FILE_CREATE, _FILE_ONLY)
        undo.callback(lambda: handle.close() if line.alive else None)
        offset = 0
        for chunk in _pieces(source, line.chunk_bytes):
            offset = _write(handle, chunk, offset)
        handle.flush()
        sha256 = hashlib.sha256()
        for chunk in _content(line, handle):
            sha256.update(chunk)
        if sha256.hexdigest() != digest:
            raise Differed("read-back-differs")
        undo.pop_all()
        return handle


def _pieces(source: Path, size: int) -> Iterator[bytes]:
    with disk_errors(), source.open("rb") as origin:
        while piece := origin.read(size):
            yield piece


def _write(handle: Any, data: bytes, offset: int) -> int:
    """Write all of `data`; a server may take less than it was given (Samba stopped at 4 MiB when measured)."""
    while data:
        taken = int(handle.write(data, offset))
        if not taken:
            raise Unreachable("wrote-nothing")
        offset += taken
        data = data[taken:]
    return offset


def _content(line: Line, handle: Any) -> Iterator[bytes]:
    offset = 0
    while True:
        try:
            chunk = handle.read(offset, line.chunk_bytes)
        except EndOfFile:
            return
        offset += len(chunk)
        yield bytes(chunk)


def publish(line: Line, handle: Any, final: PurePosixPath) -> None:
    """Rename the open file, never over another (Occupied), FLUSH, close."""
    with translated():
        _make_folders(line, final.parent)
        _rename(handle, final)
        handle.flush()
        handle.close()


def digest(line: Line, path: PurePosixPath, *, flushed: bool) -> str | None:
    """SHA-256 of a file, None if it is not there; after a FLUSH if `flushed`."""
    sha256 = hashlib.sha256()
    try:
        with translated(), line.opened(_path(path), _READ | (_FLUSH if flushed else 0)) as handle:
            if flushed:
                handle.flush()
            for chunk in _content(line, handle):
                sha256.update(chunk)
    except Absent:
        return None
    return sha256.hexdigest()


def size(line: Line, path: PurePosixPath) -> int | None:
    """The size of a file, None if it is not there. Asking for attributes alone never meets a sharing violation."""
    try:
        with translated(), line.opened(_path(path), _ATTRIBUTES, share=_EVERYBODY) as handle:
            return int(handle.end_of_file)
    except Absent:
        return None


def move(line: Line, entry: Entry, to: PurePosixPath) -> None:
    """Rename a listed file through a handle on it, so that it cannot be another one by then."""
    with translated():
        _make_folders(line, to.parent)
        with line.opened(_path(entry.path), _CHANGE_NAME) as handle:
            if not _is_still(handle, entry):
                raise Changed("changed-since-listed")
            _rename(handle, to)


def remove(line: Line, path: PurePosixPath, expected: Fingerprint | None) -> None:
    """Erase a file through a handle on it; one that is gone is fine. Raises Changed, InUse."""
    try:
        with translated(), line.opened(_path(path), _CHANGE_NAME, share=_NOBODY) as handle:
            if expected is not None and not _is_still(handle, Entry(path, expected)):
                raise Changed("changed-since-listed")
            information = FileDispositionInformation()
            information["delete_pending"] = True
            _set_info(handle, information)
    except Absent:
        return


def _rename(handle: Any, to: PurePosixPath) -> None:
    information = FileRenameInformation()
    information["replace_if_exists"] = False
    information["file_name"] = _path(to)
    _set_info(handle, information)


def _set_info(handle: Any, information: Any) -> None:
    request = SMB2SetInfoRequest()
    request["info_type"] = information.INFO_TYPE
    request["file_info_class"] = information.INFO_CLASS
    request["file_id"] = handle.file_id
    request["buffer"] = information
    tree = handle.tree_connect
    connection = tree.session.connection
    connection.receive(connection.send(request, tree.session.session_id, tree.tree_connect_id))


def _make_folders(line: Line, folder: PurePosixPath) -> None:
    """Make `folder` and what is above it; another maker between our looks is welcome."""
    for path in reversed((folder, *folder.parents)):
        if path.parts:
            with _folder(line, path, CreateDisposition.FILE_OPEN_IF):
                continue


def _folder(line: Line, path: PurePosixPath, disposition: int) -> Any:
    options = CreateOptions.FILE_DIRECTORY_FILE
    return line.opened(_path(path), _FOLDER, share=_EVERYBODY, disposition=disposition, options=options)


def open_folder(line: Line, folder: PurePosixPath) -> Any:
    """A handle on a folder, to be kept open. Blocks nobody, a rename of the folder included."""
    options = CreateOptions.FILE_DIRECTORY_FILE
    return line.open(_path(folder), _FOLDER, _EVERYBODY, CreateDisposition.FILE_OPEN, options)


def _path(path: PurePosixPath) -> str:
    return "\\".join(path.parts)
