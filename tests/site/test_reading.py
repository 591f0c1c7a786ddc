from pathlib import Path

import pytest

from gateway.site.errors import SiteFileError
from gateway.site.reading import SITE_FILE_MAX_BYTES, read_text


def mistakes(path: Path) -> list[tuple[int, int]]:
    with pytest.raises(SiteFileError) as caught:
        read_text(path)
    return [(mistake.line, mistake.column) for mistake in caught.value.mistakes]


def test_bytes_that_are_not_utf8_are_placed_by_characters(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes("a: b\nsite: 若葉".encode() + b"\x83N")

    assert mistakes(path) == [(2, 9)]


def test_each_line_with_a_control_character_is_named(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_text("a: b\x1b[2J\n\tc: d\nd: \u202e\n")

    assert mistakes(path) == [(1, 5), (3, 4)]


def test_the_longest_file_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "site.yaml"
    path.write_bytes(b"#" * SITE_FILE_MAX_BYTES)
    assert len(read_text(path)) == SITE_FILE_MAX_BYTES

    path.write_bytes(b"#" * (SITE_FILE_MAX_BYTES + 1))
    assert mistakes(path) == [(0, 0)]


def test_a_nul_in_the_path_is_no_traceback() -> None:
    assert mistakes(Path("site\0.yaml")) == [(0, 0)]
