import os
import threading
from pathlib import Path

import pytest

from gateway.relay.lease import Writing, ignore_breaks, read_lease


@pytest.fixture
def file(tmp_path: Path) -> Path:
    ignore_breaks()
    path = tmp_path / "x"
    path.write_bytes(b"x")
    return path


def test_no_lease_while_somebody_has_the_file_open_for_writing(file: Path) -> None:
    with file.open("rb") as reader, file.open("ab"), pytest.raises(Writing), read_lease(reader.fileno()):
        pass


def test_readers_do_not_matter(file: Path) -> None:
    with file.open("rb"), file.open("rb") as reader, read_lease(reader.fileno()):
        pass


def test_a_writer_who_comes_meanwhile_is_noticed_and_gets_in_afterwards(file: Path) -> None:
    came = threading.Event()

    def write() -> None:
        came.set()
        with file.open("ab") as writer:
            writer.write(b"y")

    writer = threading.Thread(target=write)

    def while_leased() -> None:
        # O_NONBLOCK breaks the lease and does not wait for it, so the break is there when open() returns.
        with pytest.raises(BlockingIOError):
            os.open(file, os.O_WRONLY | os.O_NONBLOCK)
        writer.start()
        came.wait()

    with file.open("rb") as reader:
        with pytest.raises(Writing), read_lease(reader.fileno()):
            while_leased()
        writer.join(10)

    assert file.read_bytes() == b"xy"


def test_the_lease_ends_with_the_block(file: Path) -> None:
    with file.open("rb") as reader:
        with read_lease(reader.fileno()):
            pass
        descriptor = os.open(file, os.O_WRONLY | os.O_NONBLOCK)
        os.close(descriptor)
