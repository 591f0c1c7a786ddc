"""A real `claim-gateway enforcer` in a twin's gateway, with what systemd does for it: READY=1 and the store of descriptors."""

import array
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from gateway.twin.namespace import Namespace

PATIENCE_S = 20.0
_LISTEN = """
import os, sys
os.dup2(int(sys.argv[1]), 3)  # SD_LISTEN_FDS_START
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="nftables")
os.execv(sys.argv[2], sys.argv[2:])
"""
"""What systemd does before it starts a service again whose descriptors it kept (sd_listen_fds(3))."""

_OLDER_KERNEL = """
from gateway.firewall import part
part.take = lambda nft: False
part.can_hold = lambda: False
from gateway.cli.main import main
raise SystemExit(main())
"""

_UNIT = {"MALLOC_ARENA_MAX": "1"}
"""The environment that systemd/claim-gateway-enforcer.service gives it."""


class Daemon:
    """A context manager; leaving it ends the process. `stored` is what systemd's store of file descriptors would hold.

    With `holds` False it runs as on a kernel before 6.9, which knows no table that outlives its holder. `program` stands in
    for the command: what Python is to run, before its arguments.
    """

    def __init__(
        self,
        where: Namespace,
        site: Path,
        directory: Path,
        *,
        holds: bool = True,
        program: tuple[str, ...] = ("-m", "gateway.cli.main"),
    ) -> None:
        self._program = program if holds else ("-c", _OLDER_KERNEL)
        self.where, self._site, self._directory = where, site, directory
        self.stored: int | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self.log = directory / "enforcer.log"
        (directory / "run").mkdir()
        self._notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._notified.bind(str(directory / "notify"))
        self._notified.settimeout(0.2)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end(signal.SIGKILL)
        self.forget()
        self._notified.close()

    @property
    def pid(self) -> int:
        """The process itself, not what started it."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait for READY=1."""
        words = [
            *(sys.executable, *self._program, "enforcer", "--site", str(self._site)),
            *("--state-dir", str(self._directory / "state"), "--run-dir", str(self._directory / "run")),
        ]
        kept = self.stored
        if kept is not None:
            words = [sys.executable, "-c", _LISTEN, str(kept), *words]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.where.command(*words),
                env=os.environ | {"NOTIFY_SOCKET": str(self._directory / "notify")} | _UNIT,
                pass_fds=() if kept is None else (kept,),
                stdout=log,
                stderr=log,
            )
        self._until_ready()

    def send(self, number: signal.Signals) -> None:
        """A signal."""
        os.kill(self.pid, number)

    def end(self, number: signal.Signals) -> None:
        """A signal that ends it, and its end."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(PATIENCE_S)
            self._process = None

    def reload(self) -> None:
        """SIGHUP, and its end."""
        self.send(signal.SIGHUP)
        self._until_ready()

    def forget(self) -> None:
        """As `systemctl stop`: the store of descriptors is emptied."""
        if self.stored is not None:
            os.close(self.stored)
            self.stored = None

    def _until_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            assert self._process is not None
            assert self._process.poll() is None, self.log.read_text()
            try:
                lines, descriptors = self._hear()
            except TimeoutError:
                continue
            if "FDSTORE=1" in lines:
                self.forget()
                (self.stored,) = descriptors
            if "READY=1" in lines:
                return
        raise AssertionError(f"not ready: {self.log.read_text()}")

    def _hear(self) -> tuple[list[str], list[int]]:
        room = socket.CMSG_LEN(array.array("i").itemsize)
        data, ancillary, _, _ = self._notified.recvmsg(8192, room)
        descriptors = array.array("i")
        for level, kind, payload in ancillary:
            if (level, kind) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
                descriptors.frombytes(payload)
        return data.decode().splitlines(), list(descriptors)
