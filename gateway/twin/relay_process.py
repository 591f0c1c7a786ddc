"""The real relay daemon as our child in the gateway's namespace, told ready by sd_notify as under systemd."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.twin.namespace import Namespace

READY_TIMEOUT_S = 15.0
STOP_TIMEOUT_S = 10.0


class RelayProcessError(Exception):
    """The relay ended, or did not become ready; the text is the last line it wrote."""


class RelayProcess:
    """A context manager. `credentials` is the folder systemd would hand over as CREDENTIALS_DIRECTORY.

    `program` is run instead of the relay's own command; its state directory must be `place`/state.
    """

    def __init__(
        self, gateway: Namespace, site: Path, place: Path, credentials: Path, *, program: tuple[str, ...] = ()
    ) -> None:
        self.state = place / "state"
        self.log = place / "relay.log"
        self._notify = place / "notify"
        self._environment = os.environ | {
            "CREDENTIALS_DIRECTORY": str(credentials),
            "NOTIFY_SOCKET": str(self._notify),
            "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        }
        # The quick pace of a rehearsal; a box looks every few seconds and waits longer for a writer to finish.
        pace = ("--settle", "0.2", "--poll", "0.5")
        relay = (sys.executable, "-m", "gateway.cli.main", "relay", str(site), "--state-dir", str(self.state), *pace)
        self._command = gateway.command(*(program or relay))
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start it and wait until it says READY=1. Raises RelayProcessError."""
        self._notify.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(str(self._notify))
            with self.log.open("ab") as log:
                self._process = subprocess.Popen(
                    self._command, env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log
                )
            try:
                self._await_ready(ready)
            except BaseException:
                self.kill()
                raise

    def check(self) -> None:
        """Raise RelayProcessError if it has ended."""
        if self._process is None or self._process.poll() is not None:
            raise RelayProcessError(f"the relay ended: {self._last_line()}")

    def stop(self) -> None:
        """SIGTERM, as systemd would; SIGKILL when that does not help."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()
        self._process = None

    def kill(self) -> None:
        """SIGKILL: what a power cut or the out-of-memory killer does."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _await_ready(self, ready: socket.socket) -> None:
        deadline = time.monotonic() + READY_TIMEOUT_S
        while time.monotonic() < deadline:
            self.check()
            if select.select([ready], [], [], 0.05)[0] and b"READY=1" in ready.recv(4096).split(b"\n"):
                return
        raise RelayProcessError(f"the relay is not ready after {READY_TIMEOUT_S:.0f} s: {self._last_line()}")

    def _last_line(self) -> str:
        lines = self.log.read_text(errors="replace").strip().splitlines() if self.log.exists() else []
        return lines[-1] if lines else "it wrote nothing"
