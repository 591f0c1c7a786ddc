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

READ_TIMEOUT_S = 5.0  # for a process that only asks
WRITE_TIMEOUT_S = 0.1  # the relay's own calls hold its event loop: they wait shortly and are asked again
_PASSES = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_SHMSIZE}
_RESTING = tuple(state for state in State if not state.moving)


class LedgerError(Exception):
    """The ledger cannot be used: unreadable, newer than this program, or the disk failed. The relay stops."""


class LedgerBusy(LedgerError):
    """Another process writes, or the disk is full: nothing was changed, and asking again later will do."""


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
            connection = sqlite3.connect(path, timeout=READ_TIMEOUT_S, isolation_level=None)
        except (sqlite3.Error, OSError) as error:
            raise LedgerError(f"{path}: {error}. keep the file and ask the vendor") from error
        try:
            connection.executescript(
                "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON;"
            )
            _check(connection)
            _migrate(connection)
            connection.execute(f"PRAGMA busy_timeout = {WRITE_TIMEOUT_S * 1000:.0f}")
        except sqlite3.Error as error:
            connection.close()
            raise LedgerError(f"{path}: {error}. keep the file and ask the vendor") from error
        return cls(connection)

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """Open for reading beside a running relay. Raises LedgerError."""
        try:
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=READ_TIMEOUT_S)
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
        """Write the parcel as it now is and append the step, in one durable transaction. Raises LedgerBusy, LedgerError."""
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
            raise _trouble(error, "did not take a step") from error

    def next_number(self, parcel: Parcel, now: datetime) -> int:
        """The next 送信回 of the parcel's series: one more than the highest ever given, delivered or not."""
        return 1 + self._count(
            "SELECT coalesce(max(number), 0) FROM parcel"
            " WHERE direction = ? AND month = ? AND payer = ? AND folded_name = ?",
            (str(parcel.direction), *series_of(parcel, now)),
        )

    def newest_of_series(self, parcel: Parcel, now: datetime) -> Parcel | None:
        """The parcel with the highest 送信回 of the same series, if any."""
        return self._parcel(
            "SELECT * FROM parcel WHERE direction = ? AND month = ? AND payer = ? AND folded_name = ?"
            " AND number > 0 AND NOT duplicate AND id <> ? ORDER BY number DESC LIMIT 1",
            (str(parcel.direction), *series_of(parcel, now), parcel.id),
        )

    def number_before(self, parcel: Parcel) -> Parcel | None:
        """The parcel of the same series with the next lower 送信回."""
        return self._parcel(
            "SELECT earlier.* FROM parcel JOIN parcel AS earlier USING (direction, month, payer, folded_name)"
            " WHERE parcel.id = ? AND earlier.number BETWEEN 1 AND parcel.number - 1 AND NOT earlier.duplicate"
            " ORDER BY earlier.number DESC LIMIT 1",
            (parcel.id,),
        )

    def alone_in_folder(self, parcel: Parcel) -> bool:
        """Whether no other parcel has its final place in the same folder."""
        folder = f"{parcel.target.parent}/" if parcel.target else "/"
        return not self._count(
            "SELECT count(*) FROM parcel WHERE direction = ? AND id <> ? AND substr(target, 1, length(?)) = ?",
            (str(parcel.direction), parcel.id, folder, folder),
        )

    def fetched(self, key: str, *, resting: bool) -> bool:
        """Whether a return with this source key is on its way or held, or (`resting`) was ever fetched."""
        rows = self._rows(
            "SELECT state FROM parcel WHERE direction = ? AND source_key = ?", (str(Direction.RETURN), key)
        )
        states = {State(row["state"]) for row in rows} - {State.FORGOTTEN}
        return any(resting or state.moving or state is State.HELD for state in states)

    def newest_from(self, source: bytes, apart_from: str = "") -> Parcel | None:
        """The return fetched last from this place on the share, whatever its key, if any was."""
        return self._parcel(
            "SELECT * FROM parcel WHERE direction = ? AND source = ? AND id <> ? AND number > 0 AND NOT duplicate"
            " AND state NOT IN (?, ?) ORDER BY seen_at DESC, rowid DESC LIMIT 1",
            (str(Direction.RETURN), source, apart_from, str(State.HELD), str(State.FORGOTTEN)),
        )

    def parcel(self, parcel_id: str) -> Parcel | None:
        """One parcel by its id."""
        return self._parcel("SELECT * FROM parcel WHERE id = ?", (parcel_id,))

    def unfinished(self) -> tuple[Parcel, ...]:
        """What a starting relay must go on with: everything moving, and held parcels nobody was told about."""
        marks = ", ".join("?" * len(_RESTING))
        return self._parcels(
            f"SELECT * FROM parcel WHERE state NOT IN ({marks}) OR (state = ? AND NOT shown) ORDER BY seen_at",  # noqa: S608
            (*map(str, _RESTING), str(State.HELD)),
        )

    def noted_before(self, moment: datetime) -> tuple[Parcel, ...]:
        """Parcels that came to rest before `moment` and whose spool copy may be erased."""
        return self._parcels(
            "SELECT parcel.* FROM parcel JOIN step ON step.parcel = parcel.id AND step.state = parcel.state"
            " WHERE parcel.state = ? GROUP BY parcel.id HAVING julianday(max(step.at)) < julianday(?)",
            (str(State.NOTED), moment.isoformat()),
        )

    def parcels(self, limit: int = 100) -> tuple[Parcel, ...]:
        """The newest parcels first."""
        return self._parcels("SELECT * FROM parcel ORDER BY seen_at DESC LIMIT ?", (limit,))

    def steps(self, parcel_id: str) -> tuple[Step, ...]:
        """A parcel's history, oldest first."""
        rows = self._rows("SELECT * FROM step WHERE parcel = ? ORDER BY sequence", (parcel_id,))
        return tuple(
            Step(State(row["state"]), row["attempt"], row["event"], datetime.fromisoformat(row["at"])) for row in rows
        )

    def _rows(self, question: str, values: tuple[str | int | bytes, ...]) -> list[sqlite3.Row]:
        """Every reading goes through here. Raises LedgerBusy, LedgerError."""
        try:
            return self._db.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise _trouble(error, "cannot be read") from error

    def _parcels(self, question: str, values: tuple[str | int | bytes, ...]) -> tuple[Parcel, ...]:
        rows = self._rows(question, values)
        try:
            return tuple(map(parcel_of, rows))
        except (ValueError, TypeError, KeyError) as error:
            raise LedgerError(
                "the ledger is damaged: a parcel's row makes no sense. keep the file, ask the vendor"
            ) from error

    def _parcel(self, question: str, values: tuple[str | int | bytes, ...]) -> Parcel | None:
        found = self._parcels(question, values)
        return found[0] if found else None

    def _count(self, question: str, values: tuple[str | int, ...]) -> int:
        ((count,),) = self._rows(question, values)
        return int(count)


def _trouble(error: sqlite3.Error, what: str) -> LedgerError:
    code = getattr(error, "sqlite_errorcode", 0)
    kind = LedgerBusy if code in _PASSES or code & 0xFF in _PASSES else LedgerError
    return kind(f"the ledger {what}: {error}")


def _check(connection: sqlite3.Connection) -> None:
    (found,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise sqlite3.DatabaseError("the ledger is damaged")


def _migrate(connection: sqlite3.Connection) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(MIGRATIONS):
        raise sqlite3.DatabaseError(f"schema version {version} is newer than this program's {len(MIGRATIONS)}")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        connection.executescript(f"BEGIN; {script}; PRAGMA user_version = {number}; COMMIT;")
