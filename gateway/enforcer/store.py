"""The state directory: site files by their digest, and one small file that says which of them count.

Everything is written beside, fsynced and renamed, the directory too: after a crash at any moment each file is whole, the
old one or the new one. The site goes to disk before `standing.json`, which names it: that rename is the confirmed marker.
"""

import hashlib
import json
import os
import stat
from datetime import datetime
from pathlib import Path
from typing import Any

from gateway.enforcer.confirmation import Entry, Standing, Trial
from gateway.enforcer.errors import StateError

_STANDING = "standing.json"
_SITES = "sites"
_MODE = 0o600
_DIRECTORY_MODE = 0o700


class Store:
    """One state directory; it is made if it is missing. Raises StateError for whatever the disk or the files do."""

    def __init__(self, root: Path) -> None:
        self.root = root
        try:
            (root / _SITES).mkdir(mode=_DIRECTORY_MODE, parents=True, exist_ok=True)
            mode = root.stat()
        except OSError as error:
            raise StateError(f"{root}: {os.strerror(error.errno or 0)}. make it a directory of root's") from error
        # Who may write here decides what the box lets through.
        if mode.st_uid != os.geteuid() or mode.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise StateError(f"{root}: others than its owner may write here. chown root and chmod 700 it")

    def standing(self) -> Standing:
        """What counts; nothing if nothing was ever applied."""
        path = self.root / _STANDING
        try:
            return _standing(json.loads(path.read_text()))
        except FileNotFoundError:
            return Standing()
        except OSError as error:
            raise StateError(f"{path}: {os.strerror(error.errno or 0)}") from error
        except (ValueError, KeyError, TypeError) as error:
            raise StateError(f"{path}: cannot be read: {error}. move it away and apply the site file again") from error

    def write(self, standing: Standing) -> None:
        """Durable on return. Sites that nothing refers to any more go."""
        _replace(self.root / _STANDING, json.dumps(_plain(standing), ensure_ascii=False, indent=1).encode())
        named = {entry.digest for entry in (*standing.confirmed, *((standing.trial.entry,) if standing.trial else ()))}
        for path in (self.root / _SITES).iterdir():
            if path.stem not in named:
                path.unlink(missing_ok=True)

    def keep(self, text: bytes) -> str:
        """Write a site file down. Returns its digest. Durable on return."""
        digest = digest_of(text)
        _replace(self.site_file(digest), text)
        return digest

    def site_file(self, digest: str) -> Path:
        """Where the site file with this digest is."""
        return self.root / _SITES / f"{digest}.yaml"


def digest_of(text: bytes) -> str:
    """What a site file is known by."""
    return hashlib.sha256(text).hexdigest()


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.new")
    try:
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, _MODE)
        try:
            rest = memoryview(content)
            while rest:
                rest = rest[os.write(descriptor, rest) :]
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        beside.rename(path)
        directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise StateError(f"{path}: {os.strerror(error.errno or 0)}") from error


def _plain(standing: Standing) -> dict[str, Any]:
    trial = standing.trial
    return {
        "confirmed": [entry_data(entry) for entry in standing.confirmed],
        "trial": trial and {"entry": entry_data(trial.entry), "deadline_s": trial.deadline_s, "boot": trial.boot},
        "next_number": standing.next_number,
    }


def _standing(data: dict[str, Any]) -> Standing:
    trial = data["trial"]
    return Standing(
        tuple(_entry(one) for one in data["confirmed"]),
        Trial(_entry(trial["entry"]), float(trial["deadline_s"]), str(trial["boot"])) if trial else None,
        int(data["next_number"]),
    )


def entry_data(entry: Entry) -> dict[str, Any]:
    """An entry as JSON has it; `at` with its zone (ISO 8601)."""
    return {
        "number": entry.number,
        "digest": entry.digest,
        "at": entry.at.isoformat(),
        "who": entry.who,
        "comment": entry.comment,
        "unproved": entry.unproved,
    }


def _entry(data: dict[str, Any]) -> Entry:
    return Entry(
        int(data["number"]),
        str(data["digest"]),
        datetime.fromisoformat(data["at"]),
        str(data["who"]),
        str(data["comment"]),
        str(data["unproved"]),
    )
