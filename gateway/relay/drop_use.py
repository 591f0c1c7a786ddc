"""Who has the drop open now and who used it last: what each door (the Windows share, SFTP) writes down for `status`.

A file of JSON beside the door's own state, replaced whole. It carries what the site file calls people, never a file's name.
"""

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from gateway.relay import durable


class Door(StrEnum):
    """By which way people come to their folders."""

    SHARE = "share"
    SFTP = "sftp"


@dataclass(frozen=True, slots=True)
class Use:
    """One person at one door. `last` is when they last did something there, or came or went; None: never."""

    person: str
    door: Door
    sessions: int = 0
    last: datetime | None = None


class DropUse:
    """What one door remembers. Sessions end with the process that counts them; `last` outlives it in the file."""

    def __init__(self, file: Path, door: Door, people: Iterable[str]) -> None:
        self._file = file
        self._door = door
        known = {use.person: use.last for use in read(file)}
        self._uses = {person: Use(person, door, 0, known.get(person)) for person in people}
        self._written: dict[str, Use] | None = None

    def came(self, person: str, now: datetime) -> None:
        """A session of theirs began."""
        self._change(person, now, 1)

    def went(self, person: str, now: datetime) -> None:
        """A session of theirs ended."""
        self._change(person, now, -1)

    def did(self, person: str, now: datetime) -> None:
        """They did something in a session."""
        self._change(person, now, 0)

    def _change(self, person: str, now: datetime, sessions: int) -> None:
        use = self._uses.get(person, Use(person, self._door))
        self._uses[person] = replace(use, sessions=max(0, use.sessions + sessions), last=now)

    def write(self) -> None:
        """Replace the file if there is something new. Raises OSError.

        Not synced: after a power cut an older word on last use is no loss.
        """
        if self._uses == self._written:
            return
        rows = [{**_plain(use), "last": use.last and use.last.isoformat()} for use in self._uses.values()]
        half = self._file.with_suffix(".new").name
        here = durable.open_root(self._file.parent)
        try:
            with suppress(FileNotFoundError):
                durable.unlink(here, half)
            descriptor = durable.create(here, half)
            try:
                durable.write_all(descriptor, json.dumps(rows, ensure_ascii=False).encode())
            finally:
                os.close(descriptor)
            durable.rename(here, half, here, self._file.name)
        finally:
            os.close(here)
        self._written = dict(self._uses)


def read(file: Path) -> tuple[Use, ...]:
    """What a door wrote; nothing if there is no such file or it is not whole."""
    try:
        rows = json.loads(file.read_text())
        return tuple(
            Use(
                str(row["person"]),
                Door(row["door"]),
                int(row["sessions"]),
                datetime.fromisoformat(row["last"]) if row["last"] else None,
            )
            for row in rows
        )
    except (OSError, ValueError, KeyError, TypeError):
        return ()


def _plain(use: Use) -> dict[str, str | int]:
    return {"person": use.person, "door": str(use.door), "sessions": use.sessions}
