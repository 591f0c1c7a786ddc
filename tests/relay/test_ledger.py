import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from gateway.claims.reader import read
from gateway.relay.chain import breaks, head_of, keeps
from gateway.relay.ledger import Ledger, LedgerBusy, LedgerError
from gateway.relay.parcel import Direction, Fingerprint, Parcel, State
from gateway.relay.schema import MIGRATIONS
from gateway.relay.verify import row_findings
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
        reasons=(),
    )
    return replace(whole, **changes)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite3"


def test_a_parcel_comes_back_as_it_was_written(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(reasons=("occupied",), decided_by="山田", decided_why="確認した"), "Begun", NOW)

    with Ledger.read(path) as ledger:
        assert ledger.parcels() == (parcel(reasons=("occupied",), decided_by="山田", decided_why="確認した"),)


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

        assert [one.number for one in ledger.rested_before(State.NOTED, NOW + timedelta(hours=1))] == [1]


def test_what_we_placed_is_kept_from_its_arrival_not_from_its_last_step(path: Path) -> None:
    arrived = (State.NOTED, State.HELD)
    with Ledger.open(path) as ledger:
        ledger.record(parcel(1, state=State.NOTED), "Noted", NOW)
        ledger.record(parcel(1, state=State.RETIRED), "Expired", NOW + timedelta(days=14))
        before = NOW + timedelta(days=1)

        assert ledger.rested_before(State.RETIRED, before) == ()
        assert [one.number for one in ledger.rested_before(State.RETIRED, before, arrived)] == [1]
        ledger.erase_names(parcel(1).id, before)
        assert ledger.rested_before(State.RETIRED, before, arrived) == ()


def test_a_rejected_parcel_is_unfinished_while_it_is_still_shown(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(1, state=State.REJECTED, shown=True), "Rejected", NOW)
        assert [one.number for one in ledger.unfinished()] == [1]

        ledger.record(parcel(1, state=State.REJECTED, shown=False), "Unshown", NOW)
        assert ledger.unfinished() == ()
        assert [one.number for one in ledger.in_state(State.REJECTED)] == [1]


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


def test_a_life_is_sealed_fact_by_fact_and_intents_are_not(path: Path) -> None:
    life = (
        (State.TAKING, "Engaged"),
        (State.TAKEN, "Taken"),
        (State.INSPECTED, "Numbered"),
        (State.DELIVERING, "Begun"),
        (State.RENAMING, "Verified"),
        (State.DELIVERED, "Published"),
        (State.NOTED, "Noted"),
        (State.RETIRED, "Expired"),
    )
    with Ledger.open(path, NOW) as ledger:
        for state, event in life:
            ledger.record(parcel(state=state, reasons=()), event, NOW)
        facts = [link.said["fact"] for link in ledger.links()]
        assert ledger.head() == head_of(ledger.links()[-1])

    assert facts == ["begun", "taken", "numbered", "delivered", "noted", "retired"]


def test_a_step_and_its_link_are_one_commit(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger._db.execute("CREATE TRIGGER no_more BEFORE INSERT ON chain BEGIN SELECT RAISE(ABORT, 'full'); END")
        with pytest.raises(LedgerError):
            ledger.record(parcel(), "Begun", NOW)

        assert ledger.parcels() == ()
        assert ledger.steps(parcel().id) == ()


def raw(path: Path) -> bytes:
    """Every byte of the ledger on the disk, its log included."""
    return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))


def test_fifty_erased_names_are_in_no_byte_of_the_file_any_more(path: Path) -> None:
    names = [f"患者{number:02}様の請求{number * 7919:06}.UKE" for number in range(50)]
    with Ledger.open(path) as ledger:
        for number, name in enumerate(names, start=1):
            target = PurePosixPath(f"2021-11/社保/{number:02}回目_1108-2310", name)
            whole = parcel(number, name=name, source=f"社保/{name}".encode())
            whole = replace(whole, fingerprint=Fingerprint(100, f"{name}:100:1"))
            for state in (State.TAKING, State.TAKEN, State.DELIVERED, State.RETIRED):
                placed = state in {State.DELIVERED, State.RETIRED}
                ledger.record(
                    replace(whole, state=state, target=target if placed else None, number=number if placed else 0),
                    "x",
                    NOW,
                )
        assert all(name.encode() in raw(path) for name in names)
        salts = [row["salt"] for row in ledger.stored().rows]

        for number in range(1, 51):
            ledger.erase_names(parcel(number).id, NOW)
        left = raw(path)

        assert [name for name in names if name.encode() in left] == []
        assert [name for name in names if name.casefold().encode() in left] == []
        assert [salt for salt in salts if salt in left] == []
        assert list(row_findings(ledger.stored().rows, ledger.links())) == []
        assert [link.said["fact"] for link in ledger.links()].count("erased") == 50
    assert [name for name in names if name.encode() in raw(path)] == []


def test_an_erased_parcel_keeps_its_folder_and_figures(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(state=State.NOTED), "Noted", NOW)
        ledger.erase_names(parcel().id, NOW)

        (erased,) = ledger.parcels()
        assert (erased.name, erased.source, erased.digest, erased.number) == ("", b"", "d" * 64, 1)
        assert erased.target == PurePosixPath("2021-11/社保/01回目_1108-2310")
        assert erased.summary == parcel().summary


def test_whoever_still_carries_an_erased_parcel_does_not_bring_its_name_back(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(state=State.NOTED), "Noted", NOW)
        ledger.erase_names(parcel().id, NOW)
        ledger.record(parcel(state=State.RETIRED), "Expired", NOW)
        ledger.erase_names(parcel().id, NOW)

        (erased,) = ledger.parcels()
        assert (erased.name, erased.state) == ("", State.RETIRED)
        assert b"RECEIPTC.UKE" not in raw(path)
        assert list(row_findings(ledger.stored().rows, ledger.links())) == []


