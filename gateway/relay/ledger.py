"""The ledger: SQLite, and the only truth about a parcel. One process writes (`daemon.py` holds the lock); any may read.

A commit returns once it is on the disk (WAL with synchronous=FULL, https://sqlite.org/pragma.html#pragma_synchronous).
File names are in here, so it is as confidential as the files: mode 0600, secure_delete.
"""

import sqlite3
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.relay.durable import FILE_MODE
from gateway.relay.parcel import Direction, Parcel, State, series_of
from gateway.relay.rows import parcel_of, row_of
from gateway.relay.schema import MIGRATIONS

BUSY_TIMEOUT_S = 5.0
_RESTING = tuple(state for state in State if not state.moving)


class LedgerError(Exception):
    """The ledger cannot be used: unreadable, newer than this program, or the disk failed. The relay stops."""


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a parcel's history: it reached `state` because of `event`."""

    state: State
    attempt: int
    event: str
    at: datetime


class Ledger:
    """An open ledger. Use as a context manager."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.row_factory = sqlite3.Row
        self._db = connection

    @classmethod
    def open(cls, path: Path) -> "Ledger":
        """Open for writing, creating or migrating as needed. Raises LedgerError."""
        try:
            path.touch(mode=FILE_MODE)
            connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
            connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
            )
            _migrate(connection)
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(f"{path}: {error}. keep the file and ask the vendor") from error
        return cls(connection)

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """Open for reading beside a running relay. Raises LedgerError."""
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=BUSY_TIMEOUT_S)
            connection.execute("SELECT 1 FROM parcel LIMIT 1").fetchone()
        except sqlite3.Error as error:
            raise LedgerError(
                f"{path}: {error}. is the relay's state directory right, and has the relay run?"
            ) from error
        return cls(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close; a writer's WAL is folded into the main file."""
        self._db.close()

    def record(self, parcel: Parcel, event: str, now: datetime) -> None:
        """Write the parcel as it now is and append the step, in one durable transaction. Raises LedgerError."""
        row = row_of(parcel, now)
        names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
        updates = ", ".join(f"{name} = excluded.{name}" for name in row if name != "id")
        steps = [(parcel.id, str(parcel.state), parcel.attempt, event, now.isoformat())]
        if self.parcel(parcel.id) is None:
            # Until now only this process knew of it; the history begins when the file was first seen.
            steps.insert(0, (parcel.id, str(State.SEEN), 0, "Looked", parcel.seen_at.isoformat()))
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                self._db.execute(
                    f"INSERT INTO parcel ({names}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {updates}",  # noqa: S608
                    row,
                )
                self._db.executemany(
                    "INSERT INTO step (parcel, state, attempt, event, at) VALUES (?, ?, ?, ?, ?)", steps
                )
                self._db.execute("COMMIT")
            except sqlite3.Error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise
        except sqlite3.Error as error:
            raise LedgerError(f"the ledger did not take a step: {error}") from error

    def next_number(self, parcel: Parcel, now: datetime) -> int:
        """The next 送信回 of the parcel's series: one more than the highest ever given, delivered or not."""
        (highest,) = self._db.execute(
            "SELECT coalesce(max(number), 0) FROM parcel"
            " WHERE direction = ? AND month = ? AND payer = ? AND folded_name = ?",
            (str(parcel.direction), *series_of(parcel, now)),
        ).fetchone()
        return int(highest) + 1

    def newest_of_series(self, parcel: Parcel, now: datetime) -> Parcel | None:
        """The parcel with the highest 送信回 of the same series, if any."""
        row = self._db.execute(
            "SELECT * FROM parcel WHERE direction = ? AND month = ? AND payer = ? AND folded_name = ?"
            " AND number > 0 AND NOT duplicate AND id <> ? ORDER BY number DESC LIMIT 1",
            (str(parcel.direction), *series_of(parcel, now), parcel.id),
        ).fetchone()
        return parcel_of(row) if row else None

    def number_before(self, parcel: Parcel) -> Parcel | None:
        """The parcel of the same series with the next lower 送信回."""
        row = self._db.execute(
            "SELECT earlier.* FROM parcel JOIN parcel AS earlier USING (direction, month, payer, folded_name)"
            " WHERE parcel.id = ? AND earlier.number BETWEEN 1 AND parcel.number - 1 AND NOT earlier.duplicate"
            " ORDER BY earlier.number DESC LIMIT 1",
            (parcel.id,),
        ).fetchone()
        return parcel_of(row) if row else None

    def alone_in_folder(self, parcel: Parcel) -> bool:
        """Whether no other parcel has its final place in the same folder."""
        folder = f"{parcel.target.parent}/" if parcel.target else "/"
        (others,) = self._db.execute(
            "SELECT count(*) FROM parcel WHERE direction = ? AND id <> ? AND substr(target, 1, length(?)) = ?",
            (str(parcel.direction), parcel.id, folder, folder),
        ).fetchone()
        return not others

    def fetched(self, key: str, *, resting: bool) -> bool:
        """Whether a return with this source key is on its way or held, or (`resting`) was ever fetched."""
        rows = self._db.execute(
            "SELECT state FROM parcel WHERE direction = ? AND source_key = ?", (str(Direction.RETURN), key)
        )
        states = {State(row["state"]) for row in rows} - {State.FORGOTTEN}
        return any(resting or state.moving or state is State.HELD for state in states)

    def parcel(self, parcel_id: str) -> Parcel | None:
        """One parcel by its id."""
        row = self._db.execute("SELECT * FROM parcel WHERE id = ?", (parcel_id,)).fetchone()
        return parcel_of(row) if row else None

    def unfinished(self) -> tuple[Parcel, ...]:
        """What a starting relay must go on with: everything moving, and held parcels nobody was told about."""
        marks = ", ".join("?" * len(_RESTING))
        rows = self._db.execute(
            f"SELECT * FROM parcel WHERE state NOT IN ({marks}) OR (state = ? AND NOT shown) ORDER BY seen_at",  # noqa: S608
            (*map(str, _RESTING), str(State.HELD)),
        )
        return tuple(map(parcel_of, rows))

    def noted_before(self, moment: datetime) -> tuple[Parcel, ...]:
        """Parcels that came to rest before `moment` and whose spool copy may be erased."""
        rows = self._db.execute(
            "SELECT parcel.* FROM parcel JOIN step ON step.parcel = parcel.id AND step.state = parcel.state"
            " WHERE parcel.state = ? GROUP BY parcel.id HAVING julianday(max(step.at)) < julianday(?)",
            (str(State.NOTED), moment.isoformat()),
        )
        return tuple(map(parcel_of, rows))

    def parcels(self, limit: int = 100) -> tuple[Parcel, ...]:
        """The newest parcels first."""
        rows = self._db.execute("SELECT * FROM parcel ORDER BY seen_at DESC LIMIT ?", (limit,))
        return tuple(map(parcel_of, rows))

    def steps(self, parcel_id: str) -> tuple[Step, ...]:
        """A parcel's history, oldest first."""
        rows = self._db.execute("SELECT * FROM step WHERE parcel = ? ORDER BY sequence", (parcel_id,))
        return tuple(
            Step(State(row["state"]), row["attempt"], row["event"], datetime.fromisoformat(row["at"])) for row in rows
        )


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError(f"schema version {version} is newer than this program's {len(MIGRATIONS)}")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")
