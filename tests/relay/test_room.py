import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.relay.errors import Refused
from gateway.relay.room import has_room, require_room
from tests.claims.synthetic import big_claim_file, claim_file, return_file
from tests.relay.rig import Rig

MIB = 1 << 20


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MiB of which 0.8 MiB are the reserve."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.root
def test_the_reserve_of_a_small_disk_is_a_twentieth(small: Path) -> None:
    assert has_room(small, 15 * MIB)
    assert not has_room(small, 16 * MIB - MIB // 2)
    with pytest.raises(Refused, match="disk-reserve") as refused:
        require_room(small, 16 * MIB)
    assert refused.value.local


@pytest.mark.root
def test_a_return_without_room_stays_on_the_terminal_and_comes_once_there_is_some(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = Rig(small)
    rig.share = tmp_path / "share"
    (rig.share / "returns").mkdir(parents=True)
    source = rig.share / "returns" / "RECEIPTC.HEN"
    source.write_bytes(return_file())
    filler = small / "filler"
    filler.write_bytes(b"x" * (15 * MIB + MIB // 2))

    rig.carry()

    assert (rig.brought(), rig.parcels()) == ({}, [])
    assert source.exists()
    assert list(rig.places.spool.iterdir()) == []
    assert capsys.readouterr().err.count("stays on the terminal (disk-reserve)") == 1
    filler.unlink()

    rig.carry()

    assert list(rig.brought().values()) == [return_file()]


@pytest.mark.root
def test_a_claim_on_a_full_disk_is_delivered_and_its_copy_follows_when_there_is_room(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(small)
    rig.share = tmp_path / "share"
    rig.share.mkdir()
    content = big_claim_file(9 * MIB)
    rig.drop("RECEIPTC.UKE", content)
    monkeypatch.setattr("tests.relay.rig.REST_TIMEOUT_S", 1.0)

    with pytest.raises(ExceptionGroup):
        rig.carry()

    assert list(rig.delivered().values()) == [content]
    assert rig.kept() == {}
    journal = capsys.readouterr().err
    assert journal.count("delivered-folder does not work (disk-reserve)") == 1
    assert "refuses" not in journal


def test_a_return_too_big_for_any_claim_office_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rig = Rig(tmp_path)
    source = rig.share / "returns" / "x.csv"
    with source.open("wb") as sparse:
        sparse.truncate(4 << 40)

    rig.carry()

    assert (rig.brought(), rig.parcels()) == ({}, [])
    assert source.exists()
    assert capsys.readouterr().err.count("stays on the terminal (too-big)") == 1


@pytest.mark.root
def test_a_claim_without_room_waits_in_its_folder_with_a_note_until_there_is_some(small: Path, tmp_path: Path) -> None:
    rig = Rig(small)
    rig.share = tmp_path / "share"
    (rig.share / "claims").mkdir(parents=True)
    source = rig.drop("RECEIPTC.UKE", claim_file())
    filler = small / "filler"
    filler.write_bytes(b"x" * (15 * MIB + MIB // 2))

    rig.carry()

    assert source.exists()
    assert rig.parcels() == []
    (note,) = rig.held().values()
    assert "ディスクに空きがありません" in note.decode()

    filler.unlink()
    rig.carry()

    assert list(rig.delivered().values()) == [claim_file()]
    assert not source.exists()
    assert rig.held() == {}
