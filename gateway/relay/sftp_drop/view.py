"""What a person sees over SFTP: their folders as they are on the disk, and in 請求 what was taken and has not arrived yet.

Read by descriptors and single names (`durable.folder`): a link on the way is an error, and only files and folders are shown.
"""

import os
import stat
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gateway.claims.names import folded
from gateway.relay import durable
from gateway.relay.places import BOARD, PEOPLE, Places
from gateway.relay.sftp_drop.disk import Descriptor, Disk
from gateway.relay.sftp_drop.packets import Attributes
from gateway.relay.sftp_drop.paths import Folder, Location
from gateway.relay.sftp_drop.refusal import absent
from gateway.relay.sftp_drop.staging import OnTheWay, Staging

ENTRIES_MOST = 20_000
FOLDER_MODE, INBOX_MODE, FILE_MODE = 0o040550, 0o040770, 0o100440
_FOLDER = Attributes(0, FOLDER_MODE, 0)


class View:
    """The people's tree, for reading."""

    def __init__(self, places: Places, disk: Disk, staging: Staging) -> None:
        self._people = places.root / PEOPLE
        self._spool = places.spool
        self._disk = disk
        self._staging = staging

    async def about(self, person: str, at: Location) -> Attributes:
        """What lies there. Raises Refusal."""
        if at.is_root:
            return _FOLDER
        if at.above.is_inbox and not at.is_inbox:
            part = self._staging.part_of(person, at)
            if part is not None:
                return part.about
            taken = await self.taken(at)
            if taken is not None:
                return _taken(taken)
        return await self._disk.do(lambda: self._about(at))

    async def entries(self, person: str, at: Location) -> list[tuple[str, Attributes]]:
        """What lies in a folder, by name. Raises Refusal."""
        if at.is_root:
            shown = [(str(folder), _FOLDER) for folder in Folder]
            return [*shown, *await self._disk.do(self._board)]
        found = dict(await self._disk.do(lambda: self._entries(at)))
        if at.is_inbox:
            for taken in await self._staging.on_the_way():
                if taken.at.above == at:
                    found[taken.at.name] = _taken(taken)
            for part in self._staging.parts_in(person, at):
                found[part.at.name] = part.about
        return sorted(found.items())

    async def open(self, at: Location) -> tuple[Descriptor, Attributes]:
        """A file for reading. Raises Refusal."""
        if at.is_root or at.is_inbox:
            raise absent()
        taken = await self.taken(at) if at.above.is_inbox else None
        root, parts = (self._spool, (taken.id,)) if taken else (self._people, _parts(at))

        def work() -> tuple[Descriptor, Attributes]:
            with _folder(root, parts[:-1]) as here:
                number = durable.open_existing(here, parts[-1])
            return Descriptor(number, os.close), _attributes(os.fstat(number))

        return await self._disk.do(work, unheard=lambda opened: opened[0].close())

    async def taken(self, at: Location) -> OnTheWay | None:
        """The file of this name that was taken out of 請求 and is still shown, the newest of several."""
        key = folded(at.name)
        alike = [one for one in await self._staging.on_the_way() if one.key == key and one.at.above == at.above]
        return max(alike, key=lambda one: one.since, default=None)

    async def lies_there(self, at: Location) -> bool:
        """Whether somebody put a file of this name, or one Windows takes for it, into the folder by another way."""

        def work() -> bool:
            with _folder(self._people, _parts(at.above)) as here:
                return any(folded(name) == folded(at.name) for name in durable.names(here))

        return await self._disk.do(work)

    def _about(self, at: Location) -> Attributes:
        parts = _parts(at)
        with _folder(self._people, parts[:-1]) as here:
            found = os.stat(parts[-1], dir_fd=here, follow_symlinks=False)
        if not _shown(found):
            raise absent()
        return _attributes(found, inbox=at.is_inbox)

    def _entries(self, at: Location) -> Iterator[tuple[str, Attributes]]:
        with _folder(self._people, _parts(at)) as here:
            return iter(list(_listed(here, at)))

    def _board(self) -> list[tuple[str, Attributes]]:
        with _folder(self._people, ()) as here:
            try:
                found = os.stat(BOARD.name, dir_fd=here, follow_symlinks=False)
            except FileNotFoundError:
                return []
        return [(BOARD.name, _attributes(found))] if stat.S_ISREG(found.st_mode) else []


def _listed(here: int, at: Location) -> Iterator[tuple[str, Attributes]]:
    for name in durable.names(here)[:ENTRIES_MOST]:
        try:
            found = os.stat(name, dir_fd=here, follow_symlinks=False)
        except FileNotFoundError:
            continue
        if _shown(found) and _speakable(name):
            yield name, _attributes(found, inbox=(at / name).is_inbox)


def _parts(at: Location) -> tuple[str, ...]:
    return ((str(at.folder),) if at.folder else ()) + at.below


def _shown(found: os.stat_result) -> bool:
    return stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)


def _speakable(name: str) -> bool:
    """Whether a client that asks for the name will get this file: it is text, and composed."""
    return unicodedata.is_normalized("NFC", name) and not any(0xD800 <= ord(one) <= 0xDFFF for one in name)


def _attributes(found: os.stat_result, *, inbox: bool = False) -> Attributes:
    folder_mode = INBOX_MODE if inbox else FOLDER_MODE
    mode = folder_mode if stat.S_ISDIR(found.st_mode) else FILE_MODE
    return Attributes(found.st_size, mode, int(found.st_mtime))


def _taken(one: OnTheWay) -> Attributes:
    return Attributes(one.size, FILE_MODE, int(one.since.timestamp()))


@contextmanager
def _folder(root: Path, parts: tuple[str, ...]) -> Iterator[int]:
    descriptor = durable.open_root(root)
    try:
        with durable.folder(descriptor, parts) as here:
            yield here
    finally:
        os.close(descriptor)
