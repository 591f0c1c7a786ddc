"""Frames built once and sent raw, many in one system call (sendmmsg(2)), from an open packet(7) socket."""

import ctypes
import os
import socket
from dataclasses import dataclass

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from gateway.policy.model import Protocol
from gateway.site.values import Family, IpAddress

BATCH = 64
"""Frames in one system call: enough that the call itself disappears."""

_SOL_PACKET, _PACKET_QDISC_BYPASS = 263, 20  # linux/socket.h, linux/if_packet.h
_PAYLOAD = b"x" * 18  # the shortest that fills an Ethernet frame of 60 bytes


@dataclass(frozen=True, slots=True)
class End:
    """One end of a session on the wire: whose frame it is, and the next hop's card it is sent to."""

    address: IpAddress
    port: int
    card: str
    next_hop: str


def datagram(source: End, target: End) -> bytes:
    """A UDP datagram."""
    return bytes(_network(source, target) / UDP(sport=source.port, dport=target.port) / Raw(_PAYLOAD))


def segment(source: End, target: End, flags: str, *, seq: int, ack: int = 0) -> bytes:
    """A TCP segment without data."""
    return bytes(_network(source, target) / TCP(sport=source.port, dport=target.port, flags=flags, seq=seq, ack=ack))


def opening(protocol: Protocol, origin: End, target: End) -> tuple[tuple[bool, bytes], ...]:
    """The frames that make a session, each with whether the origin sends it."""
    if protocol is Protocol.UDP:
        return ((True, datagram(origin, target)), (False, datagram(target, origin)))
    return (
        (True, segment(origin, target, "S", seq=1)),
        (False, segment(target, origin, "SA", seq=1, ack=2)),
        (True, segment(origin, target, "A", seq=2, ack=2)),
    )


def small_packet(protocol: Protocol, source: End, target: End) -> bytes:
    """The smallest packet of the session that `opening` made."""
    return datagram(source, target) if protocol is Protocol.UDP else segment(source, target, "A", seq=2, ack=2)


def family(end: End) -> Family:
    """4 or 6."""
    return end.address.version


def _network(source: End, target: End) -> Packet:
    ends = {"src": str(source.address), "dst": str(target.address)}
    ethernet = Ether(src=source.card, dst=source.next_hop)
    return ethernet / (IP(**ends) if family(source) == 4 else IPv6(**ends))


def packet_socket(card: str) -> socket.socket:
    """A socket that sends whole frames out of `card`, past any queue. Open it in the card's namespace."""
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)  # protocol 0: it never receives
    out.bind((card, 0))
    out.setsockopt(_SOL_PACKET, _PACKET_QDISC_BYPASS, 1)
    return out


class _IoVec(ctypes.Structure):
    _fields_ = (("base", ctypes.c_char_p), ("length", ctypes.c_size_t))


class _MsgHdr(ctypes.Structure):
    _fields_ = (
        ("name", ctypes.c_void_p),
        ("name_length", ctypes.c_uint32),
        ("vectors", ctypes.POINTER(_IoVec)),
        ("vector_count", ctypes.c_size_t),
        ("control", ctypes.c_void_p),
        ("control_length", ctypes.c_size_t),
        ("flags", ctypes.c_int),
    )


class _MMsgHdr(ctypes.Structure):
    _fields_ = (("header", _MsgHdr), ("length", ctypes.c_uint))


_libc = ctypes.CDLL(None, use_errno=True)


class Batch:
    """One frame, `BATCH` times, ready to go out of one socket."""

    def __init__(self, out: socket.socket, frame: bytes) -> None:
        self._out = out
        self._vector = _IoVec(frame, len(frame))
        self._headers = (_MMsgHdr * BATCH)()
        for one in self._headers:
            one.header.vectors = ctypes.pointer(self._vector)
            one.header.vector_count = 1

    def send(self) -> int:
        """Send it; how many frames went out. A veth delivers them before the call returns."""
        sent: int = _libc.sendmmsg(self._out.fileno(), self._headers, BATCH, 0)
        if sent < 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
        return sent
