"""The audit chain in the ledger's file. Every function here runs inside the caller's transaction."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from gateway.relay.audit import Fact, covered
from gateway.relay.chain import NOTHING_BEFORE, Head, Link, head_of, next_link


def links(connection: sqlite3.Connection) -> Iterator[Link]:
    """The whole chain, oldest first."""
    for sequence, record, sealed in connection.execute("SELECT sequence, record, hash FROM chain ORDER BY sequence"):
        yield Link(sequence, record, sealed)


def newest(connection: sqlite3.Connection) -> Head | None:
    """The chain's head; None before it begins. Raises ValueError if its newest link says no time."""
    row = connection.execute("SELECT sequence, record, hash FROM chain ORDER BY sequence DESC LIMIT 1").fetchone()
    return head_of(Link(*row)) if row else None


def append(connection: sqlite3.Connection, fields: Mapping[str, Any], now: datetime) -> None:
    """Seal one more record to the chain."""
    link = next_link(newest(connection), fields, now)
    connection.execute("INSERT INTO chain VALUES (?, ?, ?)", (link.sequence, link.record, link.hash))


def begin(connection: sqlite3.Connection, fields: Mapping[str, Any], now: datetime) -> None:
    """Write the first link, and one for each parcel that is there already: what a chain does not know it cannot guard."""
    append(connection, fields, now)
    for row in connection.execute("SELECT * FROM parcel ORDER BY rowid").fetchall():
        append(connection, {"fact": Fact.ADOPTED, **covered(row)}, now)


def prune(connection: sqlite3.Connection, settled: set[str], before: datetime, now: datetime) -> int:
    """Remove the beginning of the chain as far as it is older than `before` and speaks of `settled` parcels only.

    Parcels of which no link stays go with it, and a new link says so. Returns how many parcels went.
    """
    through, count = _cut(connection, settled, before)
    going = settled - _spoken_of(connection, through.sequence)
    if not count and not going:
        return 0
    with _unlocked(connection, ("step_is_never_removed", "chain_is_never_removed")):
        for parcel_id in sorted(going):
            connection.execute("DELETE FROM step WHERE parcel = ?", (parcel_id,))
            connection.execute("DELETE FROM parcel WHERE id = ?", (parcel_id,))
        connection.execute("DELETE FROM chain WHERE sequence <= ?", (through.sequence,))
    said = {"through": through.sequence, "hash": through.hash, "links": count, "parcels": len(going)}
    append(connection, {"fact": Fact.PRUNED, **said}, now)
    return len(going)


def _cut(connection: sqlite3.Connection, settled: set[str], before: datetime) -> tuple[Head, int]:
    """The last link that may go, and how many go. The newest stays whatever its age: the next one is sealed to it."""
    last, count = _before_all(connection), 0
    waiting: Link | None = None
    for link in links(connection):
        if waiting is not None:
            last, count = Head(waiting.sequence, waiting.hash), count + 1
        said = link.said
        if datetime.fromisoformat(said["at"]) >= before or said.get("parcel", "") not in settled | {""}:
            break
        waiting = link
    return last, count


def _before_all(connection: sqlite3.Connection) -> Head:
    """What the oldest link follows, as the newest pruning said; the beginning if there was none."""
    question = (
        "SELECT json_extract(record, '$.through'), json_extract(record, '$.hash') FROM chain"
        " WHERE json_extract(record, '$.fact') = ? ORDER BY sequence DESC LIMIT 1"
    )
    row = connection.execute(question, (Fact.PRUNED,)).fetchone()
    return Head(*row) if row else Head(0, NOTHING_BEFORE)


def _spoken_of(connection: sqlite3.Connection, after: int) -> set[str]:
    """The parcels that links after this one speak of."""
    question = "SELECT DISTINCT json_extract(record, '$.parcel') FROM chain WHERE sequence > ?"
    return {parcel for (parcel,) in connection.execute(question, (after,))}


@contextmanager
def _unlocked(connection: sqlite3.Connection, triggers: Iterable[str]) -> Iterator[None]:
    """Lift the append-only triggers, and put them back as they were. A rollback puts them back too."""
    question = "SELECT sql FROM sqlite_schema WHERE type = 'trigger' AND name = ?"
    scripts = [connection.execute(question, (name,)).fetchone()[0] for name in triggers]
    for name in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    yield
    for script in scripts:
        connection.execute(script)
