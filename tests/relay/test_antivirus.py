"""Files handed to a real clamd that knows one signature, and what its silence means."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.relay.antivirus import Clamd, Verdict
from gateway.relay.errors import Absent
from tests.claims.synthetic import claim_file
from tests.relay.clamd import EICAR, FILE_MAX_BYTES, STREAM_MAX_BYTES, ClamdServer
from tests.relay.conftest import run

DEADLINE = timedelta(seconds=5)


@pytest.fixture(scope="module")
def clamd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ClamdServer]:
    with ClamdServer(tmp_path_factory.mktemp("c") / "d") as server:
        yield server


def scan(path: Path, socket_path: Path, deadline: timedelta = DEADLINE) -> Verdict:
    verdicts: list[Verdict] = []

    async def work() -> None:
        verdicts.append(await Clamd(str(socket_path), deadline).scan(path))

    run(work)
    return verdicts[0]


def file_of(place: Path, content: bytes) -> Path:
    file = place / "file"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("content", "verdict"),
    [
        (b"", Verdict.CLEAN),
        (claim_file(), Verdict.CLEAN),
        (EICAR, Verdict.FOUND),
        (claim_file() + EICAR, Verdict.FOUND),
        (bytes(FILE_MAX_BYTES - 100) + EICAR, Verdict.FOUND),
        (EICAR + bytes(FILE_MAX_BYTES), Verdict.TOO_BIG),
        (EICAR + bytes(STREAM_MAX_BYTES), Verdict.TOO_BIG),
        (bytes(10 * STREAM_MAX_BYTES), Verdict.TOO_BIG),
    ],
    ids=["empty", "claim", "eicar", "in a claim", "at the end", "beyond its file", "beyond its stream", "far beyond"],
)
def test_what_clamd_says(clamd: ClamdServer, tmp_path: Path, content: bytes, verdict: Verdict) -> None:
    assert scan(file_of(tmp_path, content), clamd.socket) is verdict


def test_without_the_demanded_setting_clamd_calls_clean_what_it_never_looked_at(tmp_path: Path) -> None:
    # Why docs/relay.md demands AlertExceedsMax: no answer of clamd's shows that it is missing.
    with ClamdServer(tmp_path / "d", alert="no") as careless:
        assert scan(file_of(tmp_path, EICAR + bytes(FILE_MAX_BYTES)), careless.socket) is Verdict.CLEAN


def test_a_clamd_that_is_not_there_is_down(tmp_path: Path) -> None:
    assert scan(file_of(tmp_path, b"x"), tmp_path / "nowhere") is Verdict.DOWN


def test_a_clamd_that_died_is_down_and_one_that_came_back_is_not(tmp_path: Path) -> None:
    file = file_of(tmp_path, b"x")
    with ClamdServer(tmp_path / "d") as own:
        own.kill()
        assert scan(file, own.socket) is Verdict.DOWN
        own.start()
        assert scan(file, own.socket) is Verdict.CLEAN


@pytest.mark.parametrize("size", [10, 900_000])
def test_a_clamd_that_does_not_answer_is_down_at_the_deadline(tmp_path: Path, size: int) -> None:
    file = file_of(tmp_path, bytes(size))
    with ClamdServer(tmp_path / "d") as own:
        own.pause()
        began = time.monotonic()
        assert scan(file, own.socket, timedelta(milliseconds=300)) is Verdict.DOWN
        assert time.monotonic() - began < 2.0
        own.resume()


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"stream: OK",
        b"stream: OK\n\0",
        b"stream: OK\0stream: OK\0",
        b"OK\0",
        b"stream: x ERROR\0",
        b"x" * 9000,
        b"stream:  FOUND\0",
        b"UNKNOWN COMMAND\0",
    ],
)
def test_an_answer_that_is_not_exactly_clamd_s_is_none(tmp_path: Path, answer: bytes) -> None:
    with answering(tmp_path / "s", answer) as socket_path:
        assert scan(file_of(tmp_path, b"x"), socket_path) is Verdict.DOWN


def test_a_file_of_ours_that_is_gone_is_our_own_disk_s_trouble(clamd: ClamdServer, tmp_path: Path) -> None:
    with pytest.raises(Absent, match="disk-enoent") as absent:
        scan(tmp_path / "gone", clamd.socket)

    assert absent.value.local


@contextmanager
def answering(path: Path, answer: bytes) -> Iterator[Path]:
    """Something on a socket that is not clamd."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen()
        listener.settimeout(10)

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                while not connection.recv(1 << 16).endswith(bytes(4)):
                    continue
                connection.sendall(answer)

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield path
        finally:
            serving.join(10)
            assert not serving.is_alive()
