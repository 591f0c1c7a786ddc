"""The twin's terminal: a real smbd that starts at once, keeps to its folder, and ends with all its children."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gateway.twin.smbd import Smbd, SmbdError

pytestmark = pytest.mark.root

PASSWORD = "correct horse"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def processes_of(place: Path) -> list[str]:
    """Processes that name the folder on their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                command = (entry / "cmdline").read_bytes()
            except (FileNotFoundError, ProcessLookupError):
                continue
            if str(place).encode() in command:
                found.append(entry.name)
    return found


def await_end(smbd: Smbd) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        smbd.check()


def client(
    smbd: Smbd, encrypt: str, *, password: str = PASSWORD, dialect: str = "0"
) -> subprocess.CompletedProcess[str]:
    """Log on from a process of its own, not through the relay's code; prints dialect and encryption."""
    script = (
        "import sys, uuid\n"
        "from smbprotocol.connection import Connection, Dialects\n"
        "from smbprotocol.session import Session\n"
        "from smbprotocol.tree import TreeConnect\n"
        "user, password, port, share, dialect, encrypt = sys.stdin.read().split('\\n')[:6]\n"
        "connection = Connection(uuid.uuid4(), '127.0.0.1', int(port))\n"
        "connection.connect(dialect=int(dialect, 16) or None, timeout=5)\n"
        "session = Session(connection, user, password, require_encryption=encrypt == 'yes')\n"
        "session.connect()\n"
        "TreeConnect(session, rf'\\\\127.0.0.1\\{share}').connect()\n"
        "print(hex(connection.dialect), session.encrypt_data)\n"
        "connection.disconnect()\n"
    )
    words = [smbd.user, password, str(smbd.port), smbd.share_name, dialect, encrypt]
    return subprocess.run(
        [sys.executable, "-c", script],
        input="\n".join(words) + "\n",
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_it_takes_connections_within_a_second_and_leaves_nothing(tmp_path: Path) -> None:
    began = time.monotonic()
    with Smbd(tmp_path / "t", user="relay", password=PASSWORD, port=free_port()) as smbd:
        seconds = time.monotonic() - began
        assert client(smbd, "yes").stdout.strip() == "0x311 True"
        assert processes_of(tmp_path)

    assert seconds < 1.0
    assert processes_of(tmp_path) == []


def test_less_than_smb3_or_no_encryption_or_a_wrong_password_is_refused(tmp_path: Path) -> None:
    with Smbd(tmp_path / "t", user="relay", password=PASSWORD, port=free_port()) as smbd:
        assert client(smbd, "no", dialect="0x210").returncode != 0
        assert client(smbd, "yes", password="wrong").returncode != 0
        assert client(smbd, "yes", password="").returncode != 0


def test_a_new_password_counts_at_once(tmp_path: Path) -> None:
    with Smbd(tmp_path / "t", user="relay", password=PASSWORD, port=free_port()) as smbd:
        smbd.set_password("another")

        assert client(smbd, "yes").returncode != 0
        assert client(smbd, "yes", password="another").returncode == 0


def test_killed_it_can_start_again_on_the_same_files(tmp_path: Path) -> None:
    with Smbd(tmp_path / "t", user="relay", password=PASSWORD, port=free_port()) as smbd:
        (smbd.share / "returns" / "a").write_bytes(b"a")
        smbd.kill()
        assert processes_of(tmp_path) == []

        smbd.start()

        assert client(smbd, "yes").returncode == 0
        assert (smbd.share / "returns" / "a").read_bytes() == b"a"


def test_a_taken_port_is_said(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        smbd = Smbd(tmp_path / "t", user="relay", password=PASSWORD, port=int(taken.getsockname()[1]))
        # The kernel's table shows the other listener, so the failure shows as smbd ending, now or a little later.
        with pytest.raises(SmbdError), smbd:
            await_end(smbd)


def test_the_password_is_on_no_command_line(tmp_path: Path) -> None:
    with Smbd(tmp_path / "t", user="relay", password=PASSWORD, port=free_port()):
        lines = [Path(f"/proc/{pid}/cmdline").read_bytes() for pid in processes_of(tmp_path)]

    assert lines
    assert not any(PASSWORD.encode() in line for line in lines)


def test_no_account_of_this_machine_is_touched(tmp_path: Path) -> None:
    before = Path("/etc/passwd").read_bytes()
    with Smbd(tmp_path / "t", user="relay", password=PASSWORD, port=free_port()):
        pass

    assert Path("/etc/passwd").read_bytes() == before
