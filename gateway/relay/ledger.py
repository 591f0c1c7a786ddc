"""The ledger: SQLite, and the only truth about a parcel. One process writes (`daemon.py` holds the lock); any may read.

A commit returns once it is on the disk (WAL with synchronous=FULL, https://sqlite.org/pragma.html#pragma_synchronous).
File names are in here, so it is as confidential as the files: mode 0600, secure_delete. Every fact is sealed into the
audit chain (`chain.py`) in the transaction that records it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from types import TracebackType
from typing import Any, Self

from gateway.relay import chain_rows, durable
from gateway.relay.adoption import Adopted, adopt
from gateway.relay.audit import Fact, covered, fact_of, new_salt
from gateway.relay.chain import Head, Link
from gateway.relay.ledger_file import LedgerBusy, LedgerError, open_for_reading, open_for_writing, trouble
from gateway.relay.parcel import Direction, Hold, Parcel, State, series_in, series_of
from gateway.relay.rows import NAMED, erased_row, parcel_of, row_of

_RESTING = tuple(state for state in State if not state.moving)

__all__ = ["Ledger", "LedgerBusy", "LedgerError", "Step", "Stored"]


@dataclass(frozen=True, slots=True)
class Step:
    """One line of a parcel's history: it reached `state` because of `event`."""

    state: State
    attempt: int
    event: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """The ledger's tables as they are: the chain, table `parcel`, and each parcel's state as its newest step says it."""

    links: tuple[Link, ...]
    rows: tuple[dict[str, Any], ...]
    last_states: dict[str, str]


