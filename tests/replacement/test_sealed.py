import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.replacement.errors import WrongInput
from gateway.replacement.sealed import MAGIC, PIECE_BYTES, Sealing, opened
from tests.replacement.boxes import CHEAP, PASSWORD

HEADER_BYTES = len(MAGIC) + 25 + 32


def sealed(content: bytes, step: int = 10_000) -> bytes:
    sink = io.BytesIO()
    sealing = Sealing(sink.write, PASSWORD, cost=CHEAP)
    for start in range(0, len(content), step):
        sealing.write(content[start : start + step])
    sealing.close()
    return sink.getvalue()


def read(data: bytes, password: str = PASSWORD) -> bytes:
    return b"".join(opened(io.BytesIO(data), password))


@pytest.mark.parametrize("size", [0, 1, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 1, 3 * PIECE_BYTES])
def test_what_was_sealed_comes_back(size: int) -> None:
    content = bytes(range(256)) * (size // 256 + 1)
    assert read(sealed(content[:size])) == content[:size]


def test_the_same_content_is_never_sealed_alike() -> None:
    assert sealed(b"x") != sealed(b"x")


def test_a_wrong_password_is_told_from_a_damaged_file() -> None:
    with pytest.raises(WrongInput, match="the password does not open it"):
        read(sealed(b"x"), "another")


def test_what_is_no_export_and_what_is_newer_say_so() -> None:
    with pytest.raises(WrongInput, match="no export of a claim gateway"):
        read(b"PK\x03\x04" + bytes(100))
    with pytest.raises(WrongInput, match="no export of a claim gateway"):
        read(MAGIC)
    newer = bytearray(sealed(b"x"))
    newer[len(MAGIC)] = 2
    with pytest.raises(WrongInput, match="a newer version"):
        read(bytes(newer))


def test_a_header_that_asks_for_endless_work_is_refused() -> None:
    greedy = bytearray(sealed(b"x"))
    greedy[len(MAGIC) + 1] = 40
    with pytest.raises(WrongInput, match="damaged"):
        read(bytes(greedy))


def test_pieces_cannot_be_left_out_or_change_places() -> None:
    whole = sealed(bytes(3 * PIECE_BYTES))
    piece = PIECE_BYTES + 16
    first, second, third = (whole[HEADER_BYTES + n * piece : HEADER_BYTES + (n + 1) * piece] for n in range(3))
    head = whole[:HEADER_BYTES]
    assert read(head + first + second + third)
    for bent in (first + second, first + third, second + first + third, third, b"", first + second + third + b"x"):
        with pytest.raises(WrongInput, match="damaged or cut short"):
            read(head + bent)


@given(st.data())
def test_no_bit_can_change_and_no_end_be_cut(data: st.DataObject) -> None:
    whole = bytearray(_SMALL)
    if data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(whole) - 1))
        # Another cost only takes longer to refuse.
        whole[place] ^= 1 << data.draw(st.integers(0, 7)) if place != len(MAGIC) + 1 else 128
    else:
        del whole[data.draw(st.integers(0, len(whole) - 1)) :]
    with pytest.raises(WrongInput):
        read(bytes(whole))


_SMALL = sealed(b"a small box")
