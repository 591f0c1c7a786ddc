"""How programs on a Windows PC put a file into a shared folder. One list, played over SMB and over SFTP.

Each writer ends with the whole content under `name`, or breaks off. What must come of it: relayed once and whole, or nothing
taken, or held with a reason; never a part of it, never twice.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol


class Handle(Protocol):
    """A file that is being written."""

    def write(self, data: bytes, at: int) -> None:
        """These bytes, there."""

    def set_size(self, size: int) -> None:
        """Grow it with zeros, or cut it."""

    def close(self) -> None:
        """Done with it."""


class Pc(Protocol):
    """A PC at the people's folder 請求."""

    def create(self, name: str) -> Handle:
        """A new file, or the one of this name emptied."""

    def reopen(self, name: str) -> Handle:
        """The file of this name, as it is, for writing."""

    def rename(self, name: str, to: str) -> None:
        """Another name; whatever has it is replaced."""

    def die(self) -> None:
        """The PC is gone: nothing is closed, nothing is said."""


Wait = Callable[[], None]
"""Longer than the relay lets a file rest."""


@dataclass(frozen=True, slots=True)
class Writer:
    """`whole`: the content ends up there; else what is left must not be delivered."""

    name: str
    put: Callable[[Pc, str, bytes, Wait], None]
    whole: bool = True


def _at_once(pc: Pc, name: str, content: bytes, _wait: Wait) -> None:
    file = pc.create(name)
    file.write(content, 0)
    file.close()


def _in_pieces(pc: Pc, name: str, content: bytes, wait: Wait) -> None:
    file = pc.create(name)
    third = len(content) // 3
    for start in range(0, len(content), third):
        file.write(content[start : start + third], start)
        wait()
    file.close()


def _sized_first(pc: Pc, name: str, content: bytes, wait: Wait) -> None:
    file = pc.create(name)
    file.set_size(len(content))
    wait()
    file.write(content, 0)
    file.close()


def _sized_first_and_closed_between(pc: Pc, name: str, content: bytes, wait: Wait) -> None:
    file = pc.create(name)
    file.set_size(len(content))
    file.close()
    file = pc.reopen(name)
    file.write(content[: len(content) // 2], 0)
    wait()
    file.write(content[len(content) // 2 :], len(content) // 2)
    file.close()


def _rewritten_in_place(pc: Pc, name: str, content: bytes, _wait: Wait) -> None:
    file = pc.create(name)
    file.write(b"an older and longer version\r\n" * 100, 0)
    file.set_size(0)
    file.write(content, 0)
    file.set_size(len(content))
    file.close()


def _temporary_and_renamed(pc: Pc, name: str, content: bytes, wait: Wait) -> None:
    file = pc.create(f"~{name}.tmp")
    file.write(content, 0)
    file.close()
    wait()
    pc.rename(f"~{name}.tmp", name)


def _filepart_and_renamed(pc: Pc, name: str, content: bytes, wait: Wait) -> None:
    file = pc.create(f"{name}.filepart")
    file.write(content[: len(content) // 2], 0)
    wait()
    file.write(content[len(content) // 2 :], len(content) // 2)
    file.close()
    pc.rename(f"{name}.filepart", name)


def _left_open(pc: Pc, name: str, content: bytes, wait: Wait) -> None:
    file = pc.create(name)
    file.write(content, 0)
    for _ in range(5):
        wait()
    file.close()


def _killed_half_way(pc: Pc, name: str, content: bytes, _wait: Wait) -> None:
    pc.create(name).write(content[: len(content) // 2], 0)
    pc.die()


def _sized_first_and_killed(pc: Pc, name: str, content: bytes, _wait: Wait) -> None:
    file = pc.create(name)
    file.set_size(len(content))
    file.write(content[: len(content) // 2], 0)
    pc.die()


WRITERS = (
    Writer("at-once", _at_once),
    Writer("in-pieces", _in_pieces),
    Writer("sized-first", _sized_first),
    Writer("sized-first-and-closed-between", _sized_first_and_closed_between),
    Writer("rewritten-in-place", _rewritten_in_place),
    Writer("temporary-and-renamed", _temporary_and_renamed),
    Writer("filepart-and-renamed", _filepart_and_renamed),
    Writer("left-open", _left_open),
    Writer("killed-half-way", _killed_half_way, whole=False),
    Writer("sized-first-and-killed", _sized_first_and_killed, whole=False),
)
