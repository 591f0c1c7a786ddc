import os
import socket
import subprocess
import sys
import uuid
from pathlib import Path

import pytest

from gateway.journal.notify import keep_descriptor, kept_descriptors, notify, watchdog_interval_s


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


def test_a_descriptor_is_handed_over_to_be_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
    read, write = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.settimeout(5)
        manager.bind(str(tmp_path / "notify"))

        assert keep_descriptor("nftables", write) is True
        said, (kept,), _, _ = socket.recv_fds(manager, 4096, 4)
    os.close(write)
    os.write(kept, b"alive")

    assert said == b"FDSTORE=1\nFDNAME=nftables\nFDPOLL=0"
    assert os.read(read, 5) == b"alive"
    os.close(kept)
    os.close(read)


def test_nobody_keeps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)

    assert keep_descriptor("nftables", 0) is False


def test_what_was_kept_is_for_the_process_it_was_given_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LISTEN_FDS", "1")
    monkeypatch.setenv("LISTEN_PID", "1")

    assert kept_descriptors() == []


def test_what_was_kept_comes_back_by_its_name() -> None:
    """In a process of its own: the numbers begin at 3 there."""
    script = (
        "import os\nos.environ |= {'LISTEN_PID': str(os.getpid()), 'LISTEN_FDS': '1', 'LISTEN_FDNAMES': 'nftables'}\n"
        "os.dup2(0, 3)\n"
        "from gateway.journal.notify import kept_descriptors\n"
        "print(kept_descriptors(), os.get_inheritable(3))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout == "[('nftables', 3)] False\n"
