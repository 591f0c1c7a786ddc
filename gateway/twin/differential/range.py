"""The twin as a shooting range: frames go in at a zone's host, and are seen at the far host's card or the box's own sockets."""

import contextlib
import select
import socket
import struct
import subprocess
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from pyroute2 import IPRoute

from gateway.firewall.nft import Nft
from gateway.firewall.table import FAMILY, TABLE
from gateway.policy.model import FAMILIES
from gateway.site.layout import Zone
from gateway.twin.build import CARD, Twin
from gateway.twin.differential.shot import ESP, GRE, ICMP, ICMP6, TCP, UDP, Shot, Standing, tag_in
from gateway.twin.differential.terrain import Terrain
from gateway.twin.probe import SO_RCVBUFFORCE

QUIET_S = 0.004
"""Namespaces deliver before `send` returns or a few microseconds later; this is a thousand times that."""
PATIENCE_S = 0.1
"""How much longer a packet that is expected may take."""
ENTRY_LIFE_S = 600
_EAR_BYTES = 16 << 20
_ALL_PROTOCOLS = 3  # ETH_P_ALL, linux/if_ether.h
_ETHERTYPE = {4: 0x0800, 6: 0x86DD}
_HEADER_BYTES = 14
_PERMANENT = 0x80  # NUD_PERMANENT, linux/neighbour.h
_AF = {4: socket.AF_INET, 6: socket.AF_INET6}
_NAMES = {TCP: "tcp", UDP: "udp"}
_DEAF = """
table inet deaf {
  chain hears { type filter hook input priority -500; policy drop; }
  chain says { type filter hook output priority -500; policy drop; }
}
"""
"""Hosts take no part: an answer of theirs would change what conntrack knows."""

Seen = frozenset[tuple[int, Zone]]


@dataclass(frozen=True, slots=True)
class _Ear:
    socket: socket.socket
    zone: Zone
    protocol: int = 0
    """What a raw socket of the box hears; 0 for a card, which hears whole frames."""


class Range:
    """A context manager; `fire` is one volley that starts from a clean table of sessions."""

    def __init__(self, twin: Twin, terrain: Terrain, scratch: Path) -> None:
        self._twin, self._terrain = twin, terrain
        self._entries = scratch / "sessions"
        self._stack = ExitStack()
        self._cards: dict[Zone, socket.socket] = {}
        self._frames: dict[Zone, bytes] = {}
        self._ears: dict[socket.socket, _Ear] = {}

    def __enter__(self) -> "Range":
        with ExitStack() as undo:
            undo.callback(self._stack.close)
            for zone, port in self._terrain.ports.items():
                self._man(zone, port)
            self._man_box()
            undo.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def fire(self, shots: Iterable[Shot], expected: Seen, patience: float = PATIENCE_S) -> Seen:
        """Send them in their order; the (tag, zone) pairs that arrived, the box itself being a zone.

        Returns once everything expected is there and nothing follows, or when `patience` seconds are over.
        """
        volley = tuple(shots)
        self._forget()
        self._remember(volley)
        for shot in volley:
            self._send(shot)
        return self._hear({shot.tag: shot for shot in volley}, expected, patience)

    # --- before a volley ---------------------------------------------------------------------------------------------

    def _forget(self) -> None:
        subprocess.run(self._twin.gateway.command("conntrack", "-F"), check=True, capture_output=True)
        self._twin.gateway.call(_forget_questions)

    def _remember(self, volley: tuple[Shot, ...]) -> None:
        """Put the sessions that packets need into the kernel's table."""
        lines = [_entry(shot) for shot in volley if shot.standing in (Standing.LIVE, Standing.OPENING)]
        if lines:
            self._entries.write_text("\n".join(lines) + "\n")
            command = self._twin.gateway.command("conntrack", "-R", str(self._entries))
            subprocess.run(command, check=True, capture_output=True)

    # --- the volley --------------------------------------------------------------------------------------------------

    def _send(self, shot: Shot) -> None:
        packet = shot.packet()
        if shot.origin is not Zone.GATEWAY:
            head = self._frames[shot.origin] + struct.pack("!H", _ETHERTYPE[shot.family])
            self._cards[shot.origin].send(head + packet)
            return
        with contextlib.suppress(PermissionError):  # the output chain's drop reaches the sender as one
            self._own[shot.family].sendto(packet, (str(shot.destination), 0))

    def _hear(self, volley: Mapping[int, Shot], expected: Seen, patience: float) -> Seen:
        heard: set[tuple[int, Zone]] = set()
        deadline = time.monotonic() + patience
        while True:
            ready, _, _ = select.select(list(self._ears), [], [], QUIET_S)
            for one in ready:
                heard.update(_heard(self._ears[one], volley))
            if not ready and (expected <= heard or time.monotonic() > deadline):
                return frozenset(heard)

    # --- setting up --------------------------------------------------------------------------------------------------

    def _man(self, zone: Zone, port: str) -> None:
        """A card to send from and to listen at, and every address of the zone behind it."""
        host = self._twin.namespace(self._twin.at(zone).name)
        host.call(_nft, _DEAF)
        card = self._stack.enter_context(host.call(_card))
        here, there = host.call(_mac, CARD), self._twin.gateway.call(_mac, port)
        self._cards[zone], self._frames[zone] = card, there + here
        self._ears[card] = _Ear(card, zone)
        on_link = [
            address
            for family in FAMILIES
            for address in self._terrain.pool.get((zone, family), ())
            if self._terrain.is_on_link(address, zone)
        ]
        itself = [one.ip for one in self._twin.at(zone).addresses]
        neighbours: dict[str, int] = {str(address): address.version for address in (*on_link, *itself)}
        self._twin.gateway.call(_introduce, port, here, neighbours)

    def _man_box(self) -> None:
        self._own = {
            family: self._stack.enter_context(
                self._twin.gateway.call(socket.socket, _AF[family], socket.SOCK_RAW, socket.IPPROTO_RAW)
            )
            for family in FAMILIES
        }
        for family in FAMILIES:
            for protocol in (TCP, UDP, ESP, GRE, ICMP if family == 4 else ICMP6):
                ear = self._stack.enter_context(
                    self._twin.gateway.call(socket.socket, _AF[family], socket.SOCK_RAW, protocol)
                )
                ear.settimeout(0)
                ear.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _EAR_BYTES)
                self._ears[ear] = _Ear(ear, Zone.GATEWAY, protocol)


