import hashlib
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.relay.drop import look
from gateway.relay.errors import Refused
from gateway.relay.events import Busy, Engaged, NothingTaken, Taken
from gateway.relay.lease import ignore_breaks
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Parcel, State
from gateway.relay.spool import Spool

NOW = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
DIGEST = hashlib.sha256(b"claim").hexdigest()


@pytest.fixture
def drop(tmp_path: Path) -> Path:
    ignore_breaks()
    (tmp_path / "spool").mkdir()
    (tmp_path / "drop" / "社保").mkdir(parents=True)
    return tmp_path / "drop"


@pytest.fixture
def spool(drop: Path) -> Spool:
    return Spool(drop.parent / "spool", drop)


def parcel_of(drop: Path) -> Parcel:
    (found,) = look(drop)
    return Parcel("a" * 32, Direction.CLAIM, found.name, found.path, found.fingerprint, NOW, NOW, State.TAKING)


def test_taking_is_one_rename_and_a_digest(drop: Path, spool: Spool) -> None:
    source = drop / "社保" / "RECEIPTC.UKE"
    source.write_bytes(b"claim")
    parcel = parcel_of(drop)

    assert spool.engage(parcel) == Engaged()
    assert spool.take(parcel) == Taken(DIGEST, 5)
    assert not source.exists()
    assert spool.path(parcel).stat().st_mode & 0o777 == 0o600


def test_a_file_with_a_writer_is_busy_and_stays(drop: Path, spool: Spool) -> None:
    source = drop / "RECEIPTC.UKE"
    source.write_bytes(b"claim")
    parcel = parcel_of(drop)

    with source.open("ab"):
        assert spool.engage(parcel) == Busy()

    assert source.exists()


def test_a_writer_who_slipped_in_is_waited_for_and_loses_nothing(drop: Path, spool: Spool) -> None:
    source = drop / "RECEIPTC.UKE"
    source.write_bytes(b"cla")
    parcel = parcel_of(drop)

    with source.open("ab", buffering=0) as writer:
        assert spool.take(parcel) == Busy()
        writer.write(b"im")
        assert spool.take(parcel) == Busy()

    assert spool.take(parcel) == Taken(DIGEST, 5)


def test_a_file_rewritten_or_taken_away_since_it_settled_is_not_taken(drop: Path, spool: Spool) -> None:
    source = drop / "RECEIPTC.UKE"
    source.write_bytes(b"claim")
    parcel = parcel_of(drop)
    source.write_bytes(b"other")

    assert spool.engage(parcel) == Busy()
    assert spool.take(parcel) == NothingTaken()
    source.unlink()
    assert spool.engage(parcel) == NothingTaken()
    assert spool.take(parcel) == NothingTaken()


def test_a_link_put_in_the_file_s_place_is_not_followed(drop: Path, spool: Spool) -> None:
    source = drop / "RECEIPTC.UKE"
    source.write_bytes(b"claim")
    parcel = parcel_of(drop)
    source.unlink()
    (drop.parent / "secret").write_bytes(b"claim")
    source.symlink_to(drop.parent / "secret")

    assert spool.take(parcel) == NothingTaken()
    assert (drop.parent / "secret").exists()


def test_after_a_crash_the_spool_says_whether_it_was_taken(drop: Path, spool: Spool) -> None:
    source = drop / "RECEIPTC.UKE"
    source.write_bytes(b"claim")
    parcel = parcel_of(drop)

    assert spool.look(parcel) == NothingTaken()
    source.rename(spool.path(parcel))
    assert spool.look(parcel) == Taken(DIGEST, 5)


def test_a_copy_that_broke_off_does_not_count(drop: Path, spool: Spool) -> None:
    (drop / "x").write_bytes(b"claim")
    parcel = parcel_of(drop)
    spool.part(parcel).write_bytes(b"cla")

    assert spool.look(parcel) == NothingTaken()
    assert not spool.part(parcel).exists()


def test_a_second_name_for_the_spool_s_file_is_waited_out(drop: Path, spool: Spool) -> None:
    source = drop / "RECEIPTC.UKE"
    source.write_bytes(b"claim")
    parcel = parcel_of(drop)
    source.rename(spool.path(parcel))
    os.link(spool.path(parcel), drop.parent / "second")

    with pytest.raises(Refused, match="disk-second-link") as refused:
        spool.hash(parcel)
    assert refused.value.local
    (drop.parent / "second").unlink()
    assert spool.hash(parcel) == Taken(DIGEST, 5)


def test_the_sweep_removes_what_is_ours_and_over_and_keeps_what_nobody_knows(drop: Path, spool: Spool) -> None:
    (drop / "x").write_bytes(b"claim")
    retired = replace(parcel_of(drop), state=State.RETIRED)
    place = drop.parent / "spool"
    for name in (retired.id, f"{'b' * 32}.part", f"{'c' * 32}.note", "d" * 32):
        (place / name).write_bytes(b"x")
    with Ledger.open(drop.parent / "ledger") as ledger:
        ledger.record(retired, "Expired", NOW)

        assert spool.sweep(ledger) == 1

    assert [file.name for file in place.iterdir()] == ["d" * 32]
