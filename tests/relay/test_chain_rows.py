import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.relay import chain_rows
from gateway.relay.chain import Head, breaks
from gateway.relay.ledger_file import open_for_writing

NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A chain that has begun: one link."""
    opened = open_for_writing(tmp_path / "ledger.sqlite3", NOW)
    yield opened
    opened.close()


def add(connection: sqlite3.Connection, parcel: str, at: datetime = NOW) -> None:
    chain_rows.append(connection, {"fact": "x", "parcel": parcel}, at)


def sequences(connection: sqlite3.Connection) -> list[int]:
    return [link.sequence for link in chain_rows.links(connection)]


def test_each_link_is_sealed_to_the_one_before(connection: sqlite3.Connection) -> None:
    add(connection, "a")
    add(connection, "b", LATER)

    links = list(chain_rows.links(connection))
    assert list(breaks(links)) == []
    assert chain_rows.newest(connection) == Head(3, links[-1].hash, LATER)


def test_only_the_beginning_goes_and_only_what_is_old_and_settled(connection: sqlite3.Connection) -> None:
    for parcel, at in (("a", NOW), ("b", NOW), ("a", NOW), ("c", LATER)):
        add(connection, parcel, at)

    chain_rows.prune(connection, {"a"}, LATER, LATER)  # b is not settled: link 3 and all after it stay

    assert sequences(connection) == [3, 4, 5, 6]
    assert list(breaks(chain_rows.links(connection))) == []


def test_the_newest_link_stays_whatever_its_age(connection: sqlite3.Connection) -> None:
    add(connection, "a")
    chain_rows.prune(connection, {"a"}, LATER, LATER)

    assert sequences(connection) == [2, 3]
    assert list(breaks(chain_rows.links(connection))) == []


def test_nothing_to_prune_says_nothing(connection: sqlite3.Connection) -> None:
    add(connection, "a", LATER)

    assert chain_rows.prune(connection, set(), NOW, LATER) == 0
    assert sequences(connection) == [1, 2]


def test_the_triggers_are_back_afterwards(connection: sqlite3.Connection) -> None:
    add(connection, "a")
    chain_rows.prune(connection, {"a"}, LATER, LATER)

    with pytest.raises(sqlite3.IntegrityError, match="only appended"):
        connection.execute("DELETE FROM chain")
