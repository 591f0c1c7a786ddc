import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.relay.sftp_drop.coverage import PIECES_MOST, Coverage, TooScattered

RANGES = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 12)), max_size=25)


@given(RANGES, st.integers(0, 80), st.none() | st.integers(0, 70))
def test_it_knows_what_a_set_of_positions_knows(ranges: list[tuple[int, int]], size: int, cut: int | None) -> None:
    coverage, positions = Coverage(), set[int]()
    for start, length in ranges:
        coverage.add(start, start + length)
        positions |= {*range(start, start + length)}
    if cut is not None:
        coverage.cut(cut)
        positions = {position for position in positions if position < cut}

    assert coverage.whole(size) == (positions >= {*range(size)})
    assert coverage.end == max(positions, default=-1) + 1


def test_a_file_in_too_many_pieces() -> None:
    coverage = Coverage()

    for piece in range(PIECES_MOST):
        coverage.add(2 * piece, 2 * piece + 1)

    with pytest.raises(TooScattered):
        coverage.add(2 * PIECES_MOST, 2 * PIECES_MOST + 1)
