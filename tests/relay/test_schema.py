import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.relay.chain import breaks
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.schema import VERSION, migrate, version_of
from gateway.relay.verify import row_findings

VERSION_1 = Path(__file__).with_name("ledger-version-1.sqlite3")
"""Written by the program that had schema version 1: five parcels in five states."""
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return Path(shutil.copy(VERSION_1, tmp_path / "ledger.sqlite3"))


@pytest.fixture
def connection(old: Path) -> Iterator[sqlite3.Connection]:
    opened = sqlite3.connect(old, isolation_level=None)
    opened.row_factory = sqlite3.Row
    yield opened
    opened.close()


def test_a_version_1_ledger_opens_with_every_parcel_and_step_as_they_were(old: Path) -> None:
    with closing(sqlite3.connect(old)) as before:
        steps = before.execute("SELECT * FROM step ORDER BY sequence").fetchall()

    with Ledger.open(old, NOW) as ledger:
        assert [(parcel.number, parcel.state, parcel.name) for parcel in reversed(ledger.parcels())] == [
            (0, State.FORGOTTEN, "RECEIPTC.UKE"),
            (0, State.TAKING, "RECEIPTC.UKE"),
            (1, State.DELIVERING, "RECEIPTC.HEN"),
            (0, State.HELD, "壊れたファイル.UKE"),
            (1, State.NOTED, "RECEIPTC.UKE"),
        ]
        assert [tuple(row) for row in ledger._db.execute("SELECT * FROM step ORDER BY sequence")] == steps


def test_its_chain_begins_by_adopting_what_is_there(old: Path) -> None:
    with Ledger.open(old, NOW) as ledger:
        stored = ledger.stored()
        assert [link.said["fact"] for link in stored.links] == ["begun", *["adopted"] * 5]
        assert list(breaks(stored.links)) == []
        assert list(row_findings(stored.rows, stored.links)) == []
        salts = {row["salt"] for row in stored.rows}

    assert len(salts) == 5
    assert {len(salt) for salt in salts} == {32}


def test_migrating_again_changes_nothing(old: Path) -> None:
    with Ledger.open(old, NOW) as ledger:
        first = ledger.links()

    with Ledger.open(old, NOW) as ledger:
        assert ledger.links() == first


def test_a_migration_that_breaks_off_leaves_the_version_before(connection: sqlite3.Connection) -> None:
    # A row no chain can adopt: the migration fails after its tables are made.
    connection.execute("UPDATE parcel SET summary = 'no json' WHERE summary IS NOT NULL")

    with pytest.raises(ValueError, match="Expecting value"):
        migrate(connection, NOW)

    assert version_of(connection) == 1
    assert connection.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'chain'").fetchone()[0] == 0


def test_a_new_ledger_has_a_chain_of_one(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite3", NOW) as ledger:
        assert [link.said for link in ledger.links()] == [
            {"fact": "begun", "schema": 2, "sequence": 1, "at": NOW.isoformat()}
        ]
        assert version_of(ledger._db) == VERSION


@pytest.mark.parametrize("statement", ["UPDATE chain SET hash = 'x'", "DELETE FROM chain"])
def test_the_chain_is_only_appended(tmp_path: Path, statement: str) -> None:
    path = tmp_path / "ledger.sqlite3"
    Ledger.open(path).close()
    connection = sqlite3.connect(path)
    try:
        with pytest.raises(sqlite3.IntegrityError, match="only appended"):
            connection.execute(statement)
    finally:
        connection.close()
