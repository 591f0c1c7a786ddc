"""A disk as a value, and what the relay's door does to it. Two roots share one disk: the relay's folder and the terminal's share."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

LEDGER = "ledger.sqlite3"
_NO_FILES_OF_OURS = {LEDGER, f"{LEDGER}-wal", f"{LEDGER}-shm", "lock"}


@dataclass(frozen=True, slots=True)
class Create:
    """A new file; durable with its folder."""

    folder: int
    name: str
    file: int


@dataclass(frozen=True, slots=True)
class MakeFolder:
    """A new folder; durable with the one above."""

    folder: int
    name: str
    made: int


@dataclass(frozen=True, slots=True)
class Write:
    """Bytes at an offset; durable with the file."""

    file: int
    offset: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Rename:
    """Another name in one step; durable once both folders are. It replaces whatever has the new name."""

    source: int
    name: str
    target: int
    new: str
    file: int


@dataclass(frozen=True, slots=True)
class Link:
    """A second name; durable with its folder."""

    target: int
    new: str
    file: int


@dataclass(frozen=True, slots=True)
class Unlink:
    """A name less; durable with its folder."""

    folder: int
    name: str
    file: int


@dataclass(frozen=True, slots=True)
class Sync:
    """A file's bytes are durable from here on."""

    file: int


@dataclass(frozen=True, slots=True)
class SyncFolder:
    """A folder's names are durable from here on."""

    folder: int


@dataclass(frozen=True, slots=True)
class Flush:
    """SMB2 FLUSH: the file's bytes, and every earlier change of a name on the share (NTFS and ext4 log them in order)."""

    file: int


@dataclass(frozen=True, slots=True)
class Commit:
    """The whole ledger after a transaction, durable at once."""

    ledger: bytes = field(repr=False)


Effect = Create | MakeFolder | Write | Rename | Link | Unlink | Sync | SyncFolder | Flush | Commit


@dataclass(frozen=True, slots=True)
class Disk:
    """Folders by number (name → number) and files by number. The terminal's numbers are negative."""

    folders: dict[int, dict[str, int]]
    files: dict[int, bytes]

    def copy(self) -> "Disk":
        """One that may be changed."""
        return Disk({number: dict(names) for number, names in self.folders.items()}, dict(self.files))

    def change(self, effect: Effect) -> None:
        """Let an effect happen. One whose folder was lost changes nothing that can be reached."""
        match effect:
            case Create(folder, name, file):
                self.files.setdefault(file, b"")
                self.folders.setdefault(folder, {})[name] = file
            case MakeFolder(folder, name, made):
                self.folders.setdefault(made, {})
                self.folders.setdefault(folder, {})[name] = made
            case Write(file, offset, data):
                before = self.files.get(file, b"").ljust(offset, b"\0")
                self.files[file] = before[:offset] + data + before[offset + len(data) :]
            case Rename(source, name, target, new, file):
                if self.folders.setdefault(source, {}).get(name) == file:
                    del self.folders[source][name]
                self.folders.setdefault(target, {})[new] = file
            case Link(target, new, file):
                self.folders.setdefault(target, {})[new] = file
            case Unlink(folder, name, file):
                if self.folders.setdefault(folder, {}).get(name) == file:
                    del self.folders[folder][name]

    def after(self, effects: Iterable[Effect]) -> "Disk":
        """The disk once these happened."""
        changed = self.copy()
        for effect in effects:
            changed.change(effect)
        return changed

    def walk(self, root: int, above: str = "") -> Iterator[tuple[str, int]]:
        """Every path below `root` and its number, sorted; a folder's path ends with a slash."""
        for name, number in sorted(self.folders.get(root, {}).items()):
            if number in self.folders:
                yield f"{above}{name}/", number
                yield from self.walk(number, f"{above}{name}/")
            else:
                yield f"{above}{name}", number

    def found(self, root: int, below: str = "") -> dict[str, bytes]:
        """Files by path relative to `root`, those whose path begins with `below`."""
        return {
            path: self.files.get(number, b"")
            for path, number in self.walk(root)
            if not path.endswith("/") and path.startswith(below)
        }

    def at(self, root: int, path: str) -> int | None:
        """The number of what lies at `path`, if anything does."""
        return next((number for found, number in self.walk(root) if found.rstrip("/") == path), None)

    def shape(self, root: int) -> tuple[tuple[str, str], ...]:
        """What can be seen below `root`: paths, contents, and which names lead to one file."""
        first: dict[int, str] = {}
        seen = []
        for path, number in self.walk(root):
            content = "" if path.endswith("/") else sha256(self.files.get(number, b"")).hexdigest()
            seen.append((path, f"{content} {first.setdefault(number, path)}"))
        return tuple(seen)


def pending(log: list[Effect]) -> list[int]:
    """The places in `log` of the effects that a power cut at its end may undo, each for itself."""
    synced: set[int] = set()
    synced_folders: set[int] = set()
    flushed = False
    undone = []
    for place in range(len(log) - 1, -1, -1):
        match log[place]:
            case Sync(file):
                synced.add(file)
            case SyncFolder(folder):
                synced_folders.add(folder)
            case Flush(file):
                synced.add(file)
                flushed = True
            case Write(file) if file not in synced:
                undone.append(place)
            case Create(folder) | MakeFolder(folder) | Unlink(folder) | Link(folder) if not _kept(
                (folder,), synced_folders, flushed=flushed
            ):
                undone.append(place)
            case Rename(source, _, target) if not _kept((source, target), synced_folders, flushed=flushed):
                undone.append(place)
    return undone[::-1]


def _kept(folders: tuple[int, ...], synced: set[int], *, flushed: bool) -> bool:
    return flushed if folders[0] < 0 else synced.issuperset(folders)


def scan(folder: Path, disk: Disk) -> int:
    """Add a real folder to `disk`, by its inodes; the folder's number. The ledger's files are no part of it."""
    number = folder.stat().st_ino
    names: dict[str, int] = {}
    for entry in os.scandir(folder):
        if entry.is_dir():
            names[entry.name] = scan(Path(entry.path), disk)
        elif entry.name not in _NO_FILES_OF_OURS:
            names[entry.name] = entry.inode()
            disk.files[entry.inode()] = Path(entry.path).read_bytes()
    disk.folders[number] = names
    return number


def lay(disk: Disk, root: int, folder: Path) -> None:
    """Make a real folder of what `disk` has below `root`."""
    folder.mkdir(parents=True)
    laid: dict[int, Path] = {}
    for path, number in disk.walk(root):
        place = folder / path
        if path.endswith("/"):
            place.mkdir()
        elif number in laid:
            place.hardlink_to(laid[number])
        else:
            place.write_bytes(disk.files.get(number, b""))
            laid[number] = place
