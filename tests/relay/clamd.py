"""A real clamd with one signature: our own child, its socket, log and database inside one folder. Nothing is downloaded."""

import os
import socket
from pathlib import Path
from typing import ClassVar

from gateway.twin.server import Server

# The harmless test file of eicar.org, in halves: whole, it would set off the antivirus of whoever reads this repository.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
STREAM_MAX_BYTES = 2_000_000
FILE_MAX_BYTES = 1_000_000

_CONFIGURATION = """\
Foreground yes
LocalSocket {socket}
DatabaseDirectory {place}/signatures
TemporaryDirectory {place}/temporary
LogFile {place}/log/clamd
StreamMaxLength {stream}
MaxFileSize {file}
MaxScanSize {file}
AlertExceedsMax {alert}
ConcurrentDatabaseReload no
MaxThreads 2
"""


class ClamdServer(Server):
    """Needs the package clamav-daemon. `alert` is AlertExceedsMax, which docs/relay.md demands."""

    name: ClassVar[str] = "clamd"

    def __init__(self, place: Path, *, alert: str = "yes") -> None:
        super().__init__(place, addresses=(), port=0, namespace=None)
        self.socket = place / "clamd.ctl"
        self._alert = alert

    def prepare(self) -> None:
        for name in ("log", "signatures", "temporary"):
            (self.place / name).mkdir(parents=True)
        (self.place / "signatures" / "test.ndb").write_text(f"Eicar-Test:0:*:{EICAR.hex()}\n")
        text = _CONFIGURATION.format(
            socket=self.socket, place=self.place, stream=STREAM_MAX_BYTES, file=FILE_MAX_BYTES, alert=self._alert
        )
        (self.place / "clamd.conf").write_text(text)

    def command(self) -> list[str]:
        return ["/usr/sbin/clamd", f"--config-file={self.place}/clamd.conf"]

    def environment(self) -> dict[str, str]:
        return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": os.fspath(self.place)}

    def ready(self) -> bool:
        with socket.socket(socket.AF_UNIX) as asking:
            try:
                asking.connect(os.fspath(self.socket))
                asking.sendall(b"zPING\0")
                return asking.recv(16) == b"PONG\0"
            except OSError:
                return False
