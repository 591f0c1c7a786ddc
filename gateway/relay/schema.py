"""The ledger's tables, one script per schema version. `PRAGMA user_version` says how many have run."""

import sqlite3
from datetime import datetime

from gateway.relay import chain_rows
from gateway.relay.audit import Fact
from gateway.relay.durable import commit

# Append only: a released script never changes; the next version is a new one at the end.
MIGRATIONS = (
    """
    CREATE TABLE parcel (
        id          TEXT PRIMARY KEY,
        direction   TEXT NOT NULL CHECK (direction IN ('claim', 'return')),
        state       TEXT NOT NULL,
        name        BLOB NOT NULL,
        source      BLOB NOT NULL,
        source_size INTEGER NOT NULL,
        source_key  TEXT NOT NULL,
        seen_at     TEXT NOT NULL,
        digest      TEXT NOT NULL,
        size        INTEGER NOT NULL,
        summary     TEXT,
        number      INTEGER NOT NULL,
        target      TEXT,
        attempt     INTEGER NOT NULL,
        failures    INTEGER NOT NULL,
        differed    INTEGER NOT NULL,
        reasons     TEXT NOT NULL,
        duplicate   INTEGER NOT NULL,
        shown       INTEGER NOT NULL,
        -- What 送信回 counts within; empty until the parcel has its number.
        month       TEXT NOT NULL,
        payer       TEXT NOT NULL,
        folded_name TEXT NOT NULL
    ) STRICT;
    CREATE INDEX parcel_by_state ON parcel (state);
    CREATE INDEX parcel_by_source ON parcel (direction, source_key);
    CREATE UNIQUE INDEX parcel_number ON parcel (direction, month, payer, folded_name, number)
        WHERE number > 0 AND NOT duplicate;

    CREATE TABLE step (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        parcel   TEXT NOT NULL REFERENCES parcel (id),
        state    TEXT NOT NULL,
        attempt  INTEGER NOT NULL,
        event    TEXT NOT NULL,
        at       TEXT NOT NULL
    ) STRICT;
    CREATE INDEX step_by_parcel ON step (parcel, sequence);
    CREATE TRIGGER step_is_never_changed BEFORE UPDATE ON step
        BEGIN SELECT RAISE(ABORT, 'steps are only appended'); END;
    CREATE TRIGGER step_is_never_removed BEFORE DELETE ON step
        BEGIN SELECT RAISE(ABORT, 'steps are only appended'); END;
    """,
    """
    -- What a person decided of a held parcel; the salt of its commitments in the chain; whether its name was erased.
    ALTER TABLE parcel ADD COLUMN decided_by TEXT NOT NULL DEFAULT '';
    ALTER TABLE parcel ADD COLUMN decided_why TEXT NOT NULL DEFAULT '';
    ALTER TABLE parcel ADD COLUMN salt BLOB;
    ALTER TABLE parcel ADD COLUMN erased INTEGER NOT NULL DEFAULT 0;
    UPDATE parcel SET salt = randomblob(32);

    -- Parcels without a name share the series without a name: their numbers were given before.
    DROP INDEX parcel_number;
    CREATE UNIQUE INDEX parcel_number ON parcel (direction, month, payer, folded_name, number)
        WHERE number > 0 AND NOT duplicate AND NOT erased;

    CREATE TABLE chain (
        sequence INTEGER PRIMARY KEY,
        record   TEXT NOT NULL,
        hash     TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER chain_is_never_changed BEFORE UPDATE ON chain
        BEGIN SELECT RAISE(ABORT, 'the chain is only appended'); END;
    CREATE TRIGGER chain_is_never_removed BEFORE DELETE ON chain
        BEGIN SELECT RAISE(ABORT, 'the chain is only appended'); END;
    """,
    """
    -- Who handed a file in, where that is known.
    ALTER TABLE parcel ADD COLUMN brought_by TEXT NOT NULL DEFAULT '';
    """,
)

VERSION = len(MIGRATIONS)
CHAIN_SINCE = 2
"""The schema version that brought the audit chain."""


def version_of(connection: sqlite3.Connection) -> int:
    """How many migrations the file has seen."""
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    return int(version)


def migrate(connection: sqlite3.Connection, now: datetime) -> None:
    """Bring a ledger of any earlier version up to this one, each version in one transaction. Raises sqlite3.Error.

    The chain begins in the transaction that makes its table, and never again: an empty chain is then always damage.
    """
    version = version_of(connection)
    if version > VERSION:
        raise sqlite3.DatabaseError(f"schema version {version} is newer than this program's {VERSION}")
    for number, script in enumerate(MIGRATIONS[version:], start=version + 1):
        try:
            connection.executescript(f"BEGIN IMMEDIATE; {script}; PRAGMA user_version = {number};")
            if number == CHAIN_SINCE:
                chain_rows.begin(connection, {"fact": Fact.BEGUN, "schema": number}, now)
            commit(connection)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
