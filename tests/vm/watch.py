"""Packets sent from every segment to every other and to the box itself, without a pause, and what of them arrives where.

A frame is built once and carries who sends it where nothing on the way changes it: in TCP's sequence number, or in the
payload. Frames go to the box's card directly, so that they are under way before it answers a single ARP request.
"""

import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from ipaddress import ip_address

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether
from scapy.packet import Packet, Raw

from tests.appliance.segments import Segment
from tests.vm.wires import FRAME_BYTES, Neighbour

EVERY_S = 1.0
"""Between two rounds: an emulated machine must still find time to boot."""
PORTS = (22, 445)
_MARK = 0x0C1A1000  # upper bits of a sequence number of ours; the sender's number is below
_PAYLOAD = b"claim-gateway-lab"
_ETH_P_ALL = 3
_ASKED_FROM = 40053


@dataclass(frozen=True, slots=True)
class Arrival:
    """What came through: who sent it, and what was asked, as tests/appliance/probe.py writes a target."""

    sender: str
    target: str


@dataclass(frozen=True, slots=True)
class Ear:
    """One segment's network card and how it is spoken and listened to."""

    segment: Segment
    line: socket.socket
    frames: tuple[bytes, ...]


class Watch:
    """Sends and listens until it is stopped. Read `arrived` whenever you like."""

    def __init__(self, ears: Sequence[Ear]) -> None:
        self.arrived: dict[Arrival, float] = {}
        """When the first of each kind came, in this host's monotonic seconds."""
        self.sent = 0
        self._ears = dict(enumerate(ears))
        self._senders = [ear.segment.name for ear in ears]
        self._stopped = threading.Event()
        self._threads = [threading.Thread(target=self._speak, name="speaks", daemon=True)]
        self._threads += [threading.Thread(target=self._hear, args=(ear,), daemon=True) for ear in ears]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop sending and listening."""
        self._stopped.set()
        for thread in self._threads:
            thread.join()

    def forget(self) -> None:
        """Begin anew: what arrived until now counts no more."""
        self.arrived.clear()

    def passing(self) -> set[tuple[str, str]]:
        """Every (from, to) that has passed, as tests/appliance/scene.py tells it."""
        return {(one.sender, one.target) for one in list(self.arrived)}

    def _speak(self) -> None:
        while not self._stopped.wait(EVERY_S):
            for ear in self._ears.values():
                for frame in ear.frames:
                    ear.line.send(frame)
                    self.sent += 1

    def _hear(self, ear: Ear) -> None:
        ear.line.settimeout(0.2)
        while not self._stopped.is_set():
            try:
                frame, (_, _, kind, *_) = ear.line.recvfrom(FRAME_BYTES)
            except TimeoutError:
                continue
            if kind != socket.PACKET_OUTGOING and (came := heard(frame, self._senders)):
                self.arrived.setdefault(came, time.monotonic())


def heard(frame: bytes, senders: Sequence[str]) -> Arrival | None:
    """What a frame is, if it is one of ours."""
    packet = Ether(frame)
    network = packet.getlayer(IP) or packet.getlayer(IPv6)
    if network is None:
        return None
    if network.haslayer(TCP):
        tcp = network[TCP]
        # What the neighbours' own kernels answer to our SYNs has their numbers in it.
        return _arrival(senders, tcp.seq - _MARK, f"{network.dst}|{tcp.dport}") if tcp.flags == "S" else None
    if _PAYLOAD not in frame:
        return None
    number = frame[frame.index(_PAYLOAD) + len(_PAYLOAD)]
    if network.haslayer(UDP):
        if network[UDP].dport == _ASKED_FROM:
            return None  # the answer to a question that may be asked, through the tunnel
        return _arrival(senders, number, f"{network.dst}|udp{network[UDP].dport}")
    said = network.payload  # not deeper: the box's own error quotes what was asked
    if isinstance(said, ICMPv6EchoRequest) or (isinstance(said, ICMP) and said.type == 8):
        return _arrival(senders, number, f"{network.dst}|echo")
    return None


def _arrival(senders: Sequence[str], number: int, target: str) -> Arrival | None:
    return Arrival(senders[number], target) if 0 <= number < len(senders) else None


def frames(source: Segment, number: int, cards: tuple[str, str], hosts: Sequence[str]) -> Iterator[bytes]:
    """Everything one segment sends in a round: to each of `hosts` by TCP, UDP and echo. `cards`: its own and the box's."""
    own, box = cards
    ethernet = Ether(src=own, dst=box)
    for host in hosts:
        network = _network(source, host)
        for port in PORTS:
            tcp = TCP(sport=40000 + port, dport=port, flags="S", seq=_MARK + number)
            yield bytes(ethernet / network / tcp)
        said = Raw(_PAYLOAD + bytes((number,)))
        yield bytes(ethernet / network / UDP(sport=_ASKED_FROM, dport=53) / said)
        echo = ICMP(id=number) if ip_address(host).version == 4 else ICMPv6EchoRequest(id=number)
        yield bytes(ethernet / network / echo / said)


def _network(source: Segment, host: str) -> Packet:
    version = ip_address(host).version
    own = next(address for address in source.hosts if ip_address(address).version == version)
    return IP(src=own, dst=host) if version == 4 else IPv6(src=own, dst=host)


def _ear(port: str) -> tuple[socket.socket, str]:
    """A packet socket on a neighbour's card, and the card's hardware address."""
    line = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(_ETH_P_ALL))
    line.bind((port, _ETH_P_ALL))
    return line, line.getsockname()[4].hex(":")


@contextmanager
def watching(
    neighbours: Mapping[Segment, Neighbour], cards: Mapping[Segment, str], beyond: Sequence[str]
) -> Iterator[Watch]:
    """A watch over these segments. `cards` are the hardware addresses of the box's ports; everybody asks `beyond` too."""
    with ExitStack() as stack:
        ears = []
        for number, (segment, there) in enumerate(neighbours.items()):
            line, own = there.call(_ear, "eth0")
            stack.callback(line.close)
            others = [host for other in neighbours if other is not segment for host in other.hosts]
            built = tuple(frames(segment, number, (own, cards[segment]), (*others, *beyond)))
            ears.append(Ear(segment, line, built))
        watch = Watch(ears)
        stack.callback(watch.stop)
        yield watch
