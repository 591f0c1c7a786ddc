from gateway.cli.table import lines, width


def test_japanese_takes_two_cells() -> None:
    assert width("請求 a") == 6


def test_columns_align_whatever_the_script() -> None:
    assert list(lines([("請求端末", "b"), ("a", "b")])) == ["  請求端末  b", "  a         b"]


def test_no_rows_no_lines() -> None:
    assert list(lines([])) == []


def test_empty_last_cells_leave_no_blanks() -> None:
    assert list(lines([("a", ""), ("b", "long")])) == ["  a", "  b  long"]