def _heard(ear: _Ear, volley: Mapping[int, Shot]) -> Iterator[tuple[int, Zone]]:
    while True:
        try:
            data, address = ear.socket.recvfrom(4096)
        except BlockingIOError:
            return
        tag = tag_in(data)
        if tag is None or tag not in volley:
            continue
        shot = volley[tag]
        if _at_the_box(shot, ear.protocol, data) if ear.protocol else _at_a_card(shot, data, address[2]):
            yield tag, ear.zone


def _at_a_card(shot: Shot, frame: bytes, kind: int) -> bool:
    """The packet itself, coming in: an error of the box quotes its tag too, and an echo brings it back."""
    packet = frame[_HEADER_BYTES:]
    if kind == socket.PACKET_OUTGOING or len(packet) != len(shot.packet()):
        return False
    at = 20 if shot.family == 4 else 40 + (0 if shot.extension is None else 8)
    return shot.protocol not in (ICMP, ICMP6) or packet[at] == shot.type


def _at_the_box(shot: Shot, protocol: int, data: bytes) -> bool:
    """The same at a raw socket, which gives the network header with IPv4 only (raw(7), ipv6(7))."""
    at = 20 if shot.family == 4 else 0
    return protocol == shot.protocol and (protocol not in (ICMP, ICMP6) or data[at] == shot.type)


def _entry(shot: Shot) -> str:
    """One line of `conntrack -R` (conntrack(8)); replied to unless it is only opening."""
    source, destination, sport, dport = shot.initiator_first
    opening = shot.standing is Standing.OPENING
    state = ("SYN_SENT" if opening else "ESTABLISHED") if shot.session_protocol == TCP else ""
    words = ["-A", "-t", str(ENTRY_LIFE_S), "-s", str(source), "-d", str(destination)]
    words += ["-p", _NAMES[shot.session_protocol], "--sport", str(sport), "--dport", str(dport)]
    words += [] if opening else ["-u", "SEEN_REPLY,ASSURED"]
    words += ["--state", state] if state else []
    return " ".join(words)


def _forget_questions() -> None:
    with Nft() as nft:
        sets = [one["set"] for one in nft.dump("list sets") if "set" in one]
        asked = [one["name"] for one in sets if one["table"] == TABLE and one["name"].startswith("asked")]
        nft.run("".join(f"flush set {FAMILY} {TABLE} {name}\n" for name in asked))


def _nft(commands: str) -> None:
    with Nft() as nft:
        nft.run(commands)


def _card() -> socket.socket:
    made = socket.socket(socket.AF_PACKET, socket.SOCK_RAW | socket.SOCK_NONBLOCK, socket.htons(_ALL_PROTOCOLS))
    made.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, _EAR_BYTES)
    made.bind((CARD, _ALL_PROTOCOLS))
    return made


def _mac(name: str) -> bytes:
    with IPRoute() as ip:
        (link,) = ip.get_links(ip.link_lookup(ifname=name)[0])
        return bytes.fromhex(dict(link["attrs"])["IFLA_ADDRESS"].replace(":", ""))


def _introduce(port: str, mac: bytes, neighbours: dict[str, int]) -> None:
    with IPRoute() as ip:
        index = ip.link_lookup(ifname=port)[0]
        for address, version in neighbours.items():
            ip.neigh("replace", dst=address, lladdr=mac.hex(":"), ifindex=index, family=_AF[version], state=_PERMANENT)
