"""The relay as systemd would start it, in a namespace of its own with a terminal's real share beside it."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.relay.ledger import Ledger, LedgerError
from gateway.relay.parcel import Parcel, State
from gateway.relay.places import Places
from gateway.twin.smbd import Smbd

ADDRESS = "192.168.20.10"
PASSWORD = "correct horse"
REPOSITORY = Path(__file__).parents[2]
SITE = REPOSITORY / "configs" / "ip-vpn-claim.yaml"
READY_TIMEOUT_S = 20.0
EVENT_TIMEOUT_S = 30.0
LOOK_EVERY_S = 0.002


def until(condition: Callable[[], bool], what: str, timeout_s: float = EVENT_TIMEOUT_S) -> None:
    """Wait for something the relay does; the deadline names it."""
    deadline = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"did not happen in {timeout_s:.0f} s: {what}")
        time.sleep(LOOK_EVERY_S)


@contextlib.contextmanager
def namespace() -> Iterator[str]:
    """A network namespace with loopback and the terminal's address on it."""
    name = f"relay-test-{os.getpid()}-{time.monotonic_ns() % 1_000_000}"
    subprocess.run(["ip", "netns", "add", name], check=True)
    try:
        subprocess.run(["ip", "-n", name, "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "-n", name, "addr", "add", f"{ADDRESS}/32", "dev", "lo"], check=True)
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], check=True)


class RelayRun:
    """A relay's state directory and site file; `start` and `kill` as often as a test likes. A context manager."""

    def __init__(self, place: Path, name: str, site: str | None = None) -> None:
        self.place = place
        self.places = Places(place / "state")
        self.log = place / "relay.log"
        self._namespace = name
        (place / "credentials").mkdir(parents=True)
        password = place / "credentials" / "terminal"
        password.write_text(f"{PASSWORD}\n")
        password.chmod(0o600)
        self.site = place / "site.yaml"
        self.site.write_text(site if site is not None else SITE.read_text())
        self.pace = ("--settle", "0.1", "--poll", "0.2")
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def command(self) -> list[str]:
        relay = [sys.executable, "-m", "gateway.cli.main", "relay", str(self.site)]
        return ["ip", "netns", "exec", self._namespace, *relay, "--state-dir", str(self.places.state), *self.pace]

    def start(self) -> None:
        """Start and wait for READY=1."""
        path = self.place / "notify"
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, self.log.open("ab") as log:
            listener.bind(str(path))
            listener.settimeout(READY_TIMEOUT_S)
            environment = os.environ | {"NOTIFY_SOCKET": str(path)}
            self.process = subprocess.Popen(self.command(), env=environment, stdout=log, stderr=log)
            while b"READY=1" not in listener.recv(4096):
                continue

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(15)
        self.process = None
        return code

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def drop(self, name: str, content: bytes) -> None:
        (self.places.drop / name).write_bytes(content)

    def parcels(self) -> list[Parcel]:
        try:
            with Ledger.read(self.places.ledger) as ledger:
                return [parcel for parcel in ledger.parcels() if parcel.state is not State.FORGOTTEN]
        except LedgerError:
            return []

    def await_more_than(self, count: int) -> None:
        """Wait until the ledger knows more than `count` parcels."""
        until(lambda: len(self.parcels()) > count, f"more than {count} parcels")

    def await_states(self, *states: State) -> list[Parcel]:
        """Wait until the ledger shows exactly these states."""
        until(lambda: sorted(parcel.state for parcel in self.parcels()) == sorted(states), f"parcels {states}")
        return self.parcels()


def terminal(place: Path, name: str) -> Smbd:
    return Smbd(place, user="relay", password=PASSWORD, addresses=(ADDRESS,), namespace=name)


def on_terminal(smbd: Smbd, folder: str) -> dict[str, bytes]:
    root = smbd.share / folder
    return {str(file.relative_to(root)): file.read_bytes() for file in sorted(root.rglob("*")) if file.is_file()}
