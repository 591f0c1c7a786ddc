import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from gateway.journal import NOTHING_TODO, Level, Message, configure, tell
from gateway.journal.clock import clock_state

DELIVERED = Message(
    "0" * 31 + "1", "delivered", Level.NOTICE, "parcel {parcel} delivered", "{parcel} を配達", todo=NOTHING_TODO
)

AS_A_SERVICE = """
import sys
from gateway.journal import NOTHING_TODO, Level, Message, configure, journald, log, tell
log.JournalSocket = lambda: journald.JournalSocket(sys.argv[1])
import structlog
DELIVERED = Message(
    "0" * 31 + "1", "delivered", Level.NOTICE, "parcel {parcel} delivered", "{parcel} を配達", todo=NOTHING_TODO
)
configure(lang=sys.argv[2])
with structlog.contextvars.bound_contextvars(run="r\\n1"):
    tell(DELIVERED, parcel=7)
"""


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def test_outside_systemd_it_is_a_line_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    configure()

    tell(DELIVERED, parcel=7)

    assert capsys.readouterr().err == "notice: parcel 7 delivered\n"


def test_the_configured_language(capsys: pytest.CaptureFixture[str]) -> None:
    configure(lang="ja")

    tell(DELIVERED, parcel=7)

    assert capsys.readouterr().err == "notice: 7 を配達\n"


def test_wrong_fields_are_a_bug() -> None:
    configure()

    with pytest.raises(TypeError):
        tell(DELIVERED)


@pytest.mark.parametrize(("lang", "text"), [("en", "parcel 7 delivered"), ("ja", "7 を配達")])
def test_under_systemd_it_is_an_entry_with_fields(lang: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal, (tmp_path / "stderr").open("wb") as stderr:
        journal.settimeout(5)
        journal.bind(str(path))
        stat = os.fstat(stderr.fileno())
        subprocess.run(
            [sys.executable, "-c", AS_A_SERVICE, path, lang],
            stderr=stderr,
            env=os.environ | {"JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"},
            check=True,
        )
        entry = dict(line.split("=", 1) for line in journal.recv(65536).decode().splitlines())

    assert entry == {
        "MESSAGE": text,
        "MESSAGE_ID": DELIVERED.id,
        "PRIORITY": "5",
        "SYSLOG_IDENTIFIER": "claim-gateway",
        "CLAIM_GATEWAY_MESSAGE": "delivered",
        "CLAIM_GATEWAY_PARCEL": "7",
        "CLAIM_GATEWAY_RUN": "r\ufffd1",
        "CLAIM_GATEWAY_CLOCK": str(clock_state()),
    }


FLOOD = """
import sys, time
from gateway.journal import NOTHING_TODO, Level, Message, configure, journald, log, tell
log.JournalSocket = lambda: journald.JournalSocket(sys.argv[1])
configure(to_journal=True)
for number in range(401):
    tell(Message("0" * 31 + "1", "TAKEN", Level.INFO, "{number}", "{number}", todo=NOTHING_TODO), number=number)
    tell(Message("0" * 31 + "2", "FAILED", Level.CRITICAL, "{number}", "{number}", todo=NOTHING_TODO), number=number)
"""


def test_one_message_said_without_end_is_left_out_and_said_to_be_while_critical_ones_all_come(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    names: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
        journal.settimeout(10)
        journal.bind(str(path))
        with subprocess.Popen([sys.executable, "-c", FLOOD, path]) as saying:
            while names.count("FAILED") < 401:
                lines = journal.recv(65536).decode().splitlines()
                names += [line.partition("=")[2] for line in lines if line.startswith("CLAIM_GATEWAY_MESSAGE=")]
                names += [line for line in lines if line.startswith("MESSAGE=TAKEN was said")]

    assert saying.returncode == 0
    assert names.count("TAKEN") == 300
    assert [name for name in names if name.startswith("MESSAGE=")] == [
        f"MESSAGE=TAKEN was said more than 300 times in 5 minutes: {count} of them are not written here"
        for count in (1, 10, 100)
    ]


MISSED = """
import sys
from gateway.journal import NOTHING_TODO, Level, Message, configure, journald, log, tell
log.JournalSocket = lambda: journald.JournalSocket(sys.argv[1])
configure(to_journal=True)
said = Message("0" * 31 + "1", "TAKEN", Level.INFO, "{number}", "{number}", todo=NOTHING_TODO)
tell(said, number=1)
tell(said, number=2)
print("lost", flush=True)
sys.stdin.readline()
tell(said, number=3)
"""


def test_what_reached_nobody_is_counted_and_told_once_the_journal_is_back(tmp_path: Path) -> None:
    path = str(tmp_path / "socket")
    read, nobody = os.pipe()
    os.close(read)
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal,
        subprocess.Popen(
            [sys.executable, "-c", MISSED, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=nobody
        ) as saying,
    ):
        os.close(nobody)
        assert saying.stdin is not None
        assert saying.stdout is not None
        assert saying.stdout.readline() == b"lost\n"
        journal.settimeout(10)
        journal.bind(path)
        saying.stdin.write(b"\n")
        saying.stdin.flush()
        said = [journal.recv(65536).decode().splitlines()[0] for _ in range(2)]

    assert said[0] == "MESSAGE=3"
    assert said[1] == "MESSAGE=the journal took nothing for a while: 2 messages of this process are not in it"
