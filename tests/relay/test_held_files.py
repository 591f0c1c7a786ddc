import unicodedata
from pathlib import Path

import pytest

from gateway.relay.held_files import DEPTH_MOST, HeldFile, held_files


def found(held: Path) -> dict[str, HeldFile]:
    return {str(file.path): file for file in held_files(held)}


def test_files_are_found_wherever_people_moved_them(tmp_path: Path) -> None:
    for path in ("a.UKE", "承認/b.UKE", "承認/山田/c.UKE", "却下/d.UKE", "整理/e.UKE"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"x")

    files = found(tmp_path)

    assert {path for path, file in files.items() if file.approved} == {"承認/b.UKE", "承認/山田/c.UKE"}
    assert {path for path, file in files.items() if file.rejected} == {"却下/d.UKE"}
    assert files["承認/山田/c.UKE"].person == "山田"
    assert files["承認/b.UKE"].person == ""
    assert {"a.UKE", "整理/e.UKE"} <= set(files)


def test_links_and_what_lies_too_deep_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_bytes(b"x")
    held = tmp_path / "held"
    deep = held.joinpath(*"abcdefghij"[:DEPTH_MOST])
    deep.mkdir(parents=True)
    (deep / "too deep").write_bytes(b"x")
    (held / "link").symlink_to(tmp_path / "outside")
    (held / "file-link").symlink_to(tmp_path / "outside" / "secret")

    assert held_files(held) == ()


def test_a_file_called_as_a_folder_of_decisions_decides_nothing(tmp_path: Path) -> None:
    (tmp_path / "承認").write_bytes(b"x")

    assert not found(tmp_path)["承認"].approved


@pytest.mark.parametrize("name", ["が_1108.uke", unicodedata.normalize("NFD", "が_1108.UKE")])
def test_a_name_is_known_however_windows_or_a_mac_spells_it(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"x")

    (file,) = held_files(tmp_path)

    assert file.named("が_1108.UKE")
