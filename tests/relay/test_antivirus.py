"""Files handed to a real clamd that knows one signature, and what its silence means."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.relay.antivirus import Clamd, Verdict
from gateway.relay.errors import Absent
from gateway.relay.parcel import Hold, State
from tests.claims.synthetic import big_claim_file, claim_file, return_file
from tests.relay.clamd import EICAR, FILE_MAX_BYTES, STREAM_MAX_BYTES, ClamdServer
from tests.relay.conftest import run
from tests.relay.rig import QUICK, Rig

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


def test_a_virus_travels_in_neither_direction_and_is_nobody_s_to_release(clamd: ClamdServer, tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scanner = Clamd(str(clamd.socket), DEADLINE)
    rig.drop("RECEIPTC.UKE", claim_file() + EICAR)
    (rig.share / "returns" / "RECEIPTC.HEN").write_bytes(return_file() + EICAR)

    rig.carry()

    assert (rig.delivered(), rig.brought()) == ({}, {})
    parcels = rig.parcels()
    assert [parcel.state for parcel in parcels] == [State.HELD] * 2
    assert all(parcel.reasons[0] == Hold.VIRUS and not parcel.releasable for parcel in parcels)


def test_clean_files_travel(clamd: ClamdServer, tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scanner = Clamd(str(clamd.socket), DEADLINE)
    rig.drop("RECEIPTC.UKE", claim_file())
    (rig.share / "returns" / "RECEIPTC.HEN").write_bytes(return_file())

    rig.carry()

    assert list(rig.delivered().values()) == [claim_file()]
    assert list(rig.brought().values()) == [return_file()]


def test_a_scanner_that_stays_silent_holds(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scanner = Clamd(str(tmp_path / "nowhere"), DEADLINE)
    rig.drop("RECEIPTC.UKE", claim_file())

    rig.carry()

    (parcel,) = rig.parcels()
    assert (parcel.state, parcel.reasons) == (State.HELD, (Hold.SCANNER_DOWN,))
    assert rig.delivered() == {}


def test_a_scanner_that_comes_back_in_time_holds_nothing(
    clamd: ClamdServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = Rig(tmp_path)
    address = tmp_path / "clamd.ctl"
    rig.scanner = Clamd(str(address), DEADLINE)
    rig.drop("RECEIPTC.UKE", claim_file())

    coming = threading.Timer(0.05, lambda: address.symlink_to(clamd.socket))
    monkeypatch.setattr(
        "tests.relay.rig.QUICK",
        replace(QUICK, retry_first=timedelta(milliseconds=20), retry_most=timedelta(milliseconds=100)),
    )
    coming.start()
    rig.carry()
    coming.join()

    assert list(rig.delivered().values()) == [claim_file()]


def test_a_file_beyond_clamd_s_limit_is_held(clamd: ClamdServer, tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    rig.scanner = Clamd(str(clamd.socket), DEADLINE)
    rig.drop("RECEIPTC.UKE", big_claim_file(STREAM_MAX_BYTES + 1))

    rig.carry()

    (parcel,) = rig.parcels()
    assert parcel.reasons == (Hold.TOO_BIG_TO_SCAN,)
