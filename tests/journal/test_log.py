import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from gateway.journal import Level, Message, configure, tell

DELIVERED = Message("0" * 31 + "1", "delivered", Level.NOTICE, "parcel {parcel} delivered", "{parcel} を配達")

AS_A_SERVICE = """
import sys
from gateway.journal import Level, Message, configure, journald, log, tell
log.JournalSocket = lambda: journald.JournalSocket(sys.argv[1])
import structlog
configure(lang=sys.argv[2])
with structlog.contextvars.bound_contextvars(run="r\\n1"):
    tell(Message("0" * 31 + "1", "delivered", Level.NOTICE, "parcel {parcel} delivered", "{parcel} を配達"), parcel=7)
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
    }
