import os
from pathlib import Path

import pytest

from gateway.claims.reader import Expected
from gateway.relay.drop import Oddity, is_whole, look
from tests.claims.synthetic import claim_file


def found(folder: Path) -> dict[bytes, Oddity | None]:
    return {one.path: one.oddity for one in look(folder)}


def test_files_at_both_depths_are_seen_and_temporary_names_are_not(tmp_path: Path) -> None:
    (tmp_path / "社保").mkdir()
    for name in ("RECEIPTC.UKE", "社保/RECEIPTC.UKE", "desktop.ini", "~$x.UKE", "社保/a.crdownload"):
        (tmp_path / name).write_bytes(b"x")

    assert found(tmp_path) == {b"RECEIPTC.UKE": None, "社保/RECEIPTC.UKE".encode(): None}


def test_a_name_that_is_no_text_is_seen_as_it_is(tmp_path: Path) -> None:
    (Path(os.fsdecode(os.fsencode(tmp_path) + b"/\x83\x8c.UKE"))).write_bytes(b"x")

    assert found(tmp_path) == {b"\x83\x8c.UKE": None}


def test_twins_in_one_folder_are_both_left_and_in_two_folders_are_none(tmp_path: Path) -> None:
    (tmp_path / "社保").mkdir()
    for name in ("A.UKE", "a.uke", "が.UKE", "か\u3099.UKE", "B.UKE", "社保/b.uke"):
        (tmp_path / name).write_bytes(b"x")

    twins = {"A.UKE", "a.uke", "が.UKE", "か\u3099.UKE"}
    assert found(tmp_path) == {
        name.encode(): Oddity.TWIN if name in twins else None for name in (*twins, "B.UKE", "社保/b.uke")
    }


def test_what_is_not_ours_to_take_has_its_reason(tmp_path: Path) -> None:
    drop = tmp_path / "drop"
    (drop / "a" / "b").mkdir(parents=True)
    (drop / "a" / "b" / "deep.UKE").write_bytes(b"x")
    (drop / "link").symlink_to("/etc/passwd")
    (drop / "folder-link").symlink_to("/etc")
    os.mkfifo(drop / "pipe")
    (tmp_path / "outside").write_bytes(b"x")
    os.link(tmp_path / "outside", drop / "hard")

    assert found(drop) == {
        b"a/b": Oddity.TOO_DEEP,
        b"link": Oddity.LINK,
        b"folder-link": Oddity.LINK,
        b"pipe": Oddity.SPECIAL,
        b"hard": Oddity.HARD_LINK,
    }


@pytest.mark.parametrize(
    ("content", "whole"),
    [
        (claim_file(), True),
        (claim_file(trailer=None), False),
        (claim_file() + bytes(100), False),
        (b"", False),
        (b"some letter", True),
    ],
)
def test_a_claim_is_whole_with_its_trailer(tmp_path: Path, content: bytes, whole: bool) -> None:
    (tmp_path / "RECEIPTC.UKE").write_bytes(content)
    (one,) = look(tmp_path)

    assert is_whole(tmp_path, one, Expected()) == whole


def test_what_is_gone_by_now_is_not_whole(tmp_path: Path) -> None:
    (tmp_path / "RECEIPTC.UKE").write_bytes(claim_file())
    (one,) = look(tmp_path)
    (tmp_path / "RECEIPTC.UKE").unlink()

    assert not is_whole(tmp_path, one, Expected())
