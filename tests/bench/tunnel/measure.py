"""One TCP session through the tunnel, as fast as it goes.

Encryption is done by both charons in user space, so no thread's processor time is the whole path's: what counts is how
much arrives in a second, and beside it how much for each second of processor time that the ends and both charons took.
"""

import select
import socket
import time
from contextlib import closing
from dataclasses import dataclass

from gateway.site.values import Family, IpAddress
from tests.twin.tunnel.rig import Line

HTTPS = 443
UP, DOWN = "to the claim system", "from the claim system"
DIRECTIONS = (UP, DOWN)
_CHUNK_BYTES = 256 * 1024
_STALL_S = 5.0
_SETTLE_S = 0.05
"""Given to TCP to find its pace before anything is counted."""
_CPUCLOCK_SCHED = 2  # linux/posix-timers.h: the clock of a whole process is ~pid << 3 | 2


class NothingArrivesError(Exception):
    """The tunnel does not carry the measured session: its figure would mean nothing."""


@dataclass(frozen=True, slots=True)
class Rate:
    """What arrived: bytes per second, and bytes per second of processor time."""

    a_second: float
    a_processor_second: float


def bulk(line: Line, family: Family, direction: str, seconds: float) -> Rate:
    """One session between the terminal and the claim system. Raises NothingArrivesError."""
    with closing(line.provider.call(_listening, line.system(family))) as listener:
        try:
            terminal = line.terminal.call(_connected, line.system(family))
            with closing(terminal), closing(listener.accept()[0]) as system:
                ends = (terminal, system) if direction == UP else (system, terminal)
                _pour(*ends, _SETTLE_S)
                before = _processor_s(line)
                began = time.monotonic()
                arrived = _pour(*ends, seconds)
                took = time.monotonic() - began
                return Rate(arrived / took, arrived / (_processor_s(line) - before))
        except (TimeoutError, ConnectionError) as error:
            raise NothingArrivesError(f"IPv{family}, {direction}: {error}") from error


def _processor_s(line: Line) -> float:
    clocks = ((~charon.pid << 3) | _CPUCLOCK_SCHED for charon in (line.ours, line.theirs))
    return time.thread_time() + sum(map(time.clock_gettime, clocks))


def _listening(face: IpAddress) -> socket.socket:
    listener = socket.create_server((str(face), HTTPS), family=_family(face))
    listener.settimeout(_STALL_S)
    return listener


def _connected(face: IpAddress) -> socket.socket:
    return socket.create_connection((str(face), HTTPS), _STALL_S)


def _family(face: IpAddress) -> socket.AddressFamily:
    return socket.AF_INET if face.version == 4 else socket.AF_INET6


def _pour(source: socket.socket, sink: socket.socket, seconds: float) -> int:
    """Bytes that arrived within `seconds`."""
    chunk, room = bytes(_CHUNK_BYTES), bytearray(_CHUNK_BYTES)
    for end in (source, sink):
        end.setblocking(False)
    arrived, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        readable, writable, _ = select.select([sink], [source], [], _STALL_S)
        if not (readable or writable):
            raise TimeoutError(f"nothing moved for {_STALL_S:.0f} s")
        if writable:
            source.send(chunk)
        if readable:
            arrived += sink.recv_into(room)
    return arrived