class Ledger:
    """An open ledger. Use as a context manager."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    @classmethod
    def open(cls, path: Path, now: datetime | None = None) -> "Ledger":
        """Open for writing, creating or migrating as needed; `now` dates a chain that begins here (default: the clock).

        A file that is damaged, or whose chain does not hold, is refused and stays as it is. Raises LedgerError.
        """
        return cls(open_for_writing(path, now or datetime.now(UTC)))

    @classmethod
    def read(cls, path: Path) -> "Ledger":
        """Open for reading beside a running relay. Raises LedgerError."""
        return cls(open_for_reading(path))

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
        """Write the parcel as it now is, append the step, and seal the fact it makes, in one durable transaction.

        Raises LedgerBusy, LedgerError.
        """
        with self._transaction("did not take a step"):
            self._write(parcel, event, now)

    def record_export(self, parcels: Iterable[Parcel], archive: str, now: datetime) -> None:
        """Say that copies of these went out in the archive with this SHA-256, all or none. Raises LedgerBusy, LedgerError.

        Those still on their way are held from now on, so that none is delivered as well without a person saying so; who
        releases one that was held before is told too.
        """
        with self._transaction("did not record the export"):
            for parcel in parcels:
                chain_rows.append(
                    self._db, {"fact": Fact.EXPORTED, "archive": archive, **covered(self._known_row(parcel.id))}, now
                )
                waits = parcel.reasons if parcel.state is State.HELD else ()
                if parcel.state is State.HELD or (parcel.state.moving and not parcel.arrived):
                    reasons = tuple(dict.fromkeys((*waits, str(Hold.EXPORTED))))
                    self._write(replace(parcel, state=State.HELD, reasons=reasons, shown=False), "Exported", now)

    def erase_names(self, parcel_id: str, now: datetime) -> None:
        """Forget what a person could read of a parcel that rests, and the salt of its commitments.

        That is: name, source, the target's last part, the decision's words. Then the log is folded into the file, so that
        no byte of it stays. Asking again is fine, and finishes what LedgerBusy (somebody reads) kept from being finished.
        Raises LedgerBusy, LedgerError; ValueError for a parcel that is still on its way or held.
        """
        with self._transaction("did not erase a name"):
            row = self._known_row(parcel_id)
            if State(row["state"]).moving or row["state"] == State.HELD:
                raise ValueError("only a parcel that rests may lose its name")
            if not row["erased"]:
                changes = erased_row(row)
                self._db.execute(
                    f"UPDATE parcel SET {', '.join(f'{name} = :{name}' for name in changes)} WHERE id = :id",  # noqa: S608
                    {**changes, "id": parcel_id},
                )
                chain_rows.append(self._db, {"fact": Fact.ERASED, **covered(self._known_row(parcel_id))}, now)
        self._fold()

    def prune(self, before: datetime, now: datetime) -> int:
        """Remove what came to its end before `before`: parcels, their steps, and the chain's beginning.

        A new link vouches for what went of the chain. Whatever still has a file somewhere keeps its part, and the chain
        from there on.
        Returns how many parcels went. Raises LedgerBusy, LedgerError.
        """
        with self._transaction("was not pruned"):
            rows = self._db.execute(
                "SELECT parcel.id FROM parcel JOIN step ON step.parcel = parcel.id WHERE parcel.state IN (?, ?)"
                " GROUP BY parcel.id HAVING max(julianday(step.at)) < julianday(?)",
                (str(State.CLEARED), str(State.FORGOTTEN), before.isoformat()),
            )
            gone = chain_rows.prune(self._db, {row["id"] for row in rows}, before, now)
        self._fold()
        return gone

    def adopt(self, adopted: Iterable[Adopted], fields: Mapping[str, Any], lost: int, now: datetime) -> None:
        """Take rows salvaged elsewhere into this new ledger, and say so in one link. Raises LedgerBusy, LedgerError."""
        with self._transaction("did not take the rows"):
            adopt(self._db, adopted, fields, lost, now)

    def record_takeover(self, parcels: Iterable[Parcel], fields: Mapping[str, Any], now: datetime) -> None:
        """Write what became of these on another box, and one link that says so. Raises LedgerBusy, LedgerError."""
        with self._transaction("did not record the takeover"):
            self._write_all(parcels, now)
            chain_rows.append(self._db, fields, now)

    @property
    def owes_a_look(self) -> bool:
        """Whether this box took over, and has not read yet what the old one delivered last. Raises LedgerBusy, LedgerError."""
        question = "SELECT coalesce(max(sequence), 0) FROM chain WHERE json_extract(record, '$.fact') = ?"
        taken_over, caught_up = (self._count(question, (str(fact),)) for fact in (Fact.TAKEN_OVER, Fact.CAUGHT_UP))
        return taken_over > caught_up

    def delivered_as(self, target: PurePosixPath) -> Parcel | None:
        """The claim whose final place this is."""
        return self._parcel(
            "SELECT * FROM parcel WHERE direction = ? AND target = ? AND NOT duplicate",
            (str(Direction.CLAIM), str(target)),
        )

    def has_number(self, target: PurePosixPath, number: int) -> bool:
        """Whether the series of this target has the number already."""
        return bool(
            self._count(
                "SELECT count(*) FROM parcel WHERE direction = ? AND month = ? AND payer = ? AND folded_name = ?"
                " AND number = ? AND NOT duplicate",
                (str(Direction.CLAIM), *series_in(target), number),
            )
        )

    def head(self) -> Head:
        """The chain's newest link. Noted elsewhere, it shows later that nothing was cut off. Raises LedgerBusy, LedgerError."""
        try:
            head = chain_rows.newest(self._db)
        except sqlite3.Error as error:
            raise trouble(error, "cannot be read") from error
        except ValueError as error:
            raise LedgerError("the ledger's newest link makes no sense. see: claim-gateway files verify") from error
        if head is None:
            raise LedgerError("the ledger's chain is gone. see: claim-gateway files verify")
        return head

    def links(self) -> tuple[Link, ...]:
        """The whole audit chain, oldest first. Raises LedgerBusy, LedgerError."""
        return tuple(Link(*row) for row in self._rows("SELECT sequence, record, hash FROM chain ORDER BY sequence", ()))

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
        """Whether a return with this source key is on its way, held or rejected, or (`resting`) was ever fetched."""
        rows = self._rows(
            "SELECT state FROM parcel WHERE direction = ? AND source_key = ?", (str(Direction.RETURN), key)
        )
        states = {State(row["state"]) for row in rows} - {State.FORGOTTEN}
        return any(resting or state.moving or state in {State.HELD, State.REJECTED} for state in states)

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

    def beginning_with(self, digits: str) -> tuple[Parcel, ...]:
        """The parcels whose ids begin with these hex digits."""
        return self._parcels("SELECT * FROM parcel WHERE id >= ? AND id < ?", (digits, f"{digits}g"))

    def unfinished(self) -> tuple[Parcel, ...]:
        """What a starting relay must go on with: everything moving, what nobody was told of, and what 保留 still shows."""
        marks = ", ".join("?" * len(_RESTING))
        return self._parcels(
            f"SELECT * FROM parcel WHERE state NOT IN ({marks}) OR (state = ? AND NOT shown) OR (state = ? AND shown)"  # noqa: S608
            " ORDER BY seen_at",
            (*map(str, _RESTING), str(State.HELD), str(State.REJECTED)),
        )

    def in_state(self, state: State) -> tuple[Parcel, ...]:
        """All parcels that are in `state`, the oldest first."""
        return self._parcels("SELECT * FROM parcel WHERE state = ? ORDER BY seen_at", (str(state),))

    def counts(self) -> dict[tuple[Direction, State], int]:
        """How many parcels of each direction are in each state; a pair that has none is not there."""
        rows = self._rows("SELECT direction, state, count(*) AS parcels FROM parcel GROUP BY direction, state", ())
        return {(Direction(row["direction"]), State(row["state"])): row["parcels"] for row in rows}

    def rested_before(self, state: State, moment: datetime, since: tuple[State, ...] = ()) -> tuple[Parcel, ...]:
        """Parcels in `state` that have not lost their names, and came into one of `since` (or `state`) last before `moment`."""
        marks = ", ".join("?" * len(since or (state,)))
        return self._parcels(
            "SELECT parcel.* FROM parcel JOIN step ON step.parcel = parcel.id"  # noqa: S608
            f" WHERE parcel.state = ? AND NOT parcel.erased AND step.state IN ({marks})"
            " GROUP BY parcel.id HAVING max(julianday(step.at)) < julianday(?) ORDER BY parcel.seen_at",
            (str(state), *map(str, since or (state,)), moment.isoformat()),
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

    def stored(self) -> Stored:
        """Everything as it is stored, at one moment, for whoever compares it. Raises LedgerBusy, LedgerError."""
        try:
            self._db.execute("BEGIN")
            try:
                # SQLite takes `state` from the row that has the maximum (https://sqlite.org/lang_select.html#bareagg).
                steps = self._rows("SELECT parcel, state, max(sequence) FROM step GROUP BY parcel", ())
                rows = self._rows("SELECT * FROM parcel ORDER BY rowid", ())
                last_states = {row["parcel"]: row["state"] for row in steps}
                return Stored(self.links(), tuple(map(dict, rows)), last_states)
            finally:
                self._db.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise trouble(error, "cannot be read") from error

    def state(self, parcel_id: str) -> str:
        """A parcel's state now; empty if there is none of this id. Raises LedgerBusy, LedgerError."""
        rows = self._rows("SELECT state FROM parcel WHERE id = ?", (parcel_id,))
        return rows[0]["state"] if rows else ""

    def _write_all(self, parcels: Iterable[Parcel], now: datetime) -> None:
        for parcel in parcels:
            if parcel.state is State.RETIRED:
                # Retention counts from when it came to rest.
                rested = State.HELD if parcel.reasons else State.NOTED
                self._write(replace(parcel, state=rested), "TakenOver", now)
            self._write(parcel, "TakenOver", now)

    def _write(self, parcel: Parcel, event: str, now: datetime) -> None:
        before = self._row(parcel.id)
        row = row_of(parcel, now)
        steps = [(parcel.id, str(parcel.state), parcel.attempt, event, now.isoformat())]
        if before is None:
            # Until now only this process knew of it; the history begins when the file was first seen.
            steps.insert(0, (parcel.id, str(State.SEEN), 0, "Looked", parcel.seen_at.isoformat()))
            row["salt"] = new_salt()
        names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
        # Whoever still carries an erased parcel must not bring its name back.
        kept = "CASE WHEN parcel.erased THEN parcel.{0} ELSE excluded.{0} END"
        updates = ", ".join(
            f"{name} = {kept.format(name) if name in NAMED else f'excluded.{name}'}" for name in row if name != "id"
        )
        self._db.execute(
            f"INSERT INTO parcel ({names}) VALUES ({places}) ON CONFLICT (id) DO UPDATE SET {updates}",  # noqa: S608
            row,
        )
        self._db.executemany("INSERT INTO step (parcel, state, attempt, event, at) VALUES (?, ?, ?, ?, ?)", steps)
        fact = fact_of(before, self._known_row(parcel.id), event)
        if fact is not None:
            chain_rows.append(self._db, fact, now)

    def _row(self, parcel_id: str) -> dict[str, Any] | None:
        row = self._db.execute("SELECT * FROM parcel WHERE id = ?", (parcel_id,)).fetchone()
        return dict(row) if row else None

    def _known_row(self, parcel_id: str) -> dict[str, Any]:
        row = self._row(parcel_id)
        if row is None:
            raise LedgerError("the ledger knows no parcel of this id")
        return row

    @contextmanager
    def _transaction(self, what: str) -> Iterator[None]:
        """All of the block or nothing, durable when it ends. `what` did not happen if it raises LedgerBusy or LedgerError."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                durable.commit(self._db)
            finally:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise trouble(error, what) from error

    def _fold(self) -> None:
        """Copy the log into the file and empty it: until then it shows the pages as they were."""
        try:
            busy, _, _ = self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.Error as error:
            raise trouble(error, "was not folded") from error
        if busy:
            raise LedgerBusy("the ledger's log cannot be emptied while somebody reads it: ask again")

    def _rows(self, question: str, values: tuple[str | int | bytes, ...]) -> list[sqlite3.Row]:
        """Every reading goes through here. Raises LedgerBusy, LedgerError."""
        try:
            return self._db.execute(question, values).fetchall()
        except sqlite3.Error as error:
            raise trouble(error, "cannot be read") from error

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
