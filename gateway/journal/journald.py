"""The journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/) over its datagram socket."""

import os
import socket
import struct
import sys
from collections.abc import Mapping

SOCKET_PATH = "/run/systemd/journal/socket"


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
    """A connected sender. A journal that is restarting must not stop a claim: then the line goes to standard error."""

    def __init__(self, path: str = SOCKET_PATH) -> None:
        self._path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)

    def close(self) -> None:
        """Give the socket back."""
        self._socket.close()

    def send(self, entry: Mapping[str, str]) -> None:
        """Send one entry; entries here are far below the socket's datagram limit, so no memfd is needed."""
        try:
            self._socket.sendto(encode(entry), self._path)
        except OSError:
            sys.stderr.write(f"<{entry['PRIORITY']}>{entry['MESSAGE']}\n")
