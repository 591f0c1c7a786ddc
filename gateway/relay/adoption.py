"""Rows of another ledger, or of none, taken into a new one."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gateway.relay import chain_rows
from gateway.relay.audit import Fact, covered, new_salt
from gateway.relay.parcel import State


@dataclass(frozen=True, slots=True)
class Adopted:
    """A parcel's row as it shall be, its salvaged steps, and the state it had before; `was` is empty if no row said."""

    row: Mapping[str, Any]
    steps: tuple[Mapping[str, Any], ...] = ()
    was: str = ""


def adopt(
    connection: sqlite3.Connection, adopted: Iterable[Adopted], fields: Mapping[str, Any], lost: int, now: datetime
) -> None:
    """Insert the rows and seal them, in the caller's transaction. A row that fits no column or key counts as lost."""
    columns = {row["name"] for row in connection.execute("PRAGMA table_info(parcel)")}
    taken = []
    for one in adopted:
        try:
            _insert(connection, one, columns, now)
        except sqlite3.IntegrityError:
            lost += 1
        else:
            taken.append(one)
    held = sum(one.row["state"] == State.HELD and one.was != State.HELD for one in taken)
    counts = {"parcels": len(taken), "held": held, "found": sum(not one.was for one in taken), "lost": lost}
    chain_rows.append(connection, {**fields, **counts}, now)
    for row in connection.execute("SELECT * FROM parcel ORDER BY rowid").fetchall():
        chain_rows.append(connection, {"fact": Fact.ADOPTED, **covered(row)}, now)


def _insert(connection: sqlite3.Connection, one: Adopted, columns: set[str], now: datetime) -> None:
    row = {name: value for name, value in one.row.items() if name in columns}
    row["salt"] = None if row.get("erased") else new_salt()
    names = ", ".join(row)
    connection.execute(f"INSERT INTO parcel ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))  # noqa: S608
    steps = [tuple(step[name] for name in ("state", "attempt", "event", "at")) for step in one.steps]
    if not steps and row["state"] == State.RETIRED:
        # Retention counts from when it was in its place, and that was no later than this.
        steps.append((str(State.NOTED), row["attempt"], "Rebuilt", row["seen_at"]))
    if not steps or steps[-1][0] != row["state"]:
        steps.append((row["state"], row["attempt"], "Rebuilt", now.isoformat()))
    connection.executemany(
        "INSERT INTO step (parcel, state, attempt, event, at) VALUES (?, ?, ?, ?, ?)",
        [(row["id"], *step) for step in steps],
    )
