"""A person's word on a held parcel, as a file in `relay/decisions`: a command writes it, the running relay acts on it.

One file for each parcel, named by its id, published whole and never replaced: the first word stands until it was heard. The
name and the reason go into the ledger and nowhere else.
"""

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gateway.relay import durable
from gateway.relay.places import Places

BY_MOST = 80  # characters
WHY_MOST = 400  # characters
FILE_MOST_BYTES = 1 << 14
_NAME = re.compile(r"(?P<id>[0-9a-f]{32})\.json")


class Word(StrEnum):
    """What a person says."""

    RELEASE = "release"
    REJECT = "reject"


class DecisionInvalid(ValueError):
    """A decision that cannot stand: one line, what is wrong and what to write."""


class DecisionWaits(Exception):
    """Another decision on this parcel has not been heard yet."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Who decided what of which held parcel, and why. Raises DecisionInvalid for an id, a name or a reason that cannot be."""

    parcel: str
    word: Word
    by: str
    why: str

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(f"{self.parcel}.json"):
            raise DecisionInvalid("a parcel's id has 32 hex digits. copy it from: claim-gateway files list")
        _require_line("name", self.by, BY_MOST)
        _require_line("reason", self.why, WHY_MOST)


def publish(places: Places, decision: Decision) -> None:
    """Lay the decision down for the relay, durably. Raises DecisionWaits, OSError."""
    with _folder(places) as here:
        temporary = f".{decision.parcel}"
        durable.remove(here, temporary)  # of a command that was killed
        descriptor = durable.create(here, temporary)
        try:
            if os.geteuid() == 0:
                owner = os.fstat(here)  # what root writes here must not keep the relay's own user out
                os.fchown(descriptor, owner.st_uid, owner.st_gid)
            durable.write_all(descriptor, (json.dumps(asdict(decision), ensure_ascii=False) + "\n").encode())
            durable.sync(descriptor)
        finally:
            os.close(descriptor)
        try:
            durable.publish(here, temporary, here, f"{decision.parcel}.json")
        except FileExistsError as error:
            durable.remove(here, temporary)
            raise DecisionWaits(
                "a decision on this parcel is waiting for the relay already. is the relay running?"
            ) from error


def read(places: Places) -> tuple[Decision | str, ...]:
    """The decisions that wait, by parcel; only the file's name for one that makes no sense. Raises OSError."""
    with _folder(places) as here:
        return tuple(_read(here, name) for name in durable.names(here) if not name.startswith("."))


def forget(places: Places, name: str) -> None:
    """Remove a decision that was heard; `name` is a parcel's id, or a file's name as `read` gave it. Gone is fine. Raises OSError."""
    with _folder(places) as here:
        durable.remove(here, f"{name}.json" if _NAME.fullmatch(f"{name}.json") else name)


def path_of(places: Places, parcel_id: str) -> Path:
    """Where the decision on a parcel lies."""
    return places.decisions / f"{parcel_id}.json"


def _read(here: int, name: str) -> Decision | str:
    found = _NAME.fullmatch(name)
    try:
        descriptor = durable.open_existing(here, name)
        try:
            text = os.pread(descriptor, FILE_MOST_BYTES, 0)
        finally:
            os.close(descriptor)
        said = json.loads(text)
        decision = Decision(**{**said, "word": Word(said["word"])})
    except (ValueError, TypeError, KeyError, OSError):
        return name
    return decision if found is not None and decision.parcel == found["id"] else name


def _require_line(what: str, text: Any, most: int) -> None:
    if not isinstance(text, str) or not text.strip() or len(text) > most or not text.isprintable():
        raise DecisionInvalid(f"the {what} must be one line of 1 to {most} characters. write who decides, and why")


@contextmanager
def _folder(places: Places) -> Iterator[int]:
    root = durable.open_root(places.root)
    try:
        with durable.folder(root, (places.decisions.name,), create=True) as here:
            yield here
    finally:
        os.close(root)
