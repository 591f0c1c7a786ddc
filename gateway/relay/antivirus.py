"""Antivirus on the way (C24): a file handed to clamd over its local socket, by the INSTREAM command (clamd(8)).

Whatever is not exactly one of clamd's known answers is no answer: only `OK` is clean, and silence is never clean.
"""

import asyncio
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import StrEnum
from functools import partial
from pathlib import Path

from gateway.relay import durable
from gateway.relay.disk_errors import disk_errors
from gateway.relay.pace import deadline_s
from gateway.relay.parcel import Hold, Reason
from gateway.relay.threads import in_thread

CHUNK_BYTES = 1 << 17
_ANSWER_MAX_BYTES = 4096  # `stream: ` and a signature's name
_COMMAND = b"zINSTREAM\0"
_END = bytes(4)
_CLEAN = re.compile(rb"stream: OK")
_FOUND = re.compile(rb"stream: (?P<signature>[\x21-\x7e]+) FOUND")
_TOO_BIG = re.compile(rb"INSTREAM size limit exceeded\. ERROR")
# With `AlertExceedsMax yes`; without it clamd says OK of what it did not look at.
_LIMIT = b"Heuristics.Limits.Exceeded"


class Verdict(StrEnum):
    """What clamd says of a file."""

    CLEAN = "clean"
    FOUND = "found"
    TOO_BIG = "too-big"
    """Larger than clamd looks at, in whole or inside."""
    DOWN = "down"
    """No answer in time, or none that we know."""


# A new signature database takes clamd a minute (ConcurrentDatabaseReload no): that is no reason to hold anything.
DOWN_MOST = 6
"""Tries in a row, at the pace of retries, before a silent clamd holds a file."""

_HOLDS: dict[Verdict, tuple[Reason, ...]] = {
    Verdict.CLEAN: (),
    Verdict.FOUND: (Hold.VIRUS,),
    Verdict.TOO_BIG: (Hold.TOO_BIG_TO_SCAN,),
    Verdict.DOWN: (Hold.SCANNER_DOWN,),
}


def held_for(verdict: Verdict) -> tuple[Reason, ...]:
    """Why a file with this verdict waits for a person; nothing if it is clean."""
    return _HOLDS[verdict]


class Clamd:
    """The daemon behind `socket_path`. `deadline` is for one file, and a second more for each MiB of it."""

    def __init__(self, socket_path: str, deadline: timedelta) -> None:
        self._socket_path = socket_path
        self._deadline = deadline

    async def scan(self, path: Path) -> Verdict:
        """What clamd says of our own file `path`. Raises ShelfError for our disk; clamd's troubles are DOWN."""
        with _opened(path) as descriptor:
            size = os.fstat(descriptor).st_size
            try:
                async with asyncio.timeout(deadline_s(self._deadline, size)):
                    return _verdict(await self._ask(descriptor))
            except TimeoutError:
                return Verdict.DOWN

    async def _ask(self, descriptor: int) -> bytes:
        """Send the file and read clamd's one answer, without its closing NUL; empty if there is none."""
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as clamd:
            clamd.settimeout(0)
            try:
                await loop.sock_connect(clamd, self._socket_path)
                # Beyond its limit clamd answers and hangs up in the middle of our sending: the answer is there to read.
                with suppress(BrokenPipeError, ConnectionResetError):
                    await _send(clamd, descriptor)
                return await _answer(clamd)
            except OSError:
                return b""


async def _send(clamd: socket.socket, descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(clamd, _COMMAND)
    offset = 0
    while chunk := await in_thread(partial(_piece, descriptor, offset)):
        offset += len(chunk)
        await loop.sock_sendall(clamd, len(chunk).to_bytes(4, "big") + chunk)
    await loop.sock_sendall(clamd, _END)


async def _answer(clamd: socket.socket) -> bytes:
    loop = asyncio.get_running_loop()
    said = b""
    while len(said) <= _ANSWER_MAX_BYTES and not said.endswith(b"\0"):
        piece = await loop.sock_recv(clamd, _ANSWER_MAX_BYTES)
        if not piece:
            return b""
        said += piece
    return said.removesuffix(b"\0")


def _verdict(answer: bytes) -> Verdict:
    if _CLEAN.fullmatch(answer):
        return Verdict.CLEAN
    if _TOO_BIG.fullmatch(answer):
        return Verdict.TOO_BIG
    if found := _FOUND.fullmatch(answer):
        return Verdict.TOO_BIG if found["signature"].startswith(_LIMIT) else Verdict.FOUND
    return Verdict.DOWN


def _piece(descriptor: int, offset: int) -> bytes:
    with disk_errors():
        return os.pread(descriptor, CHUNK_BYTES, offset)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    with disk_errors():
        folder = durable.open_root(path.parent)
        try:
            descriptor = durable.open_existing(folder, path.name)
        finally:
            os.close(folder)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
