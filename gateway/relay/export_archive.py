"""The archive an export writes: a ZIP with WinZip's AES-256, which 7-Zip and other common programs open on Windows.

Contents are encrypted and authenticated (AE-2, https://www.winzip.com/en/support/aes-encryption/); a ZIP's list of names is
not. So inside, a file has its own name only if that is one of the specification's fixed names; else a name of ours, and the
letter, which is encrypted, says whose it is. AE-2 derives its key by 1,000 rounds of PBKDF2-HMAC-SHA-1, which is little:
the password must carry the weight itself (PASSWORD_MIN_CHARS).
"""

import hashlib
import os
import re
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import BinaryIO

import pyzipper

from gateway.claims.calendar import JAPAN
from gateway.relay.durable import CHUNK_BYTES
from gateway.relay.parcel import Parcel, State
from gateway.relay.slip import NOT_A_RECEIPT

PASSWORD_MIN_CHARS = 16
_AES_BITS = 256
_LETTER = "はじめにお読みください.txt"
_FIXED_NAME = re.compile(
    r"RECEIPT[A-Z]\.(UKE|HEN|SAH)|RRECEC\.HEN"
)  # domain names of the specification: they say nobody
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,8}")


class Unreadable(Exception):
    """What was written does not come back."""


@dataclass(frozen=True, slots=True)
class Item:
    """A parcel and where it lies in the archive."""

    parcel: Parcel
    inside: PurePosixPath


def password_trouble(password: str) -> str:
    """Why a password will not do, and what to do; empty if it will.

    Other than ASCII, programs turn passwords into bytes each in its own way, and the archive would not open.
    """
    if not (password.isascii() and password.isprintable()):
        return "the password has characters that not every program reads alike. use ASCII letters, digits and signs"
    if len(password) < PASSWORD_MIN_CHARS:
        return f"the password is short. use at least {PASSWORD_MIN_CHARS} characters, such as five words"
    return ""


def items_of(parcels: Iterable[Parcel]) -> tuple[Item, ...]:
    """A folder for each parcel, under the number it was or would have been delivered as."""
    return tuple(Item(parcel, PurePosixPath(_folder(parcel), _name(parcel))) for parcel in parcels)


def write(file: BinaryIO, items: Iterable[tuple[Item, Iterable[bytes]]], letter: str, password: str) -> None:
    """Write the archive. Raises OSError, and what reading the contents raises."""
    sink = _Sink(file)
    with pyzipper.AESZipFile(sink, "w", compression=pyzipper.ZIP_DEFLATED) as archive:
        archive.setpassword(password.encode())
        archive.setencryption(pyzipper.WZ_AES, nbits=_AES_BITS)
        archive.writestr(_LETTER, _encoded(letter))
        for item, chunks in items:
            moment = item.parcel.seen_at.astimezone(JAPAN).timetuple()[:6]
            info = archive.zipinfo_cls(filename=str(item.inside), date_time=moment)
            info.compress_type = pyzipper.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=True) as entry:
                for chunk in chunks:
                    entry.write(chunk)
    sink.flush()
    if sink.error is not None:
        raise sink.error


def read_back(file: BinaryIO, items: Iterable[Item], letter: str, password: str) -> None:
    """Open the archive as its receiver will, and compare every file's SHA-256. Raises Unreadable, OSError."""
    digests = {str(item.inside): item.parcel.digest for item in items}
    digests[_LETTER] = hashlib.sha256(_encoded(letter)).hexdigest()
    try:
        with pyzipper.AESZipFile(file) as archive:
            archive.setpassword(password.encode())
            found = {name: _digest(archive, name) for name in archive.namelist()}
    except (pyzipper.BadZipFile, RuntimeError, zlib.error, EOFError) as error:
        raise Unreadable(str(error)) from error
    if found != digests:
        raise Unreadable("other bytes came back than were written")


def letter_of(items: Iterable[Item], now: datetime) -> str:
    """What the person at the terminal reads first. CRLF, for Notepad."""
    return "\r\n".join(_lines(items, now)) + "\r\n"


class _Sink:
    """A file that keeps its first error for later: a ZIP writer cannot be closed once writing has failed."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.error: OSError | None = None

    def write(self, data: bytes) -> int:
        """Say that it was written, as far as the writer needs to know."""
        self._try(lambda: self._file.write(data))
        return len(data)

    def flush(self) -> None:
        """As the file's."""
        self._try(self._file.flush)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        """As the file's."""
        return self._try(lambda: self._file.seek(offset, whence))

    def tell(self) -> int:
        """As the file's."""
        return self._try(self._file.tell)

    def seekable(self) -> bool:
        """It is a file."""
        return True

    def _try(self, act: Callable[[], int | None]) -> int:
        if self.error is None:
            try:
                return act() or 0
            except OSError as error:
                self.error = error
        return 0


def _lines(items: Iterable[Item], now: datetime) -> Iterator[str]:
    yield "【厳秘】診療報酬請求に関する情報です。使い終わったら、この媒体と取り出したファイルを消去してください。"
    yield ""
    yield NOT_A_RECEIPT
    yield "書き出したファイルは、ゲートウェイからは配達されません（保留）。二重に請求しないでください。"
    yield f"書き出した日時: {now.astimezone(JAPAN):%Y-%m-%d %H:%M:%S}"
    for item in items:
        parcel = item.parcel
        yield ""
        yield str(item.inside)
        yield f"  ファイル名: {_printable(parcel.name)}"
        yield f"  大きさ: {parcel.size:,} バイト、SHA-256: {parcel.digest}"
        yield f"  配送物: {parcel.id}"
        if parcel.state is State.RENAMING:
            yield "  注意: 端末にすでに届いている可能性があります。端末の共有フォルダーを先に確認してください。"
        elif parcel.arrived:
            yield "  注意: このファイルは端末に配達済みです。"


def _folder(parcel: Parcel) -> str:
    if parcel.target is None:
        return f"番号なし_{parcel.id[:8]}"
    return f"{'_'.join(parcel.target.parts[:3])}_{parcel.id[:8]}"


def _name(parcel: Parcel) -> str:
    if _FIXED_NAME.fullmatch(parcel.name.upper()):
        return parcel.name
    ending = PurePosixPath(parcel.name).suffix
    return f"{parcel.id[:8]}{ending if _ENDING.fullmatch(ending) else ''}"


def _digest(archive: pyzipper.AESZipFile, name: str) -> str:
    sha256 = hashlib.sha256()
    with archive.open(name) as entry:
        while chunk := entry.read(CHUNK_BYTES):
            sha256.update(chunk)
    return sha256.hexdigest()


def _encoded(letter: str) -> bytes:
    return letter.encode("utf-8-sig", "replace")


def _printable(text: str) -> str:
    return "".join(character if character.isprintable() else "\ufffd" for character in text)
