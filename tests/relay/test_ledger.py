import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from gateway.claims.reader import read
from gateway.relay.ledger import Ledger, LedgerBusy, LedgerError
from gateway.relay.parcel import Direction, Fingerprint, Parcel, State
from gateway.relay.schema import MIGRATIONS
from tests.claims.synthetic import claim_file

NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)


def parcel(number: int = 1, **changes: Any) -> Parcel:
    """A parcel on its way; `changes` are fields of Parcel."""
    whole = Parcel(
        id=f"{number:032x}",
        direction=Direction.CLAIM,
        name="RECEIPTC.UKE",
        source=b"\x83\x8c/RECEIPTC.UKE",
        fingerprint=Fingerprint(100, f"key-{number}"),
        seen_at=NOW,
        quiet_since=NOW,
        state=State.DELIVERING,
        digest="d" * 64,
        size=100,
        summary=read([claim_file()]),
        number=number,
        target=PurePosixPath(f"2021-11/社保/{number:02}回目_1108-2310/RECEIPTC.UKE"),
        attempt=2,
        failures=1,
        reasons=("occupied",),
    )
    return replace(whole, **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def test_a_parcel_comes_back_as_it_was_written(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(), "Begun", NOW)

    with Ledger.read(path) as ledger:
        assert ledger.parcels() == (parcel(),)


def test_a_name_of_any_bytes_comes_back(path: Path) -> None:
    name = b"\x83\x8c.UKE".decode(errors="surrogateescape")
    with Ledger.open(path) as ledger:
        ledger.record(parcel(name=name, number=0, target=None), "Begun", NOW)

        assert ledger.parcels()[0].name == name


def test_the_history_begins_when_the_file_was_seen(path: Path) -> None:
    later = NOW + timedelta(seconds=5)
    with Ledger.open(path) as ledger:
        ledger.record(parcel(state=State.TAKING), "Engaged", later)
        ledger.record(parcel(state=State.TAKEN), "Taken", later)

        steps = ledger.steps(parcel().id)

    assert [(step.state, step.at) for step in steps] == [
        (State.SEEN, NOW),
        (State.TAKING, later),
        (State.TAKEN, later),
    ]


def test_numbers_go_up_within_month_payer_and_name_whatever_its_case(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(3), "Numbered", NOW)

        assert ledger.next_number(parcel(name="receiptc.uke"), NOW) == 4
        assert ledger.next_number(parcel(name="RECEIPTS.UKE"), NOW) == 1
        assert ledger.next_number(parcel(summary=read([claim_file(payer="2")])), NOW) == 1
        assert ledger.next_number(parcel(summary=read([claim_file(month="202112")])), NOW) == 1
        assert ledger.next_number(parcel(direction=Direction.RETURN), NOW) == 1


def test_one_number_is_never_given_twice(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(1), "Numbered", NOW)
        with pytest.raises(LedgerError, match="UNIQUE"):
            ledger.record(replace(parcel(1), id="f" * 32), "Numbered", NOW)
        assert len(ledger.parcels()) == 1
        ledger.record(parcel(2), "Numbered", NOW)

    with Ledger.read(path) as ledger:
        assert len(ledger.parcels()) == 2


def test_the_number_before_is_found_past_gaps(path: Path) -> None:
    with Ledger.open(path) as ledger:
        for number in (1, 4):
            ledger.record(parcel(number), "Numbered", NOW)

        before = ledger.number_before(parcel(4))
        assert before is not None
        assert before.number == 1
        assert ledger.number_before(parcel(1)) is None


def test_steps_are_only_appended(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(), "Begun", NOW)
    connection = sqlite3.connect(path)
    try:
        for statement in ("UPDATE step SET state = 'x'", "DELETE FROM step"):
            with pytest.raises(sqlite3.IntegrityError, match="only appended"):
                connection.execute(statement)
    finally:
        connection.close()


def test_unfinished_is_what_moves_and_what_nobody_was_told(path: Path) -> None:
    with Ledger.open(path) as ledger:
        for number, state in enumerate(State, start=1):
            ledger.record(parcel(number, state=state), "x", NOW)
        ledger.record(parcel(99, state=State.HELD, shown=True), "x", NOW)

        assert {found.state for found in ledger.unfinished()} == {state for state in State if state.moving} | {
            State.HELD
        }
        assert parcel(99).id not in {found.id for found in ledger.unfinished()}


@pytest.mark.parametrize(
    ("state", "moving", "ever"),
    [
        (State.TAKING, True, True),
        (State.NOTED, False, True),
        (State.HELD, True, True),
        (State.FORGOTTEN, False, False),
    ],
)
def test_a_return_is_not_fetched_twice(path: Path, state: State, moving: bool, ever: bool) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(direction=Direction.RETURN, state=state), "x", NOW)

        assert ledger.fetched("key-1", resting=False) == moving
        assert ledger.fetched("key-1", resting=True) == ever
        assert not ledger.fetched("key-2", resting=True)


