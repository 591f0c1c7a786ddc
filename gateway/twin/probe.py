"""Probes: the first packet of a session, made with scapy, sent from one zone, and listened for where it would end.

A probe is "through" when the target's own kernel delivers it to a raw socket, that is: after the target's input filter.
So a drop anywhere on the way counts, the gateway's output and input chains included.
"""

import select
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import permutations, product

from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6EchoRequest, IPv6
from scapy.packet import Packet, Raw

from gateway.policy.model import FAMILIES, Protocol, Session
from gateway.site.layout import Zone
from gateway.site.values import Family, IpAddress
from gateway.twin.build import Twin

SERVICES: tuple[tuple[Protocol, int | None], ...] = (
    (Protocol.TCP, 445),
    (Protocol.TCP, 443),
    (Protocol.TCP, 22),
    (Protocol.TCP, 3389),
    (Protocol.UDP, 53),
    (Protocol.UDP, 137),
    (Protocol.ICMP_ECHO, None),
)
ARRIVAL_TIMEOUT_S = 2.0
"""How long an expected probe may take; a neighbour that must be asked for twice takes one second (RFC 4861 §10)."""
QUIET_S = 0.2
"""How long nothing may arrive before we believe that nothing more will. Namespaces deliver within microseconds."""

_FIRST_SOURCE_PORT = 40_000


@dataclass(frozen=True, slots=True)
class Probe:
    """One question. `tag` is unique in its run and travels in the packet."""

    tag: int
    session: Session

    @property
    def family(self) -> Family:
        """The family of both its addresses."""
        return self.session.source.version

    def packet(self) -> bytes:
        """The session's first packet, from the network header up."""
        protocol, port = self.session.protocol, self.session.port
        sport = _FIRST_SOURCE_PORT + self.tag
        payload = Raw(_mark(self.tag))
        ends = {"src": str(self.session.source), "dst": str(self.session.destination)}
        network: Packet = IP(**ends) if self.family == 4 else IPv6(**ends)
        match protocol:
            case Protocol.TCP:
                return bytes(network / TCP(sport=sport, dport=port, flags="S", seq=self.tag))
            case Protocol.UDP:
                return bytes(network / UDP(sport=sport, dport=port) / payload)
            case Protocol.ICMP_ECHO:
                echo = ICMP() if self.family == 4 else ICMPv6EchoRequest()
                return bytes(network / echo / payload)


def questions(twin: Twin) -> tuple[Probe, ...]:
    """Every ordered zone pair × family × service, between the hosts that speak for the zones."""
    zones = tuple(zone for zone in Zone if zone is Zone.GATEWAY or any(h.zone is zone for h in twin.hosts.values()))
    found: list[Probe] = []
    for (origin, target), family, service in product(permutations(zones, 2), FAMILIES, SERVICES):
        source, destination = _address(twin, origin, target, family), _address(twin, target, origin, family)
        if source and destination:
            found.append(Probe(len(found) + 1, Session(origin, target, source, destination, *service)))
    return tuple(found)


def ask(twin: Twin, probes: Iterable[Probe], expected: Iterable[Probe]) -> frozenset[int]:
    """Send every probe once; the tags of those that came through. Returns as soon as `expected` came and it is quiet."""
    awaited = {probe.tag for probe in expected}
    with ExitStack() as stack:
        ears = [ear for zone in _zones(twin) for ear in _listen(twin, zone, stack)]
        for probe in probes:
            _send(twin, probe)
        return frozenset(_hear(ears, awaited))


def _zones(twin: Twin) -> tuple[Zone, ...]:
    return (Zone.GATEWAY, *dict.fromkeys(host.zone for host in twin.hosts.values()))


def _address(twin: Twin, zone: Zone, other: Zone, family: Family) -> IpAddress | None:
    """Where `zone` is reached from `other`; for the box, its own address on `other`'s segment."""
    if zone is not Zone.GATEWAY:
        return twin.at(zone).address(family)
    part = getattr(twin.site.zones, other)
    return next((address.ip for address in part.addresses if address.version == family), None)


@dataclass(frozen=True, slots=True)
class _Ear:
    socket: socket.socket
    family: Family
    protocol: Protocol


def _listen(twin: Twin, zone: Zone, stack: ExitStack) -> Iterator[_Ear]:
    namespace = twin.gateway if zone is Zone.GATEWAY else twin.namespace(twin.at(zone).name)
    numbers = {
        4: (socket.IPPROTO_TCP, socket.IPPROTO_UDP, socket.IPPROTO_ICMP),
        6: (socket.IPPROTO_TCP, socket.IPPROTO_UDP, socket.IPPROTO_ICMPV6),
    }
    for family in FAMILIES:
        kind = socket.AF_INET if family == 4 else socket.AF_INET6
        for protocol, number in zip(Protocol, numbers[family], strict=True):
            ear = namespace.call(socket.socket, kind, socket.SOCK_RAW | socket.SOCK_NONBLOCK, number)
            yield _Ear(stack.enter_context(ear), family, protocol)


def _send(twin: Twin, probe: Probe) -> None:
    namespace = (
        twin.gateway if probe.session.origin is Zone.GATEWAY else twin.namespace(twin.at(probe.session.origin).name)
    )
    kind = socket.AF_INET if probe.family == 4 else socket.AF_INET6

    def send() -> None:
        with socket.socket(kind, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
            try:
                out.sendto(probe.packet(), (str(probe.session.destination), 0))
            except PermissionError:
                return  # the sender's own output chain dropped it: that is an answer too

    namespace.call(send)


def _hear(ears: list[_Ear], awaited: set[int]) -> Iterator[int]:
    heard: set[int] = set()
    by_socket = {ear.socket: ear for ear in ears}
    deadline = time.monotonic() + ARRIVAL_TIMEOUT_S
    while True:
        missing = awaited - heard and time.monotonic() < deadline
        ready, _, _ = select.select(list(by_socket), [], [], QUIET_S)
        for one in ready:
            tag = _tag(by_socket[one], one.recv(2048))
            if tag is not None and tag not in heard:
                heard.add(tag)
                yield tag
        if not ready and not missing:
            return


def _tag(ear: _Ear, data: bytes) -> int | None:
    """The tag a received packet carries; None for anything that is not one of our first packets."""
    body = data[(data[0] & 0x0F) * 4 :] if ear.family == 4 else data  # a raw IPv6 socket gives no network header
    match ear.protocol:
        case Protocol.TCP:
            segment = TCP(body)
            return int(segment.seq) if segment.flags == "S" else None
        case Protocol.UDP:
            return _unmark(body[8:])
        case Protocol.ICMP_ECHO:
            is_request = body[0] == (8 if ear.family == 4 else 128)  # RFC 792, RFC 4443 §4.1
            return _unmark(body[8:]) if is_request else None


def _mark(tag: int) -> bytes:
    return b"claim-gateway probe %08x" % tag


def _unmark(payload: bytes) -> int | None:
    prefix = b"claim-gateway probe "
    return int(payload[len(prefix) : len(prefix) + 8], 16) if payload.startswith(prefix) else None
