"""A box: systemd as process 1 in a container of its own, in a network namespace the test made.

The root is the cached tree under a throw-away overlay, mounted in a mount namespace that dies with the container.
"""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.appliance.leftovers import hierarchies, prefix, remove_cgroup
from tests.appliance.segments import Namespace

BOOT_TIMEOUT_S = 60
HALT_TIMEOUT_S = 30
CGROUP_TIMEOUT_S = 5
COMMAND_TIMEOUT_S = 120

_START = """
for group in $CGROUPS; do echo $$ > $group/cgroup.procs; done
mount -t overlay overlay -o lowerdir=$LOWER,upperdir=$UPPER,workdir=$WORK $ROOT
exec setpriv --pdeathsig TERM systemd-nspawn --quiet --directory=$ROOT --machine=$NAME --boot \\
    --network-namespace-path=$NETNS --capability=CAP_NET_ADMIN --system-call-filter="bpf adjtimex clock_adjtime" --register=no --keep-unit --console=read-only --link-journal=no \\
    --resolv-conf=off --timezone=off --notify-ready=yes --kill-signal=SIGRTMIN+3
"""


class BootError(Exception):
    """The container did not come up. `str()` is the end of its console."""


@dataclass(frozen=True, slots=True)
class Disk:
    """What a box keeps over a reboot: the overlay's upper directory."""

    lower: Path
    home: Path

    @property
    def upper(self) -> Path:
        """Where to put a file before the box starts, and where its writes appear."""
        return self.home / "upper"

    def write(self, target: str, text: str, mode: int = 0o644) -> None:
        """Write one file as root, with the directories above it."""
        path = self.upper / target.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)

    def enable(self, unit: str, target: str) -> None:
        """What `systemctl enable` does for a unit WantedBy `target`."""
        link = self.upper / f"etc/systemd/system/{target}.wants/{unit}"
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(f"/etc/systemd/system/{unit}")


@contextmanager
def disk(tree: Path) -> Iterator[Disk]:
    """A fresh disk over the cached `tree`."""
    with tempfile.TemporaryDirectory(prefix=prefix("box")) as home:
        for name in ("upper", "work", "root"):
            (Path(home) / name).mkdir()
        yield Disk(tree, Path(home))


@contextmanager
def copied(kept: Disk) -> Iterator[Disk]:
    """What is on `kept` at this moment, on a disk of its own: if its box is running, as a power cut would leave it."""
    with disk(kept.lower) as copy:
        subprocess.run(("cp", "-a", "-T", str(kept.upper), str(copy.upper)), check=True, timeout=60)
        yield copy


@dataclass(frozen=True, slots=True)
class Box:
    """A running box. `leader` is its process 1 as the host counts."""

    leader: int

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `command` on the box as root, with a clean environment."""
        enter = ("nsenter", f"--target={self.leader}", *("-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"), "--")
        clean = ("env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8")
        return subprocess.run(
            (*enter, *clean, *command), check=check, capture_output=True, text=True, timeout=COMMAND_TIMEOUT_S
        )

    def says(self, *command: str) -> str:
        """What `command` prints, whatever its exit code."""
        return self.run(*command, check=False).stdout.strip()

    def state(self, unit: str) -> str:
        """`active`, `failed`, … as systemctl is-active says."""
        return self.says("systemctl", "is-active", unit)


@contextmanager
def booted(kept: Disk, network: Namespace) -> Iterator[Box]:
    """Switch a box on, wait until systemd says it has started everything, and switch it off again.

    Raises BootError when it does not come up within BOOT_TIMEOUT_S.
    """
    name = kept.home.name.replace("_", "-").rstrip("-")  # a machine name is a host name
    console = kept.home / "console.log"
    with ExitStack() as stack:
        groups = [stack.enter_context(_cgroup(hierarchy / name)) for hierarchy in hierarchies()]
        ready = stack.enter_context(_notify_socket(kept.home / "notify"))
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "CGROUPS": " ".join(map(str, groups)),
            "LOWER": str(kept.lower),
            "UPPER": str(kept.upper),
            "WORK": str(kept.home / "work"),
            "ROOT": str(kept.home / "root"),
            "NAME": name,
            "NETNS": str(network.path),
            "NOTIFY_SOCKET": str(kept.home / "notify"),
            "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1",
            "SYSTEMD_NSPAWN_USE_CGNS": "1",
            "SYSTEMD_NSPAWN_API_VFS_WRITABLE": "network",
        }
        start = ("unshare", "--mount", "--propagation", "private", "sh", "-ec", _START)
        output = stack.enter_context(console.open("ab"))
        nspawn = subprocess.Popen(start, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        stack.callback(_halt, nspawn, groups)
        leader = _leader(nspawn, ready, console)
        # systemd in there goes on telling (each daemon-reload does); nspawn would wait for us to read, and halt nothing.
        ready.shutdown(socket.SHUT_RD)
        yield Box(leader)


def _leader(nspawn: subprocess.Popen[bytes], ready: socket.socket, console: Path) -> int:
    """Wait for nspawn's own sd_notify lines: the leader's pid first, READY=1 when the container's systemd is up."""
    leader, deadline = 0, time.monotonic() + BOOT_TIMEOUT_S
    while nspawn.poll() is None and time.monotonic() < deadline:
        try:
            lines = ready.recv(4096).decode().splitlines()
        except TimeoutError:
            continue
        for line in lines:
            match line.partition("="):
                case ("X_NSPAWN_LEADER_PID", _, pid):
                    leader = int(pid)
                case ("READY", _, "1") if leader:
                    return leader
    raise BootError("\n".join(console.read_text(errors="replace").splitlines()[-20:]) or "no word from systemd-nspawn")


def _halt(nspawn: subprocess.Popen[bytes], groups: list[Path]) -> None:
    """Ask for an orderly shutdown; a box that does not heed it is ended, with everything in it.

    Its systemd does not die with nspawn, however that ends: whoever is left in the box's control groups is killed there.
    """
    nspawn.send_signal(signal.SIGTERM)
    try:
        nspawn.wait(HALT_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        nspawn.kill()
        nspawn.wait()
    for members in (file for group in groups for file in group.rglob("cgroup.procs")):
        for pid in members.read_text().split():
            with suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)


@contextmanager
def _notify_socket(path: Path) -> Iterator[socket.socket]:
    path.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(path))
        listener.settimeout(0.2)  # short, so that a dead nspawn is noticed
        yield listener


@contextmanager
def _cgroup(group: Path) -> Iterator[Path]:
    group.mkdir()
    try:
        yield group
    finally:
        _remove(group)


def _remove(group: Path) -> None:
    """A control group can be removed a moment after its last process died: the kernel says busy until then."""
    deadline = time.monotonic() + CGROUP_TIMEOUT_S
    while group.exists():
        try:
            remove_cgroup(group)
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
