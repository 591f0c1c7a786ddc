"""The relay's door, watched: every effect goes through to a real disk and is written down, with its bytes."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.relay import durable
from tests.relay.powercut.disk import (
    Commit,
    Create,
    Effect,
    Link,
    MakeFolder,
    Rename,
    Sync,
    SyncFolder,
    Unlink,
    Write,
)
from tests.relay.rig import PowerCut

Forgets = Callable[[str, str], bool]
"""Whether a broken relay leaves an effect out, told by its kind and its path below the relay's folder."""


class Log:
    """What passed the doors, in order. At the `cut_at`-th effect the process dies, with the effect done."""

    def __init__(self, cut_at: int | None = None) -> None:
        self.effects: list[Effect] = []
        self._cut_at = cut_at

    def note(self, effect: Effect) -> None:
        """Write one down."""
        self.effects.append(effect)
        if len(self.effects) == self._cut_at:
            raise PowerCut


class Door:
    """Stands in front of `durable` while `watched` runs. `root` is the relay's folder."""

    def __init__(self, root: Path, log: Log, forgets: Forgets | None = None) -> None:
        self._root = root
        self._log = log
        self._forgets = forgets

    @contextmanager
    def watched(self) -> Iterator[None]:
        """Watch the door; it is as it was afterwards."""
        watching = {
            "sync": self._sync,
            "sync_folder": self._sync_folder,
            "create": self._create,
            "write_all": self._write_all,
            "make_folder": self._make_folder,
            "rename": self._rename,
            "link": self._link,
            "unlink": self._unlink,
            "remove_folder": self._remove_folder,
            "commit": self._commit,
        }
        self._really: dict[str, Callable[..., Any]] = {name: getattr(durable, name) for name in watching}
        try:
            for name, watch in watching.items():
                setattr(durable, name, watch)
            yield
        finally:
            for name, really in self._really.items():
                setattr(durable, name, really)

    def _forgotten(self, kind: str, descriptor: int, name: str = "") -> bool:
        if self._forgets is None:
            return False
        path = Path(f"/proc/self/fd/{descriptor}").readlink() / name
        return self._forgets(kind, str(path.relative_to(self._root)))

    def _sync(self, descriptor: int) -> None:
        if not self._forgotten("sync", descriptor):
            self._really["sync"](descriptor)
            self._log.note(Sync(_number(descriptor)))

    def _sync_folder(self, here: int) -> None:
        if not self._forgotten("sync_folder", here):
            self._really["sync"](here)
            self._log.note(SyncFolder(_number(here)))

    def _create(self, here: int, name: str) -> int:
        descriptor: int = self._really["create"](here, name)
        try:
            self._log.note(Create(_number(here), name, _number(descriptor)))
        except PowerCut:
            os.close(descriptor)
            raise
        return descriptor

    def _write_all(self, descriptor: int, data: bytes) -> None:
        offset = os.lseek(descriptor, 0, os.SEEK_CUR)
        self._really["write_all"](descriptor, data)
        self._log.note(Write(_number(descriptor), offset, bytes(data)))

    def _make_folder(self, here: int, name: str) -> None:
        self._really["make_folder"](here, name)
        self._log.note(MakeFolder(_number(here), name, _inode(here, name)))

    def _rename(self, source: int, name: str | bytes, target: int, new_name: str) -> None:
        file = _inode(source, name)
        self._really["rename"](source, name, target, new_name)
        self._log.note(Rename(_number(source), os.fsdecode(name), _number(target), new_name, file))

    def _link(self, source: int, name: str, target: int, new_name: str) -> None:
        if self._forgotten("no_replace", target, new_name):
            self._rename_over(source, name, target, new_name)
            return
        self._really["link"](source, name, target, new_name)
        self._log.note(Link(_number(target), new_name, _inode(target, new_name)))

    def _rename_over(self, source: int, name: str, target: int, new_name: str) -> None:
        """A broken relay's link: a rename, which replaces; the name that `unlink` expects is put back."""
        file = _inode(source, name)
        self._really["rename"](source, name, target, new_name)
        self._really["link"](target, new_name, source, name)
        self._log.note(Link(_number(target), new_name, file))

    def _unlink(self, here: int, name: str) -> None:
        file = _inode(here, name)
        self._really["unlink"](here, name)
        self._log.note(Unlink(_number(here), name, file))

    def _remove_folder(self, here: int, name: str) -> None:
        folder = _inode(here, name)
        self._really["remove_folder"](here, name)
        self._log.note(Unlink(_number(here), name, folder))

    def _commit(self, database: sqlite3.Connection) -> None:
        self._really["commit"](database)
        self._log.note(Commit(bytes(database.serialize())))


def _number(descriptor: int) -> int:
    return os.fstat(descriptor).st_ino


def _inode(here: int, name: str | bytes) -> int:
    return os.stat(name, dir_fd=here, follow_symlinks=False).st_ino
