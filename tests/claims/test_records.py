import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.claims.records import HEAD_BYTES, Records
from tests.claims.synthetic import lines


def taken(*chunks: bytes) -> tuple[list[bytes], Records]:
    records = Records(chunks)
    return list(records), records


@pytest.mark.parametrize(
    ("content", "found", "odd", "open_end", "end_mark"),
    [
        (b"", [], 0, False, False),
        (b"A\r\nB\r\n", [b"A", b"B"], 0, False, False),
        (b"A\r\nB\r\n\x1a", [b"A", b"B"], 0, False, True),
        (b"A\r\nB\r\n\x1a\x1a", [b"A", b"B"], 0, False, True),
        (b"A\r\nB", [b"A", b"B"], 0, True, False),
        (b"A\r\nB\r", [b"A", b"B"], 0, True, False),
        (b"A\r\nB\x1a", [b"A", b"B"], 2, False, True),
        (b"A\nB\r\n", [b"A", b"B"], 1, False, False),
        (b"A\r\nB\nC\n", [b"A", b"B", b"C"], 2, False, False),
        (b"A\r\r\nB\r\n", [b"A\r", b"B"], 1, False, False),
        (b"A\r\nB\rB\r\n", [b"A", b"B\rB"], 2, False, False),
        (b"\r\n\r\n", [b"", b""], 0, False, False),
        (b"\x1a", [], 0, False, True),
    ],
)
def test_lines_and_ends(content: bytes, found: list[bytes], odd: int, open_end: bool, end_mark: bool) -> None:
    got, records = taken(content)

    assert got == found
    assert (records.odd_end, records.open_end, records.end_mark) == (odd, open_end, end_mark)
    assert records.size == len(content)


@given(content=st.text("AB,\r\n\x1a\0あア", max_size=60), size=st.integers(1, 9))
def test_the_size_of_the_pieces_changes_nothing(content: str, size: int) -> None:
    whole = content.encode("cp932")
    one, records = taken(whole)
    many, pieces = taken(*(whole[start : start + size] for start in range(0, len(whole), size)))

    assert many == one
    for name in ("size", "nul_bytes", "cp932", "cut", "odd_end", "open_end", "end_mark"):
        assert getattr(pieces, name) == getattr(records, name), name


def test_a_character_cut_in_two_is_told_from_one_that_is_none() -> None:
    cut = lines("REMARK,あ")[:-3]
    _, records = taken(cut)
    assert (records.cp932, records.cut) == (True, True)

    _, records = taken(b"\x81\x20\r\n")
    assert (records.cp932, records.cut) == (False, False)


def test_a_line_without_end_costs_no_memory() -> None:
    records = Records(b"," * (1 << 16) for _ in range(160))

    (head,) = records

    assert len(head) == HEAD_BYTES
    assert (records.size, records.open_end) == (160 << 16, True)
