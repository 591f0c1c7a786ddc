"""One random packet of the differential test, as fields and as bytes. Pure; no scapy: tens of thousands are made."""

import struct
from dataclasses import dataclass
from enum import StrEnum

from gateway.site.layout import Zone
from gateway.site.values import Family, IpAddress

TCP, UDP, ICMP, ICMP6, ESP, GRE = 6, 17, 1, 58, 50, 47  # IANA protocol numbers
SYN, RST, PSH, ACK, FIN, URG = 2, 4, 8, 16, 1, 32
TAG_BYTES = 8
_TAG_MAGIC = 0xC64D0000 << 32
ERRORS = {4: (3, 4, 5, 11, 12), 6: (1, 2, 3, 4)}
"""ICMP types that quote the packet they are about (RFC 792, RFC 4443 §2.1)."""


class Standing(StrEnum):
    """What conntrack knows before the packet comes."""

    NOTHING = "nothing"
    ASKED = "asked"
    """Its session's first question went before it, through the box."""
    LIVE = "live"
    """A session both sides have spoken in is in the kernel's table."""
    OPENING = "opening"
    """A session whose first SYN nobody has answered is in the table."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One packet. With a session (`standing` is not NOTHING) `answers` says that it runs from responder to initiator.

    An ICMP error with a session quotes a packet of it: `quoted` are the quoted packet's protocol, source, destination and ports.
    """

    tag: int
    family: Family
    origin: Zone
    source: IpAddress
    destination: IpAddress
    protocol: int
    sport: int = 0
    dport: int = 0
    flags: int = 0
    type: int = 0
    code: int = 0
    extension: int | None = None
    hop_limit: int = 64
    padding: int = 0
    standing: Standing = Standing.NOTHING
    answers: bool = False
    quoted: tuple[int, IpAddress, IpAddress, int, int] | None = None
    sent_to: IpAddress | None = None
    """The address on the wire where the box will translate it back to `destination`: the answer to a masqueraded question."""

    @property
    def initiator_first(self) -> tuple[IpAddress, IpAddress, int, int]:
        """The session's initiator, responder and their ports."""
        if self.quoted is not None:
            _, source, destination, sport, dport = self.quoted
            # An error runs against the packet it is about: one towards the initiator is about a question.
            ends = (source, destination, sport, dport)
            return ends if self.answers else (destination, source, dport, sport)
        if self.answers:
            return self.destination, self.source, self.dport, self.sport
        return self.source, self.destination, self.sport, self.dport

    @property
    def session_protocol(self) -> int:
        """The protocol of the session it belongs to."""
        return self.protocol if self.quoted is None else self.quoted[0]

    def packet(self) -> bytes:
        """From the network header up. The tag is its last eight bytes."""
        body = self._body()
        extension = b""
        following = self.protocol
        if self.extension is not None:
            extension = struct.pack("!BB6x", self.protocol, 0)[:2] + b"\x01\x04\0\0\0\0"  # PadN of four bytes
            following = self.extension
        return network_header(self, following, len(extension) + len(body)) + extension + body

    def _body(self) -> bytes:
        data = bytes(self.padding) + tag_bytes(self.tag)
        match self.protocol:
            case 6:
                head = struct.pack("!HHIIBBHHH", self.sport, self.dport, self.tag, 1, 5 << 4, self.flags, 8192, 0, 0)
                return self._summed(head + data, 16)
            case 17:
                return self._summed(struct.pack("!HHHH", self.sport, self.dport, 8 + len(data), 0) + data, 6)
            case 1 | 58:
                rest = struct.pack("!HH", self.sport, 1) if self.quoted is None else bytes(4)
                inner = b"" if self.quoted is None else self._quotation()
                return self._summed(struct.pack("!BBH", self.type, self.code, 0) + rest + inner + data, 2)
            case 50:
                return struct.pack("!II", 0x1000 + self.tag % 0x10000, 1) + data
            case 47:
                return struct.pack("!HH", 0, 0x0800) + data
            case _:
                return data

    def _quotation(self) -> bytes:
        """The head of a packet of the session, as an error carries it."""
        assert self.quoted is not None  # noqa: S101 -- only asked for an error about a session
        protocol, source, destination, sport, dport = self.quoted
        head = struct.pack("!HHII", sport, dport, 1, 1) + struct.pack("!BBHHH", 5 << 4, ACK, 8192, 0, 0)
        if protocol == UDP:
            head = struct.pack("!HHHH", sport, dport, 8, 0)
        inner = Shot(0, self.family, self.origin, source, destination, protocol)
        return network_header(inner, protocol, len(head)) + head

    def _summed(self, segment: bytes, place: int) -> bytes:
        """With its Internet checksum (RFC 1071); ICMP over IPv4 has no pseudo header."""
        pseudo = b""
        if self.protocol != ICMP:
            ends = self.source.packed + (self.sent_to or self.destination).packed
            pseudo = ends + (
                struct.pack("!BBH", 0, self.protocol, len(segment))
                if self.family == 4
                else struct.pack("!IHBB", len(segment), 0, 0, self.protocol)
            )
        value = checksum(pseudo + segment) or 0xFFFF
        return segment[:place] + struct.pack("!H", value) + segment[place + 2 :]


def network_header(shot: Shot, following: int, length: int) -> bytes:
    """IPv4 without options (RFC 791), or IPv6 (RFC 8200)."""
    if shot.family == 6:
        head = struct.pack("!IHBB", 6 << 28, length, following, shot.hop_limit)
        return head + shot.source.packed + (shot.sent_to or shot.destination).packed
    head = struct.pack("!BBHHHBBH", 0x45, 0, 20 + length, shot.tag & 0xFFFF, 0, shot.hop_limit, following, 0)
    head += shot.source.packed + (shot.sent_to or shot.destination).packed
    return head[:10] + struct.pack("!H", checksum(head)) + head[12:]


def checksum(data: bytes) -> int:
    """RFC 1071."""
    padded = data + b"\0" * (len(data) % 2)
    total: int = sum(struct.unpack(f"!{len(padded) // 2}H", padded))
    while total > 0xFFFF:
        total = (total & 0xFFFF) + (total >> 16)
    return total ^ 0xFFFF


def tag_bytes(tag: int) -> bytes:
    """Eight bytes nothing else on the wire ends with."""
    return struct.pack("!Q", _TAG_MAGIC | tag)


def tag_in(packet: bytes) -> int | None:
    """The tag a packet ends with; None for anybody else's."""
    if len(packet) < TAG_BYTES:
        return None
    value = int.from_bytes(packet[-TAG_BYTES:])
    return value & 0xFFFFFFFF if value >> 32 << 32 == _TAG_MAGIC else None
