import os
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.journal.journald import JournalSocket, encode


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[tuple[socket.socket, str]]:
    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(5)
        receiver.bind(path)
        yield receiver, path


@contextmanager
def sending_to(path: str) -> Iterator[JournalSocket]:
    sender = JournalSocket(path)
    with sender._socket:
        yield sender


def test_an_entry_arrives_as_one_datagram(journal: tuple[socket.socket, str]) -> None:
    receiver, path = journal

    with sending_to(path) as sender:
        sender.send({"MESSAGE": "請求", "PRIORITY": "6"})

    assert receiver.recv(65536) == "MESSAGE=請求\nPRIORITY=6\n".encode()


def test_a_value_of_several_lines_is_length_prefixed() -> None:
    assert encode({"A": "x\ny"}) == b"A\n" + struct.pack("<Q", 3) + b"x\ny\n"


def test_a_journal_that_is_away_does_not_stop_a_claim(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with sending_to(str(tmp_path / "nobody")) as sender:
        sender.send({"MESSAGE": "delivered", "PRIORITY": "6"})

    assert capsys.readouterr().err == "<6>delivered\n"


def test_a_journal_that_returns_is_used_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "socket"
    with sending_to(str(path)) as sender, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        sender.send({"MESSAGE": "lost", "PRIORITY": "6"})
        receiver.settimeout(5)
        receiver.bind(str(path))
        sender.send({"MESSAGE": "found", "PRIORITY": "6"})
        arrived = receiver.recv(65536)

    assert arrived.startswith(b"MESSAGE=found\n")
    assert "lost" in capsys.readouterr().err


@pytest.mark.parametrize(("offset", "said"), [(0, "True"), (1, "False")])
def test_standard_error_is_the_journals_only_if_systemd_named_it(offset: int, said: str, tmp_path: Path) -> None:
    script = "from gateway.journal.journald import stderr_is_journal; print(stderr_is_journal())"
    with (tmp_path / "stderr").open("wb") as stderr:
        stat = os.fstat(stderr.fileno())
        environment = os.environ | {"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino + offset}"}

        run = subprocess.run(
            [sys.executable, "-c", script],
            stdout=subprocess.PIPE,
            stderr=stderr,
            env=environment,
            text=True,
            check=True,
        )

    assert run.stdout.strip() == said
