"""What is seen on the line between the box and the provider: every frame the box sends, and what it gives away.

The judge knows nothing of our rules or routes: it reads the frame and asks whether an address that the tunnel is to hide
stands in it in the clear. It listens at the provider's end, so that no hook of the box can hide a frame from it.
"""

import errno
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address

from gateway.site.values import IpAddress, IpNetwork
from gateway.twin.namespace import Namespace

SO_RCVBUFFORCE = 33  # asm-generic/socket.h
_BUFFER_BYTES = 64 << 20
_SOL_PACKET, _PACKET_STATISTICS = 263, 6  # linux/socket.h, linux/if_packet.h
_ETH_P_ALL = 3
_FRAME_BYTES = 65536
_LISTEN_S = 0.2
_ETHERNET_BYTES, _IPV6_BYTES, _UDP_BYTES, _ICMP_BYTES = 14, 40, 8, 8
_IPV4, _IPV6, _ARP = 0x0800, 0x86DD, 0x0806
_TAGS = (0x8100, 0x88A8)
_ESP, _UDP, _ICMP, _ICMP6, _IPIP, _IPV6_IN, _GRE, _FRAGMENT = 50, 17, 1, 58, 4, 41, 47, 44
_IKE, _NAT_T = 500, 4500
_ICMP_ERRORS = {_ICMP: frozenset({3, 4, 5, 11, 12}), _ICMP6: frozenset({1, 2, 3, 4})}  # RFC 792, RFC 4443
_NEIGHBOUR_QUESTIONS = frozenset({135, 136})  # RFC 4861
_SAMPLES = 5


class Kind(StrEnum):
    """What a frame is to somebody who listens on the line."""

    ENCRYPTED = "encrypted"
    """ESP, bare or in UDP 4500 (RFC 3948)."""
    KEY_EXCHANGE = "key exchange"
    OTHER = "other"
    """What the line itself needs, and whatever else names nobody the tunnel hides."""
    CLEARTEXT = "cleartext"
    """It names somebody the tunnel hides."""


def kind(frame: bytes, hidden: Sequence[IpNetwork]) -> Kind:
    """Judge one Ethernet frame. `hidden` are the networks on both sides of the tunnel."""
    if any(address in network for address in _named(frame) for network in hidden):
        return Kind.CLEARTEXT
    return _carried(frame)


def _named(frame: bytes) -> Iterator[IpAddress]:
    """Every address the frame shows: its own, those of a packet inside it, those of an ICMP error's quotation."""
    ether, start = _ethertype(frame)
    if ether == _ARP and len(frame) >= start + 28:
        yield IPv4Address(frame[start + 14 : start + 18])
        yield IPv4Address(frame[start + 24 : start + 28])
    elif ether in (_IPV4, _IPV6):
        yield from _in_packet(frame[start:])


def _in_packet(packet: bytes) -> Iterator[IpAddress]:
    found = _network(packet)
    if found is None:
        return
    source, destination, protocol, rest = found
    yield source
    yield destination
    if protocol in (_IPIP, _IPV6_IN):
        yield from _in_packet(rest)
    elif protocol == _GRE:
        yield from _in_packet(rest[4:])
    elif protocol in _ICMP_ERRORS and rest and rest[0] in _ICMP_ERRORS[protocol]:
        yield from _in_packet(rest[_ICMP_BYTES:])
    elif protocol == _ICMP6 and rest and rest[0] in _NEIGHBOUR_QUESTIONS and len(rest) >= _ICMP_BYTES + 16:
        yield IPv6Address(rest[_ICMP_BYTES : _ICMP_BYTES + 16])


def _carried(frame: bytes) -> Kind:
    ether, start = _ethertype(frame)
    found = _network(frame[start:]) if ether in (_IPV4, _IPV6) else None
    if found is None:
        return Kind.OTHER
    _, _, protocol, rest = found
    if protocol == _ESP:
        return Kind.ENCRYPTED
    if protocol == _UDP and len(rest) >= _UDP_BYTES + 4:
        ports = struct.unpack("!HH", rest[:4])
        if _IKE in ports:
            return Kind.KEY_EXCHANGE
        if _NAT_T in ports:  # four zero bytes mark IKE there (RFC 3948 §2.2)
            return Kind.ENCRYPTED if any(rest[_UDP_BYTES : _UDP_BYTES + 4]) else Kind.KEY_EXCHANGE
    return Kind.OTHER


def _ethertype(frame: bytes) -> tuple[int, int]:
    """The type below all VLAN tags, and where what follows it starts."""
    start = _ETHERNET_BYTES
    ether: int = struct.unpack("!H", frame[12:14])[0]
    while ether in _TAGS and len(frame) >= start + 4:
        ether = struct.unpack("!H", frame[start + 2 : start + 4])[0]
        start += 4
    return ether, start


def _network(packet: bytes) -> tuple[IpAddress, IpAddress, int, bytes] | None:
    """Source, destination, protocol and payload of an IP packet; None if it is none."""
    version = packet[0] >> 4 if packet else 0
    if version == 4 and len(packet) >= 20:
        own = (packet[0] & 15) * 4
        return IPv4Address(packet[12:16]), IPv4Address(packet[16:20]), packet[9], packet[own:]
    if version == 6 and len(packet) >= _IPV6_BYTES:
        protocol, rest = packet[6], packet[_IPV6_BYTES:]
        if protocol == _FRAGMENT and len(rest) >= 8:
            protocol, rest = rest[0], rest[8:]
        return IPv6Address(packet[8:24]), IPv6Address(packet[24:40]), protocol, rest
    return None


class Tap:
    """Counts what the box sends onto a line, until it is stopped."""

    def __init__(self, line: socket.socket, hidden: Sequence[IpNetwork]) -> None:
        self.seen: Counter[Kind] = Counter()
        self.cleartext: list[str] = []
        """The first few, in hexadecimal: what a person looks at when there is one."""
        self._line = line
        self._hidden = tuple(hidden)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="tap", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stop listening."""
        self._stopped.set()
        self._thread.join()

    def lost(self) -> int:
        """Frames the kernel could not hand over since this was asked last: with any, a count of 0 says nothing."""
        _, dropped = struct.unpack("II", self._line.getsockopt(_SOL_PACKET, _PACKET_STATISTICS, 8))
        return int(dropped)

    def _listen(self) -> None:
        self._line.settimeout(_LISTEN_S)
        while not self._stopped.is_set():
            try:
                frame, (_, _, direction, *_) = self._line.recvfrom(_FRAME_BYTES)
            except TimeoutError:
                continue
            except OSError as error:
                if error.errno != errno.ENETDOWN:  # told once when the card goes down; it is heard again when it is up
                    raise
                continue
            if direction == socket.PACKET_OUTGOING:
                continue  # the provider's own: what it gives away is not the box's doing
            found = kind(frame, self._hidden)
            self.seen[found] += 1
            if found is Kind.CLEARTEXT and len(self.cleartext) < _SAMPLES:
                self.cleartext.append(frame[:96].hex())


@contextmanager
def tapped(there: Namespace, card: str, hidden: Sequence[IpNetwork]) -> Iterator[Tap]:
    """Listen on `card`, the provider's end of the line."""
    line = there.call(_packet_socket, card)
    tap = Tap(line, hidden)
    try:
        yield tap
    finally:
        tap.stop()
        line.close()


def _packet_socket(card: str) -> socket.socket:
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    line.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _BUFFER_BYTES)
    line.bind((card, _ETH_P_ALL))
    return line
