"""What is measured in one rig. One thread drives both ends of every session: a veth delivers within the sender's own
system call, so no scheduler stands between the ends, and the thread's processor time is the whole path's.

Everything is told per second of that processor time: other work on the machine then takes nothing away.
"""

import os
import select
import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass

from gateway.policy.model import Protocol
from gateway.site.layout import Zone
from gateway.site.values import Family, IpAddress
from gateway.twin.build import CARD
from tests.bench.forward.raw import Batch, End, opening, packet_socket, small_packet
from tests.bench.forward.rig import RAW_PORT, Rig
from tests.bench.forward.variants import Name

ORIGINAL, REPLY = "original", "reply"
DIRECTIONS = (ORIGINAL, REPLY)
SHARE_PORT = 445
DNS_PORT = 53
_CHUNK_BYTES = 256 * 1024
_STALL_S = 5.0
_BACKLOG = 64
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER, zero seconds: no TIME_WAIT is left behind
_ARRIVE_AT_LEAST = 0.99


class NothingPasses(Exception):
    """A ruleset does not let the measured traffic through: its figures would mean nothing."""


@dataclass(frozen=True, slots=True)
class Passage:
    """Where a session of the policy leads: who opens it, to whom, and the responder's port."""

    protocol: Protocol
    origin: Zone
    target: Zone
    port: int


SHARE = Passage(Protocol.TCP, Zone.LAN, Zone.CLAIM, SHARE_PORT)
NAMES = Passage(Protocol.UDP, Zone.CLAIM, Zone.WAN, DNS_PORT)


@contextmanager
def on_one_processor() -> Iterator[None]:
    """Keep this thread on one processor: the softirq that forwards then runs inside its own calls."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


class Measured:
    """One rig and its open raw sessions."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self._stack = ExitStack()
        self._sockets = {
            zone: self._stack.enter_context(closing(rig.at(zone).call(packet_socket, CARD)))
            for zone in (Zone.LAN, Zone.CLAIM, Zone.WAN)
        }

    def close(self) -> None:
        """Close the packet sockets."""
        self._stack.close()

    def packets(self, passage: Passage, family: Family, direction: str, seconds: float) -> float:
        """Small packets of one session per second. Raises NothingPasses if they do not arrive."""
        origin = self.rig.end(passage.origin, family, RAW_PORT)
        target = self.rig.end(passage.target, family, passage.port)
        for from_origin, frame in opening(passage.protocol, origin, target):
            self._sockets[passage.origin if from_origin else passage.target].send(frame)
        source, sink = (passage.origin, passage.target) if direction == ORIGINAL else (passage.target, passage.origin)
        ends: tuple[End, End] = (origin, target) if direction == ORIGINAL else (target, origin)
        batch = Batch(self._sockets[source], small_packet(passage.protocol, *ends))
        before = self.rig.arrived(sink)
        with on_one_processor():
            sent, elapsed_s = _repeat(batch.send, seconds)
        arrived = self.rig.arrived(sink) - before
        if arrived < sent * _ARRIVE_AT_LEAST:
            raise NothingPasses(
                f"{self.name}: {arrived} of {sent} packets of {passage.origin} → {passage.target} {passage.protocol} "
                f"arrived, IPv{family} {direction}"
            )
        return arrived / elapsed_s

    def connects(self, family: Family, seconds: float) -> float:
        """TCP connects per second on the share: connect, accept, reset."""
        address = self.rig.address(SHARE.target, family)
        with self._listening(address) as listener:
            return self.rig.at(SHARE.origin).call(_connect_often, listener, address, seconds)

    def bulk(self, family: Family, direction: str, seconds: float) -> float:
        """Bytes per second through one TCP session on the share, with the kernel's segmentation offload as it stands."""
        address = self.rig.address(SHARE.target, family)
        with self._listening(address) as listener:
            client = self.rig.at(SHARE.origin).call(_connected, address)
            with closing(client), closing(listener.accept()[0]) as server, on_one_processor():
                ends = (client, server) if direction == ORIGINAL else (server, client)
                return _pour(*ends, seconds)

    @property
    def name(self) -> Name:
        """Which variant stands in this rig."""
        return self.rig.variant.name

    @contextmanager
    def _listening(self, address: IpAddress) -> Iterator[socket.socket]:
        with closing(self.rig.at(SHARE.target).call(_listen, address)) as listener:
            yield listener


def _repeat(act: Callable[[], int], seconds: float) -> tuple[int, float]:
    """Act until `seconds` of processor time are used; the sum of what it returned, and the time really used."""
    done, start = 0, time.thread_time()
    while (used := time.thread_time() - start) < seconds:
        done += act()
    return done, used


def _listen(address: IpAddress) -> socket.socket:
    listener = socket.create_server((str(address), SHARE_PORT), family=_socket_family(address), backlog=_BACKLOG)
    listener.settimeout(_STALL_S)
    return listener


def _socket_family(address: IpAddress) -> socket.AddressFamily:
    return socket.AF_INET if address.version == 4 else socket.AF_INET6


def _connected(address: IpAddress) -> socket.socket:
    client = socket.socket(_socket_family(address), socket.SOCK_STREAM)
    client.settimeout(_STALL_S)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)
    client.connect((str(address), SHARE_PORT))
    return client


def _connect_often(listener: socket.socket, address: IpAddress, seconds: float) -> float:
    def once() -> int:
        with closing(_connected(address)):
            listener.accept()[0].close()
        return 1

    with on_one_processor():
        done, elapsed_s = _repeat(once, seconds)
    return done / elapsed_s


def _pour(source: socket.socket, sink: socket.socket, seconds: float) -> float:
    chunk, room = bytes(_CHUNK_BYTES), bytearray(_CHUNK_BYTES)
    for end in (source, sink):
        end.setblocking(False)

    def once() -> int:
        moved = _unless_blocked(lambda: source.send(chunk)) + (got := _unless_blocked(lambda: sink.recv_into(room)))
        if not moved:
            ready = select.select([sink], [source], [], _STALL_S)
            if not any(ready):
                raise NothingPasses(f"nothing moved for {_STALL_S:.0f} s in the middle of a session")
        return got

    done, elapsed_s = _repeat(once, seconds)
    return done / elapsed_s


def _unless_blocked(act: Callable[[], int]) -> int:
    try:
        return act()
    except BlockingIOError:
        return 0
