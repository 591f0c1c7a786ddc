"""What can still be read: of a damaged ledger row by row, of the spool and of the people's folders what they hold."""

import hashlib
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from gateway.claims.reader import read
from gateway.relay import durable
from gateway.relay.parcel import Direction, Fingerprint, Hold, Parcel, State
from gateway.relay.rows import parcel_of
from gateway.relay.slip import REPLACED, SLIP
from gateway.relay.spool_files import folder

GAP_MOST = 10_000  # row ids tried one by one between what reads from the front and from the back
_NUMBERED = re.compile(r"(\d{2,})回目_\d{4}-\d{4}")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Salvage:
    """What came out of a file: rows as they were stored, each parcel's steps, and how many rows made no sense."""

    rows: tuple[Row, ...] = ()
    steps: Mapping[str, tuple[Row, ...]] | None = None
    lost: int = 0

    def steps_of(self, parcel_id: str) -> tuple[Row, ...]:
        """A parcel's history, oldest first."""
        return (self.steps or {}).get(parcel_id, ())


def salvage(ledger: Path) -> Salvage:
    """Read what reads. `ledger` is a copy that nobody needs: SQLite may work its log into it."""
    if not ledger.exists():
        return Salvage()
    try:
        with closing(sqlite3.connect(ledger)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            stored, steps = _read(connection, "parcel"), _read(connection, "step")
    except sqlite3.DatabaseError:
        return Salvage()
    rows = [row for row in stored if _makes_sense(row)]
    by_parcel: dict[str, list[Row]] = {}
    for step in steps:
        if step["state"] in set(State):
            by_parcel.setdefault(step["parcel"], []).append(step)
    return Salvage(tuple(rows), {key: tuple(value) for key, value in by_parcel.items()}, len(stored) - len(rows))


def unknown_file(spool: Path, parcel_id: str) -> Parcel:
    """A file of the spool that no row speaks of, as a held parcel under a name of ours. Raises OSError."""
    with folder(spool) as here:
        descriptor = durable.open_existing(here, parcel_id)
        try:
            digest, size = durable.digest_of(descriptor)
            summary = read(durable.chunks(descriptor))
            changed = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
        finally:
            os.close(descriptor)
    back = summary.kind.returns
    suffix = "HEN" if back else "UKE" if summary.kind.claims else "bin"
    return Parcel(
        id=parcel_id,
        direction=Direction.RETURN if back else Direction.CLAIM,
        name=f"{parcel_id[:8]}.{suffix}",
        source=b"",
        fingerprint=Fingerprint(size, ""),
        seen_at=changed,
        quiet_since=changed,
        state=State.HELD,
        digest=digest,
        size=size,
        summary=summary,
        reasons=(str(Hold.REBUILT),),
    )


def delivered_files(people: Path, direction: Direction) -> Iterator[Parcel]:
    """What 配達済み or 返戻 (`people`) shows was delivered: numbers go on from there even if no row is left. Raises OSError."""
    for path in sorted(people.glob("*/*/*/*")):
        month, payer, sending, name = path.relative_to(people).parts
        numbered = _NUMBERED.match(sending)
        if numbered is None or path.is_symlink() or not path.is_file() or _is_note(name):
            continue
        with folder(path.parent) as here:
            descriptor = durable.open_existing(here, name)
            try:
                digest, size = durable.digest_of(descriptor)
                placed = datetime.fromtimestamp(os.fstat(descriptor).st_mtime, UTC)
            finally:
                os.close(descriptor)
        target = PurePosixPath(month, payer, sending, name)
        yield Parcel(
            id=hashlib.sha256(f"{direction}/{target}".encode("utf-8", "surrogateescape")).hexdigest()[:32],
            direction=direction,
            name=name,
            source=b"",
            fingerprint=Fingerprint(size, ""),
            seen_at=placed,
            quiet_since=placed,
            state=State.RETIRED,
            digest=digest,
            size=size,
            number=int(numbered[1]),
            target=target,
        )


def _is_note(name: str) -> bool:
    return name.endswith(".txt") and name.startswith((SLIP, REPLACED))


def _read(connection: sqlite3.Connection, table: str) -> list[Row]:
    """The rows of a table from the front as far as they read, from the back, and what reads of the gap between."""
    found: dict[int, Row] = {}
    reached = {"ASC": 0, "DESC": 0}
    for order in reached:
        with suppress(sqlite3.DatabaseError):
            for row in connection.execute(f"SELECT rowid AS place, * FROM {table} NOT INDEXED ORDER BY rowid {order}"):  # noqa: S608  (two words of ours)
                found[row["place"]] = dict(row)
                reached[order] = row["place"]
    most = reached["ASC"] + GAP_MOST
    for place in range(reached["ASC"] + 1, min(reached["DESC"] or most, most)):
        with suppress(sqlite3.DatabaseError):
            for row in connection.execute(f"SELECT rowid AS place, * FROM {table} WHERE rowid = ?", (place,)):  # noqa: S608
                found[place] = dict(row)
    return [{name: value for name, value in found[place].items() if name != "place"} for place in sorted(found)]


def _makes_sense(row: Row) -> bool:
    try:
        parcel_of(row)
        "".join(value for value in row.values() if isinstance(value, str)).encode()
    except (ValueError, TypeError, KeyError, AttributeError, IndexError):
        return False
    return bool(re.fullmatch(r"[0-9a-f]{32}", row["id"]))
