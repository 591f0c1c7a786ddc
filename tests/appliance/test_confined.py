"""The relay's own tests under its unit's seccomp filters: what it does not do today it may not do tomorrow."""

import ctypes
import sys
import tempfile
from pathlib import Path

import pytest

from tests.appliance.confined import allowed, run

pytestmark = pytest.mark.root

UNIT = Path(__file__).parents[2] / "systemd" / "claim-gateway-relay.service"
FORBIDDEN = """
import mmap, os, socket, subprocess
for forbidden in (
    lambda: os.chroot("/"),
    lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC),
    lambda: os.sched_setaffinity(0, {0}),
):
    try:
        forbidden()
        print("done", end=" ")
    except PermissionError:
        print("refused", end=" ", flush=True)
subprocess.run(("chroot", "/", "echo", "a server may"), check=True)
"""
# A few seconds of what the relay does: files, the ledger, threads, hints, and SMB and SFTP over real servers.
LEAN = (
    *("tests/relay/test_durable.py", "tests/relay/test_ledger_file.py", "tests/relay/test_hints.py"),
    "tests/relay/test_smb_hints.py::test_a_return_is_noticed_within_a_second_again_and_again",
    "tests/relay/test_sftp.py::test_names_that_are_no_utf8_are_listed_fetched_and_moved",
)


@pytest.fixture(autouse=True)
def _libseccomp() -> None:
    try:
        ctypes.CDLL("libseccomp.so.2")
    except OSError:
        pytest.skip("libseccomp2 is not installed")


def test_what_the_unit_forbids_python_is_refused_and_servers_are_not(capfd: pytest.CaptureFixture[str]) -> None:
    """The positive control."""
    code, refused = run(UNIT, [sys.executable, "-c", FORBIDDEN])

    assert code == 0
    assert capfd.readouterr().out == "refused refused refused refused a server may\n"
    assert {what.partition(":")[0] for what in refused} == {"chroot", "socket", "mmap", "sched_setaffinity"}


def test_the_filter_is_the_units_own() -> None:
    calls = allowed(UNIT)

    assert {"read", "openat", "fsync", "connect", "clock_adjtime", "execve"} <= calls
    assert not {"mount", "chroot", "ptrace", "bpf", "chown", "sched_setaffinity", "init_module"} & calls


def test_the_relays_own_tests_pass_under_it(repository: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """All of them: `make confined`."""
    tests = [str(repository / path) for path in LEAN]
    # Short, for the names of smbd's sockets: unix(7) has room for 108 bytes.
    with tempfile.TemporaryDirectory(prefix="confined-") as place:
        inner = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--basetemp={place}/pt"]
        code, refused = run(UNIT, [*inner, *tests])

    assert code == 0, capfd.readouterr().out
    assert dict(refused) == {}
