"""One smbd as our child: started, awaited, told to read its configuration again, ended."""

import asyncio
import contextlib
import os
import resource
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Self

from gateway.relay.errors import RelayRefused
from gateway.relay.room import FILE_MOST_BYTES
from gateway.relay.windows_share.configuration import PORT

READY_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 10.0
LOOK_EVERY_S = 0.02
LINE_MOST_BYTES = 1 << 16  # a path of smbd's has at most 4096 bytes, twice in a renaming


class Smbd:
    """Its output is ours to read. It ends when we do, however we end: its standard input is a pipe from us (smbd(8) -F)."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, configuration: Path, addresses: int) -> Self:
        """Start it and wait until it listens on so many addresses. Raises RelayRefused."""
        # One file is bounded by the kernel. Python ignores SIGXFSZ and smbd inherits that: the client hears of a full disk.
        resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_MOST_BYTES, FILE_MOST_BYTES))
        smbd = cls(await _spawn(configuration))
        try:
            async with asyncio.timeout(READY_TIMEOUT_S):
                while listening() < addresses:
                    if smbd._process.returncode is not None:
                        raise RelayRefused(
                            f"smbd ended with {smbd._process.returncode} while starting. is port {PORT} another program's?"
                        )
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError as error:
            await smbd.stop()
            raise RelayRefused(
                f"smbd does not listen after {READY_TIMEOUT_S:.0f} s. has the LAN port its addresses?"
            ) from error
        except BaseException:
            await smbd.stop()
            raise
        return smbd

    async def lines(self) -> AsyncIterator[str]:
        """What it writes, until it ends. A line that is too long is no line of the audit."""
        output = self._process.stdout
        while output is not None:
            try:
                line = await output.readline()
            except ValueError:
                continue
            if not line:
                return
            yield line.decode("utf-8", "surrogateescape").rstrip("\n")

    def reload(self) -> None:
        """Have it read its configuration again; so do the children that serve connections."""
        self._signal(signal.SIGHUP)

    async def stop(self) -> None:
        """End it with all its children: they are its process group."""
        self._signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await self._process.wait()
        except TimeoutError:
            self._signal(signal.SIGKILL)
            await self._process.wait()
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, number)


def listening() -> int:
    """On how many addresses of this network namespace port 445 is listened on (proc(5): state 0A), in both families."""
    rows = (
        row.split()
        for family in ("tcp", "tcp6")
        for row in Path("/proc/thread-self/net", family).read_text().splitlines()
    )
    return sum(row[1].endswith(f":{PORT:04X}") and row[3] == "0A" for row in rows)


async def _spawn(configuration: Path) -> asyncio.subprocess.Process:
    try:
        return await asyncio.create_subprocess_exec(
            *("smbd", "--foreground", "--no-process-group", "--debug-stdout", "--configfile", str(configuration)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"},
            limit=LINE_MOST_BYTES,
            process_group=0,
            restore_signals=False,
        )
    except FileNotFoundError as error:
        raise RelayRefused("smbd is not installed. install Debian's packages samba and samba-vfs-modules") from error
