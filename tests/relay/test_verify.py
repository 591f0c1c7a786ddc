import hashlib
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.relay.chain import Head
from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.parcel import State
from gateway.relay.places import Places
from gateway.relay.verify import Trouble, verify
from tests.relay.test_ledger import NOW, parcel

CONTENT = b"claim"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def places(tmp_path: Path) -> Places:
    """Two parcels with their files in the spool, and one whose file was erased in its time."""
    places = Places(tmp_path)
    places.prepare()
    with Ledger.open(places.ledger, NOW) as ledger:
        for number, state in enumerate((State.DELIVERING, State.NOTED, State.RETIRED), start=1):
            ledger.record(parcel(number, digest=DIGEST, state=State.TAKEN), "Taken", NOW)
            ledger.record(parcel(number, digest=DIGEST, state=state), "x", NOW)
            if state is not State.RETIRED:
                (places.spool / parcel(number).id).write_bytes(CONTENT)
    return places


def touch(places: Places, statement: str) -> None:
    """Change the ledger as somebody would who knows SQLite and has the rights."""
    with closing(sqlite3.connect(places.ledger, isolation_level=None)) as connection:
        for trigger in ("chain_is_never_changed", "chain_is_never_removed", "step_is_never_removed"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute(statement)


def change_row(places: Places, change: str) -> None:
    """Change the first parcel's row."""
    touch(places, f"UPDATE parcel SET {change} WHERE number = 1")  # noqa: S608  (this test's own words)


def troubles(places: Places, *heads: Head) -> set[Trouble]:
    return {finding.trouble for finding in verify(places, heads).findings}


def test_what_nobody_touched_is_sound(places: Places) -> None:
    verified = verify(places)

    assert verified.sound
    assert (verified.parcels, verified.links, verified.files) == (3, 7, 2)
    assert verified.head is not None
    assert verified.head.sequence == 7


@pytest.mark.parametrize(
    "change",
    [
        "state = 'noted'",
        "name = x'41'",
        "source = x'41'",
        "source_key = 'x'",
        "target = 'x'",
        "digest = 'x'",
        "size = 1",
        "number = 7",
        "month = '2026-01'",
        "payer = '国保'",
        "reasons = '[\"virus\"]'",
        "duplicate = 1",
        "summary = replace(summary, 'medical', 'dental')",
        "decided_by = 'x'",
        "decided_why = 'x'",
        "salt = x'41'",
        "erased = 1",
        "direction = 'return'",
    ],
)
def test_a_touched_row_is_found(places: Places, change: str) -> None:
    change_row(places, change)

    assert Trouble.DIFFERS in troubles(places)


@pytest.mark.parametrize("change", ["summary = 'x'", "salt = NULL", "summary = '7'"])
def test_a_row_that_makes_no_sense_is_found(places: Places, change: str) -> None:
    change_row(places, change)

    assert troubles(places) == {Trouble.SENSELESS}


def test_a_row_that_went_and_one_that_came_are_found(places: Places) -> None:
    change_row(places, f"id = '{'f' * 32}'")

    assert {Trouble.GONE, Trouble.UNSEALED} <= troubles(places)


def test_a_history_cut_off_is_found(places: Places) -> None:
    touch(places, "DELETE FROM step WHERE state = 'retired'")

    assert troubles(places) == {Trouble.HISTORY}


def test_a_chain_cut_off_is_found_by_the_rows_and_by_a_head_noted_elsewhere(places: Places) -> None:
    head = verify(places).head
    assert head is not None
    touch(places, "DELETE FROM chain WHERE sequence = 7")

    assert troubles(places) == {Trouble.DIFFERS}
    assert troubles(places, head) == {Trouble.DIFFERS, Trouble.CUT}


def test_a_head_from_before_the_pruning_can_not_be_told(places: Places) -> None:
    with Ledger.open(places.ledger) as ledger:
        first = ledger.links()[0]
        ledger.record(parcel(1, digest=DIGEST, state=State.CLEARED), "x", NOW)
        ledger.record(parcel(2, digest=DIGEST, state=State.CLEARED), "x", NOW)
        ledger.record(parcel(3, digest=DIGEST, state=State.CLEARED), "x", NOW)
        later = NOW + timedelta(days=1)
        ledger.prune(later, later)
    for file in places.spool.iterdir():
        file.unlink()

    verified = verify(places, [Head(first.sequence, first.hash)])

    assert verified.findings == ()
    assert [head.sequence for head in verified.untold] == [1]


@pytest.mark.parametrize(
    ("change", "trouble"),
    [
        (lambda file: file.unlink(), Trouble.FILE_GONE),
        (lambda file: file.write_bytes(b"clame"), Trouble.FILE_DIFFERS),
        (lambda file: (file.unlink(), file.symlink_to("/etc/hostname")), Trouble.FILE_UNREADABLE),
        (lambda file: file.with_name("e" * 32).write_bytes(b"x"), Trouble.FILE_UNKNOWN),
    ],
)
def test_a_spool_that_is_not_what_was_taken_is_found(
    places: Places, change: Callable[[Path], object], trouble: Trouble
) -> None:
    change(places.spool / parcel(1).id)

    assert troubles(places) == {trouble}


def test_what_is_half_made_is_no_parcel_s_file(places: Places) -> None:
    (places.spool / f"{parcel(1).id}.part").write_bytes(b"cl")

    assert verify(places).sound


def test_a_damaged_file_is_one_finding_and_not_touched(places: Places) -> None:
    damaged = bytearray(places.ledger.read_bytes())
    damaged[100:200] = b"\xa5" * 100
    places.ledger.write_bytes(damaged)

    verified = verify(places)

    assert {finding.trouble for finding in verified.findings} == {Trouble.DAMAGED}
    assert all("\n" not in finding.line("en") for finding in verified.findings)
    assert places.ledger.read_bytes() == bytes(damaged)


def test_no_ledger_is_no_finding(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="not there"):
        verify(Places(tmp_path))


def test_no_finding_says_a_file_s_name(places: Places) -> None:
    change_row(places, "name = CAST('EVIL.UKE' AS BLOB)")
    (places.spool / parcel(2).id).unlink()

    for finding in verify(places).findings:
        for lang in ("en", "ja"):
            assert "UKE" not in finding.line(lang)


def test_it_reads_beside_a_relay_that_writes(places: Places) -> None:
    with Ledger.open(places.ledger) as ledger:
        ledger.record(parcel(1, digest=DIGEST, state=State.RENAMING), "Verified", NOW)

        assert verify(places).sound