def test_erased_parcels_of_one_month_and_number_do_not_collide(path: Path) -> None:
    with Ledger.open(path) as ledger:
        for letter in "ab":
            whole = parcel(1, id=letter * 32, name=f"{letter}.UKE", state=State.RETIRED)
            ledger.record(replace(whole, target=PurePosixPath(f"2021-11/社保/01回目_x/{letter}.UKE")), "x", NOW)
            ledger.erase_names(letter * 32, NOW)

        assert [found.name for found in ledger.parcels()] == ["", ""]


@pytest.mark.parametrize("state", [State.TAKING, State.DELIVERING, State.HELD])
def test_a_name_somebody_still_needs_is_not_erased(path: Path, state: State) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(state=state), "x", NOW)
        with pytest.raises(ValueError, match="rests"):
            ledger.erase_names(parcel().id, NOW)

        assert ledger.parcels()[0].name == "RECEIPTC.UKE"


def test_while_somebody_reads_the_erasing_says_so_and_asking_again_finishes_it(path: Path) -> None:
    with Ledger.open(path) as ledger, Ledger.read(path) as reader:
        ledger.record(parcel(state=State.RETIRED), "Expired", NOW)
        reader._db.execute("BEGIN")
        reader._db.execute("SELECT * FROM parcel").fetchone()
        with pytest.raises(LedgerBusy, match="ask again"):
            ledger.erase_names(parcel().id, NOW)
        reader._db.execute("COMMIT")
        ledger.erase_names(parcel().id, NOW)

        assert b"RECEIPTC.UKE" not in raw(path)
        assert [link.said["fact"] for link in ledger.links()].count("erased") == 1


def test_pruning_leaves_a_chain_that_holds_and_says_what_went(path: Path) -> None:
    late = NOW + timedelta(days=400)
    with Ledger.open(path, NOW) as ledger:
        for number in (1, 2):
            ledger.record(parcel(number, state=State.TAKEN), "Taken", NOW)
            ledger.record(parcel(number, state=State.CLEARED), "Expired", NOW)
        ledger.record(parcel(3, state=State.CLEARED), "Expired", late)
        before = ledger.head()

        assert ledger.prune(NOW + timedelta(days=1), late) == 2

        stored = ledger.stored()
        assert [found.number for found in ledger.parcels()] == [3]
        assert stored.last_states.keys() == {parcel(3).id}
        assert list(breaks(stored.links)) == []
        assert list(row_findings(stored.rows, stored.links)) == []
        assert stored.links[-1].said["parcels"] == 2
        assert stored.links[-1].said["through"] == 5
        assert keeps(stored.links, before) is True
    Ledger.open(path).close()


def test_pruning_stops_where_somebody_still_waits(path: Path) -> None:
    late = NOW + timedelta(days=400)
    with Ledger.open(path, NOW) as ledger:
        ledger.record(parcel(1, state=State.CLEARED), "Expired", NOW)
        ledger.record(parcel(2, state=State.HELD), "Inspected", NOW)
        ledger.record(parcel(3, state=State.CLEARED), "Expired", NOW)

        assert ledger.prune(late, late) == 1
        assert ledger.prune(late, late) == 0

        stored = ledger.stored()
        assert {row["number"] for row in stored.rows} == {2, 3}
        assert list(breaks(stored.links)) == []
        assert list(row_findings(stored.rows, stored.links)) == []


def test_what_was_never_taken_is_pruned_too_and_pruning_goes_on_year_after_year(path: Path) -> None:
    with Ledger.open(path, NOW) as ledger:
        for year in range(1, 4):
            moment = NOW + timedelta(days=365 * year)
            ledger.record(parcel(year, state=State.CLEARED), "Expired", moment)
            ledger.record(replace(parcel(10 + year), number=0, target=None, state=State.FORGOTTEN), "x", moment)
            ledger.prune(moment, moment)
            assert list(breaks(ledger.links())) == []

        assert {int(row["id"], 16) for row in ledger.stored().rows} == {3, 13}
        with pytest.raises(sqlite3.IntegrityError, match="only appended"):
            ledger._db.execute("DELETE FROM chain")
        with pytest.raises(sqlite3.IntegrityError, match="only appended"):
            ledger._db.execute("DELETE FROM step")


def test_an_export_is_a_fact_and_holds_back_what_was_on_its_way(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(1, state=State.DELIVERING), "Begun", NOW)
        ledger.record(parcel(2, state=State.NOTED), "Noted", NOW)
        ledger.record_export(ledger.parcels(), "a" * 64, NOW)

        first, second = ledger.parcel(parcel(1).id), ledger.parcel(parcel(2).id)
        assert first is not None
        assert (first.state, first.reasons, first.shown) == (State.HELD, ("exported",), False)
        assert second is not None
        assert second.state is State.NOTED
        said = [link.said for link in ledger.links() if link.said["fact"] == "exported"]
        assert {fields["archive"] for fields in said} == {"a" * 64}
        assert len(said) == 2


def test_an_export_of_one_unknown_parcel_is_none(path: Path) -> None:
    with Ledger.open(path) as ledger:
        ledger.record(parcel(1), "Begun", NOW)
        with pytest.raises(LedgerError, match="no parcel"):
            ledger.record_export([parcel(1), parcel(9)], "a" * 64, NOW)

        assert [link.said["fact"] for link in ledger.links()] == ["begun", "numbered"]
        assert ledger.parcels()[0].state is State.DELIVERING
