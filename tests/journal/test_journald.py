import contextlib
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.journal.journald import PATIENCE_S, JournalSocket, encode


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


def test_a_journal_that_is_away_does_not_stop_a_claim(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with sending_to(str(tmp_path / "nobody")) as sender:
        sender.send({"MESSAGE": "delivered", "PRIORITY": "6"})

    assert capfd.readouterr().err == "<6>delivered\n"


def test_a_journal_that_returns_is_used_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "socket"
    with sending_to(str(path)) as sender, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as receiver:
        sender.send({"MESSAGE": "lost", "PRIORITY": "6"})
        receiver.settimeout(5)
        receiver.bind(str(path))
        sender.send({"MESSAGE": "found", "PRIORITY": "6"})
        arrived = receiver.recv(65536)

    assert arrived.startswith(b"MESSAGE=found\n")
    assert "lost" in capfd.readouterr().err


def test_a_journal_that_stands_still_is_waited_for_once(
    journal: tuple[socket.socket, str], capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody reads: the kernel's queue fills up (net.unix.max_dgram_qlen), as with a journald that hangs."""
    receiver, path = journal
    with sending_to(path) as sender:
        taken = 0
        while sender.send({"MESSAGE": str(taken), "PRIORITY": "6"}):
            taken += 1
        began = time.monotonic()
        more = [sender.send({"MESSAGE": "more", "PRIORITY": "6"}) for _ in range(100)]
        waited = time.monotonic() - began
        receiver.recv(65536)
        again = sender.send({"MESSAGE": "again", "PRIORITY": "6"})

    assert taken > 0
    assert not any(more)
    assert waited < PATIENCE_S
    assert again
    assert capfd.readouterr().err.count("<6>more\n") == 100


NOBODY = """
import sys
from gateway.journal.journald import JournalSocket
sender = JournalSocket(sys.argv[1])
taken = [sender.send({"MESSAGE": "lost", "PRIORITY": "6"}) for _ in range(3)]
print(taken, sender.missed(), sender.missed())
"""


@pytest.mark.parametrize("stderr", ["full", "broken"])
def test_where_nobody_listens_at_all_it_is_counted(stderr: str, tmp_path: Path) -> None:
    read, write = os.pipe()
    if stderr == "full":
        os.set_blocking(write, False)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(write, bytes(4096))
        os.set_blocking(write, True)
    else:
        os.close(read)
    command = [sys.executable, "-c", NOBODY, str(tmp_path / "nobody")]

    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=write, text=True, check=True, timeout=20)

    for end in (write, *([read] if stderr == "full" else [])):
        os.close(end)
    assert done.stdout == "[False, False, False] 3 0\n"


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
