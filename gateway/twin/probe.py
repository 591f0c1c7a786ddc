"""Probes: the first packet of a session, made with scapy, sent from one zone, and listened for where it would end.

A probe is "through" when the target's own kernel delivers it to a raw socket, that is: after the target's input filter.
So a drop anywhere on the way counts, the gateway's output and input chains included.
"""

import select
import socket
import subprocess
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
from gateway.site.openings import Service
from gateway.site.values import Family, IpAddress
from gateway.twin.build import Twin
from gateway.twin.plan import Host, box_faces

SERVICES: tuple[tuple[Protocol, int | None], ...] = (
    (Protocol.TCP, 445),
    (Protocol.TCP, 443),
    (Protocol.TCP, 22),
    (Protocol.TCP, 3389),
    (Protocol.UDP, 53),
    (Protocol.UDP, 137),
    (Protocol.ICMP_ECHO, None),
)
"""What is asked of every pair, declared or not; what the site declares besides is asked too."""
ARRIVAL_TIMEOUT_S = 2.0
"""How long an expected probe may take; a neighbour that must be asked for twice takes one second (RFC 4861 §10)."""
QUIET_S = 0.2
"""How long nothing may arrive before we believe that nothing more will. Namespaces deliver within microseconds."""

_FIRST_SOURCE_PORT = 20_000
_SPOKESMEN = 2
"""How many of those who are declared alike are asked and ask: a second one shows that more than one is served."""
_GATEWAY = "gateway"
_STARTERS = (Zone.WAN, Zone.TUNNEL, Zone.QUALIFICATION, Zone.CLAIM, Zone.LAN, Zone.GATEWAY)
SO_RCVBUFFORCE = 33  # asm-generic/socket.h; the socket module does not name it
_EAR_BYTES = 16 << 20
"""Receive buffer of one raw socket: it holds every packet of a run until we read, and a lost one looks like a drop."""


@dataclass(frozen=True, slots=True)
class Probe:
    """One question. `tag` is unique in its run and travels in the packet."""

    tag: int
    session: Session
    sender: str
    """The name of the host that sends it, or `gateway`."""

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
            case Protocol.ESP:
                network.setfieldval("proto" if self.family == 4 else "nh", socket.IPPROTO_ESP)
                return bytes(network / Raw(self.tag.to_bytes(4, "big") + bytes(4)) / payload)
            case Protocol.ICMP_ECHO:
                echo = ICMP() if self.family == 4 else ICMPv6EchoRequest()
                return bytes(network / echo / payload)


def questions(twin: Twin) -> tuple[Probe, ...]:
    """Every ordered zone pair × hosts that speak for them × family × service."""
    found: list[Probe] = []
    services = tuple(dict.fromkeys((*SERVICES, *_declared_services(twin))))
    for (origin, target), family in product(permutations(_zones(twin), 2), FAMILIES):
        asked = _asked(twin, target, origin, family)
        for (sender, source), destination, service in product(_askers(twin, origin, target, family), asked, services):
            found.append(Probe(len(found) + 1, Session(origin, target, source, destination, *service), sender))
    return tuple(found)


def ask(twin: Twin, probes: Iterable[Probe], expected: Iterable[Probe]) -> frozenset[int]:
    """Send every probe once; the tags of those that came through to a host of their target zone.

    Returns as soon as `expected` came and it is quiet. Starts without any session: ESP has no ports, so an earlier probe's
    entry would make the opposite one its answer.
    """
    asked = {probe.tag: probe for probe in probes}
    awaited = {probe.tag for probe in expected}
    subprocess.run(twin.gateway.command("conntrack", "-F"), check=True, capture_output=True)
    with ExitStack() as stack:
        ears = [ear for name in (_GATEWAY, *twin.hosts) for ear in _listen(twin, name, stack)]
        # Those who may start nothing go first, for the same reason.
        for probe in sorted(asked.values(), key=lambda probe: _STARTERS.index(probe.session.origin)):
            _send(twin, probe)
        return frozenset(tag for tag, zone in _hear(ears, awaited) if asked[tag].session.target is zone)


def _zones(twin: Twin) -> tuple[Zone, ...]:
    return (*dict.fromkeys(host.zone for host in twin.hosts.values()), Zone.GATEWAY)


def _spokesmen(twin: Twin, zone: Zone) -> tuple[Host, ...]:
    here = [host for host in twin.hosts.values() if host.zone is zone]
    alike = [host for host in here if host.one_of_many][:_SPOKESMEN]
    return (*alike, *(host for host in here if not host.one_of_many))


def _askers(twin: Twin, zone: Zone, other: Zone, family: Family) -> Iterator[tuple[str, IpAddress]]:
    """Who sends, and from which address; the box sends from its address on the other's segment."""
    if zone is Zone.GATEWAY:
        yield from ((_GATEWAY, face) for face in box_faces(twin.site, other, family)[:1])
        return
    for host in _spokesmen(twin, zone):
        yield from ((host.name, face) for face in host.faces(family)[:1])


