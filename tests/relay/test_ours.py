import hashlib
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.ours import remove_copy, remove_letter
from gateway.relay.slip import letter
from tests.relay.conftest import directory_shelf, run
from tests.relay.rig import HEAD

PLACE = PurePosixPath("a", "file")
LETTER = letter(["一行目", "二行目"], HEAD).encode()


@pytest.mark.parametrize(("content", "gone"), [(b"ours", True), (b"theirs", False), (b"", False)])
def test_a_copy_goes_only_as_it_was_placed(tmp_path: Path, content: bytes, gone: bool) -> None:
    file = tmp_path / PLACE
    file.parent.mkdir()
    file.write_bytes(content)

    async def work() -> None:
        shelf = directory_shelf(tmp_path)
        assert await remove_copy(shelf, PLACE, hashlib.sha256(b"ours").hexdigest()) == gone

    run(work)

    assert file.exists() != gone


@pytest.mark.parametrize(
    ("content", "gone"),
    [
        (LETTER, True),
        (LETTER.replace("一行目".encode(), "書き足し".encode()), False),
        (LETTER + b"memo", False),
        (LETTER[:-1], False),
        (b"\xff\xfe", False),
        (b"", False),
    ],
)
def test_a_letter_goes_only_as_it_was_written(tmp_path: Path, content: bytes, gone: bool) -> None:
    file = tmp_path / PLACE
    file.parent.mkdir()
    file.write_bytes(content)

    async def work() -> None:
        assert await remove_letter(directory_shelf(tmp_path), PLACE) == gone

    run(work)

    assert file.exists() != gone


def test_what_is_gone_already_is_fine(tmp_path: Path) -> None:
    async def work() -> None:
        shelf = directory_shelf(tmp_path)
        assert await remove_copy(shelf, PLACE, "d" * 64)
        assert await remove_letter(shelf, PLACE)

    run(work)