def test_retention_counts_from_the_rest(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(1, state=State.NOTED), "Noted", NOW)
        ledger.record(parcel(2, state=State.NOTED), "Noted", NOW + timedelta(days=1))

        assert [found.number for found in ledger.noted_before(NOW + timedelta(hours=1))] == [1]


def test_a_commit_is_on_the_disk_and_erased_rows_leave_nothing(path: Path) -> None:
    with Ledger.open(path) as ledger:
        pragmas = {
            name: ledger._db.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "secure_delete")
        }

    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1}
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_no_ledger_is_kept_and_said(path: Path) -> None:
    path.write_bytes(b"not a database, and somebody's only record" * 100)

    with pytest.raises(LedgerError, match="keep the file"):
        Ledger.open(path)

    assert path.read_bytes().startswith(b"not a database")


def test_a_ledger_from_the_future_is_refused(path: Path) -> None:
    Ledger.open(path).close()
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    connection.close()

    with pytest.raises(LedgerError, match="newer than this program"):
        Ledger.open(path)


def test_a_missing_ledger_is_said_to_readers(path: Path) -> None:
    with pytest.raises(LedgerError, match="has the relay run"):
        Ledger.read(path)


def test_a_full_disk_passes_and_the_step_is_whole_or_not_there(path: Path) -> None:
    with Ledger.open(path) as ledger:
        (pages,) = ledger._db.execute("PRAGMA page_count").fetchone()
        ledger._db.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(LedgerBusy, match="full"):
            ledger.record(parcel(source=b"x" * 20_000), "Begun", NOW)
        assert ledger.parcels() == ()
        assert ledger.steps(parcel().id) == ()

        ledger._db.execute("PRAGMA max_page_count = 100000")
        ledger.record(parcel(source=b"x" * 20_000), "Begun", NOW)

        assert len(ledger.steps(parcel().id)) == 2


def test_a_locked_ledger_is_busy_soon_and_readers_go_on(path: Path) -> None:
    with Ledger.open(path) as ledger, Ledger.read(path) as reader:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        try:
            with pytest.raises(LedgerBusy):
                ledger.record(parcel(), "Begun", NOW)
            assert reader.parcels() == ()
        finally:
            other.close()
        ledger.record(parcel(), "Begun", NOW)

        assert len(reader.parcels()) == 1


def test_a_damaged_ledger_is_refused_in_one_line_and_kept(path: Path) -> None:
    with Ledger.open(path) as ledger:
        for number in range(1, 12):
            ledger.record(parcel(number, source=b"x" * 2_000), "Begun", NOW)
    damaged = bytearray(path.read_bytes())
    damaged[4096 : 6 * 4096] = b"\xa5" * (5 * 4096)
    path.write_bytes(damaged)

    with pytest.raises(LedgerError, match="keep the file") as refused:
        Ledger.open(path)

    assert "\n" not in str(refused.value)
    assert path.read_bytes() == bytes(damaged)


def test_damage_found_while_reading_is_the_ledger_s_error(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(), "Begun", NOW)
        ledger._db.execute("UPDATE parcel SET seen_at = 'never'")
        with pytest.raises(LedgerError, match="damaged"):
            ledger.parcels()
        ledger._db.execute("DROP TABLE step")
        with pytest.raises(LedgerError, match="cannot be read"):
            ledger.steps(parcel().id)