def _asked(twin: Twin, zone: Zone, other: Zone, family: Family) -> tuple[IpAddress, ...]:
    """Where `zone` is asked from `other`: every host that stands there; for the box, its own address on that segment."""
    if zone is Zone.GATEWAY:
        return box_faces(twin.site, other, family)[:1]
    return tuple(face for host in _spokesmen(twin, zone) for face in host.faces(family))


def _declared_services(twin: Twin) -> Iterator[tuple[Protocol, int | None]]:
    """Every service the site file names anywhere, by its first and its last port."""
    site = twin.site
    systems = [system.services for system in (site.claim_system, site.qualification_system) if system]
    updates = [update.services for update in site.updates]
    grants = [grant.services for grant in site.grants.values()]
    for services in (*systems, *updates, *grants):
        for service in services:
            yield from _questions_of(service)
    if site.tunnel and site.tunnel.held_by == "gateway":
        yield from ((Protocol.UDP, 500), (Protocol.UDP, 4500), (Protocol.ESP, None))
    segments = [one for one in (site.zones.claim, site.zones.qualification) if one]
    if site.management or any(segment.serve for segment in segments):
        yield from ((Protocol.TCP, 53), (Protocol.UDP, 123))
    if site.management:
        yield from ((Protocol.UDP, 514), (Protocol.TCP, 514))
    if site.relay and site.relay.drop.sftp:
        yield Protocol.TCP, site.relay.drop.sftp.port


def _questions_of(service: Service) -> Iterator[tuple[Protocol, int | None]]:
    for protocol, ports in ((Protocol.TCP, service.tcp), (Protocol.UDP, service.udp)):
        if ports:
            yield from ((protocol, port) for port in (ports.first, ports.last))
    if service.esp:
        yield Protocol.ESP, None


@dataclass(frozen=True, slots=True)
class _Ear:
    socket: socket.socket
    zone: Zone
    family: Family
    protocol: Protocol


def _listen(twin: Twin, name: str, stack: ExitStack) -> Iterator[_Ear]:
    namespace = twin.gateway if name == _GATEWAY else twin.namespace(name)
    zone = Zone.GATEWAY if name == _GATEWAY else twin.hosts[name].zone
    for family in FAMILIES:
        kind = socket.AF_INET if family == 4 else socket.AF_INET6
        for protocol in Protocol:
            number = _number(protocol, family)
            ear = namespace.call(socket.socket, kind, socket.SOCK_RAW | socket.SOCK_NONBLOCK, number)
            ear.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _EAR_BYTES)
            yield _Ear(stack.enter_context(ear), zone, family, protocol)


def _number(protocol: Protocol, family: Family) -> int:
    match protocol:
        case Protocol.TCP:
            return socket.IPPROTO_TCP
        case Protocol.UDP:
            return socket.IPPROTO_UDP
        case Protocol.ESP:
            return socket.IPPROTO_ESP
        case Protocol.ICMP_ECHO:
            return socket.IPPROTO_ICMP if family == 4 else socket.IPPROTO_ICMPV6


def _send(twin: Twin, probe: Probe) -> None:
    namespace = twin.gateway if probe.sender == _GATEWAY else twin.namespace(probe.sender)
    kind = socket.AF_INET if probe.family == 4 else socket.AF_INET6

    def send() -> None:
        with socket.socket(kind, socket.SOCK_RAW, socket.IPPROTO_RAW) as out:
            try:
                out.sendto(probe.packet(), (str(probe.session.destination), 0))
            except PermissionError:
                return  # the sender's own output chain dropped it: that is an answer too

    namespace.call(send)


def _hear(ears: list[_Ear], awaited: set[int]) -> Iterator[tuple[int, Zone]]:
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
                yield tag, by_socket[one].zone
        if not ready and not missing:
            return


def _tag(ear: _Ear, data: bytes) -> int | None:
    """The tag a received packet carries; None for anything that is not one of our first packets."""
    body = data[(data[0] & 0x0F) * 4 :] if ear.family == 4 else data  # a raw IPv6 socket gives no network header
    match ear.protocol:
        case Protocol.TCP:
            segment = TCP(body)
            return int(segment.seq) if segment.flags == "S" else None
        case Protocol.UDP | Protocol.ESP:
            return _unmark(body[8:])
        case Protocol.ICMP_ECHO:
            is_request = body[0] == (8 if ear.family == 4 else 128)  # RFC 792, RFC 4443 §4.1
            return _unmark(body[8:]) if is_request else None


def _mark(tag: int) -> bytes:
    return b"claim-gateway probe %08x" % tag


def _unmark(payload: bytes) -> int | None:
    prefix = b"claim-gateway probe "
    return int(payload[len(prefix) : len(prefix) + 8], 16) if payload.startswith(prefix) else None
