"""What an export holds: a manifest and the files of one box, as a tar archive inside the seal.

A file's name in it says where it belongs: `site/…` beside the site file, `ssh/…` host keys, `enforcer/sites/…` what was ever
confirmed and `enforcer/standing.json` which of it counts, `relay/ledger.sqlite3`. No claim file and no return file is in it.
"""

import io
import json
import os
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from gateway.relay.durable import open_existing
from gateway.relay.spool_files import folder
from gateway.replacement.errors import WrongInput
from gateway.replacement.sealed import Sealing, opened

FORMAT = 1
MANIFEST = "manifest.json"
RELAY = "relay/"
LEDGER = f"{RELAY}ledger.sqlite3"
STANDING = "enforcer/standing.json"
SITES = "enforcer/sites"
_MANIFEST_MAX_BYTES = 1 << 20
_INSIDE = re.compile(r"(site|ssh|enforcer|relay)(/[^/.\x00-\x1f][^/\x00-\x1f]*)+")
_MODES = 0o666


@dataclass(frozen=True, slots=True)
class Item:
    """One file: its name inside, where its bytes lie now, and the mode it is to have."""

    name: str
    path: Path
    mode: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the export says of itself: whose box it was, which of `files` is the site file, and where the audit chain ends.

    `head` is `SEQUENCE:HASH`; empty where there is no ledger.
    """

    program: str
    at: datetime
    site: str
    site_file: str
    head: str
    files: tuple[str, ...]


def holdable(name: str) -> bool:
    """Whether a file of this name can be in an export: plain names, nothing that climbs or hides. Pure."""
    return _INSIDE.fullmatch(name) is not None


def write(sealing: Sealing, manifest: Manifest, items: Iterable[Item]) -> None:
    """Write all of it through the seal, which is closed then. Raises OSError."""
    with tarfile.open(mode="w|", fileobj=_Sink(sealing), format=tarfile.PAX_FORMAT) as archive:
        text = json.dumps(_plain(manifest), ensure_ascii=False).encode()
        archive.addfile(_info(MANIFEST, len(text), 0o600), io.BytesIO(text))
        for item in items:
            # What was looked at may be a link or a pipe by now: the relay's keys lie in its own folder.
            with folder(item.path.parent) as here, os.fdopen(open_existing(here, item.path.name), "rb") as file:
                archive.addfile(_info(item.name, os.fstat(file.fileno()).st_size, item.mode), file)
    sealing.close()


def unpack(sealed: BinaryIO, password: str, into: Path) -> tuple[Manifest, tuple[Item, ...]]:
    """Lay the files below the new folder `into`; what they are is not looked at yet. Raises WrongInput, OSError."""
    pieces = opened(sealed, password)
    try:
        with tarfile.open(mode="r|", fileobj=_Source(pieces)) as archive:
            manifest = _manifest(archive)
            items = tuple(_laid(archive, into))
        # An archive ends before its file does; what is sealed behind it must be whole as well.
        for _ in pieces:
            continue
    except (tarfile.TarError, EOFError) as error:
        raise WrongInput("its content is not an export's. take another copy; nothing was restored") from error
    if [item.name for item in items] != [*manifest.files]:
        raise WrongInput("it does not hold what its manifest says. take another copy; nothing was restored")
    return manifest, items


def _laid(archive: tarfile.TarFile, into: Path) -> Iterator[Item]:
    while (member := archive.next()) is not None:
        content = archive.extractfile(member) if member.isreg() else None
        if content is None or not holdable(member.name):
            raise WrongInput("it holds what no export holds. take another copy; nothing was restored")
        path = into / PurePosixPath(member.name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with path.open("xb") as file:
            while piece := content.read(1 << 18):
                file.write(piece)
        path.chmod(0o600)
        yield Item(member.name, path, member.mode & _MODES)


def _manifest(archive: tarfile.TarFile) -> Manifest:
    first = archive.next()
    if first is None or first.name != MANIFEST or first.size > _MANIFEST_MAX_BYTES:
        raise WrongInput("it has no manifest. name the file that `claim-gateway export` wrote")
    content = archive.extractfile(first)
    try:
        data = json.loads(content.read() if content else b"")
        if data["format"] > FORMAT:
            raise WrongInput("a newer version of this program wrote it. install that version here, then restore")
        return Manifest(
            str(data["program"]),
            datetime.fromisoformat(data["at"]),
            str(data["site"]),
            str(data["site_file"]),
            str(data["head"]),
            tuple(map(str, data["files"])),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise WrongInput("its manifest cannot be read. take another copy; nothing was restored") from error


def _plain(manifest: Manifest) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "program": manifest.program,
        "at": manifest.at.isoformat(),
        "site": manifest.site,
        "site_file": manifest.site_file,
        "head": manifest.head,
        "files": list(manifest.files),
    }


def _info(name: str, size: int, mode: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, mode
    return info


class _Sink(io.RawIOBase):
    """The seal as a file to write to."""

    def __init__(self, sealing: Sealing) -> None:
        self._sealing = sealing

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        return self._sealing.write(bytes(data))


class _Source(io.RawIOBase):
    """Opened pieces as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._rest = b""

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        while len(self._rest) < size or size < 0:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._rest += piece
        taken = self._rest if size < 0 else self._rest[:size]
        self._rest = self._rest[len(taken) :]
        return taken
