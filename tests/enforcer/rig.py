"""A twin with a running enforcer, asked as a person would: by commands, in the gateway's network namespace."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gateway.enforcer.client import SOCKET, ask
from gateway.enforcer.requests import Request, Status
from gateway.enforcer.transaction import desire, differences, parts
from gateway.site.load import load_site
from gateway.twin.build import Twin

PATIENCE_S = 20.0


class Rig:
    """One box: its twin, its directories, its site file, and the enforcer's process when it runs."""

    def __init__(self, twin: Twin, home: Path, site_file: Path) -> None:
        self.twin = twin
        self.state, self.run, self.log = home / "state", home / "run", home / "log"
        self.site_file = home / "site.yaml"
        self.site_file.write_bytes(site_file.read_bytes())
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def places(self) -> list[str]:
        """The directories, as every command takes them."""
        return ["--state-dir", str(self.state), "--run-dir", str(self.run), "--lang", "en"]

    def start(self, *options: str) -> None:
        """Start the enforcer and wait until it listens."""
        words = [sys.executable, "-m", "gateway.cli.main", "enforcer", "--site", str(self.site_file), *options]
        (self.run / SOCKET).unlink(missing_ok=True)  # a killed one leaves it behind; here it is the sign of being ready
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(self.twin.gateway.command(*words, *self.places), stderr=log, stdout=log)
        self.until(lambda: self._listens() or self.process is None or self.process.poll() is not None)
        assert self.process.poll() is None, self.log.read_text()

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
            return line.connect_ex(str(self.run / SOCKET)) == 0

    def kill(self) -> None:
        """SIGKILL, as the kernel does when memory is short."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def stop(self) -> int:
        """SIGTERM, as systemd does. Returns the exit code."""
        assert self.process is not None
        self.process.terminate()
        code = self.process.wait(PATIENCE_S)
        self.process = None
        return code

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run one of our commands on the box."""
        return self.run_here(sys.executable, "-m", "gateway.cli.main", *words, *self.places)

    def run_here(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run anything on the box."""
        command = self.twin.gateway.command(*words)
        return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)

    def status(self) -> dict[str, Any]:
        """How the box stands."""
        return self.ask(Status())

    def ask(self, request: Request) -> dict[str, Any]:
        """Ask the enforcer itself: a command takes half a second to be born. Raises EnforcerError."""
        return ask(self.run, request)

    def is_as_declared(self, file: Path | None = None) -> bool:
        """Whether the kernel is what a site file, the first unless said, asks for: a second opinion beside the enforcer's."""
        return self.twin.gateway.call(lambda: differences(parts(desire(load_site(file or self.site_file))))) == ()

    def said(self, text: str) -> bool:
        """Whether the enforcer's log holds `text`."""
        return text in self.log.read_text()

    def until_said(self, text: str) -> None:
        """Wait for a line of the log. Raises TimeoutError with all of it."""
        self.until(lambda: self.said(text), self.log.read_text)

    def until(self, happened: Callable[[], bool], tell: Callable[[], str] = str) -> None:
        """Wait for something to happen. Raises TimeoutError."""
        deadline = time.monotonic() + PATIENCE_S
        while not happened():
            if time.monotonic() > deadline:
                raise TimeoutError(f"not within {PATIENCE_S} s. {tell()}")
            time.sleep(0.02)

    def variant(self, name: str, old: str, new: str) -> Path:
        """Another site file: the first with one thing changed."""
        text = self.site_file.read_text()
        assert old in text
        path = self.site_file.with_name(f"{name}.yaml")
        path.write_text(text.replace(old, new))
        return path


@contextmanager
def rig(twin: Twin, home: Path, site_file: Path) -> Iterator[Rig]:
    """Whatever happens, the enforcer is gone afterwards."""
    box = Rig(twin, home, site_file)
    try:
        yield box
    finally:
        box.kill()
