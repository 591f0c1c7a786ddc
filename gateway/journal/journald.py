"""The journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/) over its datagram socket."""

import os
import select
import socket
import struct
import sys
from collections.abc import Mapping

SOCKET_PATH = "/run/systemd/journal/socket"
PATIENCE_S = 1.0
"""journald at work on a slow disk answers within this; the daemons' watchdogs are far longer."""


def stderr_is_journal() -> bool:
    """Whether systemd connected our standard error to the journal: JOURNAL_STREAM names its device and inode (systemd.exec(5))."""
    try:
        stat = os.fstat(sys.stderr.fileno())
    except (OSError, ValueError):
        return False
    return os.environ.get("JOURNAL_STREAM") == f"{stat.st_dev}:{stat.st_ino}"


def encode(entry: Mapping[str, str]) -> bytes:
    """One datagram: `NAME=value` lines; a value with a newline goes length-prefixed (64-bit little endian)."""
    out = bytearray()
    for name, text in entry.items():
        value = text.encode("utf-8", "surrogateescape")
        if b"\n" in value:
            out += name.encode() + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
        else:
            out += name.encode() + b"=" + value + b"\n"
    return bytes(out)


class JournalSocket:
    """A connected sender, for any thread. A journal that restarts, or stands still, must not stop a claim.

    Then the line goes to standard error if that takes it at once, or is counted as missed.
    """

    def __init__(self, path: str = SOCKET_PATH) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
        # In the kernel and not settimeout(), which would make every send two system calls.
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack("@ll", int(PATIENCE_S), 0))
        self._stands_still = False
        self._missed = 0

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def send(self, entry: Mapping[str, str]) -> bool:
        """Send one entry; entries here are far below the socket's datagram limit, so no memfd is needed.

        Returns whether the journal took it. A journal that is full is waited for once, PATIENCE_S, and not again until it
        takes something.
        """
        try:
            self._socket.sendto(encode(entry), socket.MSG_DONTWAIT if self._stands_still else 0, self._path)
        except OSError:
            self._stands_still = True
            if not _said_on_stderr(f"<{entry['PRIORITY']}>{entry['MESSAGE']}\n"):
                self._missed += 1
            return False
        self._stands_still = False
        return True

    def missed(self) -> int:
        """How many entries reached nobody since this was last asked."""
        count, self._missed = self._missed, 0
        return count


def _said_on_stderr(line: str) -> bool:
    """Under systemd it is a stream of journald's, which keeps what is written until it is full, and then makes us wait.

    Ready means that select.PIPE_BUF bytes are taken at once (select(2), pipe(7)).
    """
    try:
        if not select.select((), (sys.stderr,), (), 0)[1]:
            return False
        # Past Python's buffer, which would keep what a broken pipe refused, and complain of it at the end.
        os.write(sys.stderr.fileno(), line.encode(errors="replace")[: select.PIPE_BUF])
    except (OSError, ValueError):  # ValueError: no descriptor behind it, or closed
        return False
    return True
