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
    chain = tuple(links(connection))
    cut = _cut(chain, settled, before)
    going = settled - {link.said.get("parcel") for link in chain[cut:]}
    if not cut and not going:
        return 0
    with _unlocked(connection, ("step_is_never_removed", "chain_is_never_removed")):
        for parcel_id in sorted(going):
            connection.execute("DELETE FROM step WHERE parcel = ?", (parcel_id,))
            connection.execute("DELETE FROM parcel WHERE id = ?", (parcel_id,))
        connection.executemany("DELETE FROM chain WHERE sequence = ?", [(link.sequence,) for link in chain[:cut]])
    through = chain[cut - 1] if cut else _anchor(chain)
    said = {"fact": Fact.PRUNED, "through": through.sequence, "hash": through.hash, "links": cut, "parcels": len(going)}
    append(connection, said, now)
    return len(going)


def _cut(chain: tuple[Link, ...], settled: set[str], before: datetime) -> int:
    """How many links at the beginning may go. The newest stays whatever its age: the next one is sealed to it."""
    for index, link in enumerate(chain[:-1]):
        said = link.said
        if datetime.fromisoformat(said["at"]) >= before or said.get("parcel", "") not in settled | {""}:
            return index
    return max(len(chain) - 1, 0)


def _anchor(chain: tuple[Link, ...]) -> Head:
    """What the oldest link follows, when no link goes but parcels that never had one do."""
    for link in reversed(chain):
        if link.said.get("fact") == Fact.PRUNED:
            return Head(link.said["through"], link.said["hash"])
    return Head(0, NOTHING_BEFORE)


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
