import os
import socket
import uuid
from pathlib import Path

import pytest

from gateway.journal.notify import notify, watchdog_interval_s


def test_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    assert notify("READY=1") is False


@pytest.mark.parametrize("abstract", [False, True])
def test_a_manager_hears_every_line_at_once(*, abstract: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = f"@claim-gateway-{uuid.uuid4().hex}" if abstract else str(tmp_path / "notify")
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(5)
        manager.bind("\0" + name[1:] if abstract else name)

        assert notify("READY=1", "STATUS=in force") is True
        assert manager.recv(4096) == b"READY=1\nSTATUS=in force"


@pytest.mark.parametrize(
    ("microseconds", "pid", "seconds"),
    [(None, None, None), ("20000000", None, 10.0), ("20000000", os.getpid(), 10.0), ("20000000", 1, None)],
    ids=["no watchdog", "for anybody", "for us", "for another"],
)
def test_half_of_the_watchdogs_time(
    microseconds: str | None, pid: int | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("WATCHDOG_USEC", microseconds), ("WATCHDOG_PID", pid)):
        monkeypatch.delenv(name, raising=False)
        if value is not None:
            monkeypatch.setenv(name, str(value))

    assert watchdog_interval_s() == seconds
