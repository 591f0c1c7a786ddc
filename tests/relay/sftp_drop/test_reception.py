"""A publish that fails makes the client's put fail; a publish that was told OK is never missing."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from gateway.relay.ledger import Ledger
from gateway.relay.parcel import State
from gateway.relay.verify import verify
from tests.relay.process import until
from tests.relay.sftp_drop.rig import Drop

FULL_BYTES, LEFT_BYTES = 24 << 20, 1 << 20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 24 MiB."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={FULL_BYTES}", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


def test_while_the_ledger_is_locked_a_put_fails_and_nothing_of_it_stays(tmp_path: Path, claim: Path) -> None:
    with Drop(tmp_path / "drop") as drop:
        with closing(sqlite3.connect(drop.places.ledger, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert drop.sftp(f"put {claim} 請求/LOCKED.UKE\n").returncode == 1
            assert drop.sftp(f"put {claim} 請求/L.filepart\nrename 請求/L.filepart 請求/L.UKE\n").returncode == 1
            other.execute("ROLLBACK")
        until(lambda: len(drop.spooled()) == 1, "only the part that may be renamed again is left")
        assert drop.parcels() == []

        assert drop.sftp("rename 請求/L.filepart 請求/L.UKE\n").returncode == 0
        assert drop.sftp(f"put {claim} 請求/LOCKED.UKE\n").returncode == 0

        assert sorted(parcel.name for parcel in drop.parcels()) == ["L.UKE", "LOCKED.UKE"]


@pytest.mark.root
def test_on_a_full_disk_a_put_fails_and_works_again_when_there_is_room(small_disk: Path, claim: Path) -> None:
    with Drop(small_disk) as drop:
        filler = small_disk / "filler"
        disk = os.statvfs(small_disk)
        filler.write_bytes(bytes(disk.f_bavail * disk.f_frsize - LEFT_BYTES))
        assert drop.sftp(f"put {claim} 請求/FULL.UKE\n").returncode == 1
        assert drop.parcels() == []
        until(lambda: not drop.spooled(), "nothing of it stays")

        filler.unlink()

        assert drop.sftp(f"put {claim} 請求/FULL.UKE\n").returncode == 0
        assert [parcel.name for parcel in drop.parcels()] == ["FULL.UKE"]


def test_what_was_told_ok_outlives_the_relay_and_is_delivered_once(tmp_path: Path, claim: Path) -> None:
    with Drop(tmp_path / "drop") as drop:
        assert drop.sftp(f"put {claim} 請求/KEPT.UKE\n").returncode == 0
        place, port = drop.place, drop.port
    again = Drop(place, port=port, terminal=True)
    with again:
        until(lambda: [one.state for one in again.parcels()] == [State.NOTED], "it is delivered")
        assert again.sftp(f"put {claim} 請求/KEPT.UKE\n").returncode == 0
        until(lambda: [one.state for one in again.parcels()] == [State.NOTED] * 2, "the second is noted")

    assert again.delivered().count(claim.read_bytes()) == 1
    assert {parcel.brought_by for parcel in again.parcels()} == {"山田"}
    with Ledger.read(again.places.ledger) as ledger:
        assert len({link.said["parcel"] for link in ledger.links() if link.said["fact"] == "taken"}) == 2
    assert verify(again.places).findings == ()
