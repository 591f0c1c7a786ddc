"""The ledger's tables, one script per schema version. `PRAGMA user_version` says how many have run."""

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
)
