"""The first packet of a session, as the compiled rules ask about it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.policy.model import Protocol
from gateway.site.values import IpAddress

CLIENT_PORT = 49_152
"""The starter's own port unless told otherwise: the first ephemeral one (RFC 6335 §6)."""
HOP_LIMIT = 64  # the usual initial value (RFC 1700); never 255, so it is no neighbour discovery
LENGTH_BYTES = 60  # a SYN with its options


@dataclass(frozen=True, slots=True)
class Packet:
    """Connection tracking sees it as new, in the original direction; a TCP packet is a bare SYN.

    `comes_by` and `leaves_by` are interfaces: no `comes_by` means the box itself sends it, no `leaves_by` that the box is
    its destination.
    """

    comes_by: str | None
    leaves_by: str | None
    source: IpAddress
    destination: IpAddress
    protocol: Protocol
    port: int | None
    client_port: int = CLIENT_PORT
    source_lives_there: bool = True
    """Whether the routes lead back to `source` by `comes_by` (nft's `fib saddr . iif`)."""
    through_ipsec: bool = True
    """Whether it came out of an IPsec tunnel (nft's `meta ipsec`); only a tunnel's own interface asks."""
    destination_type: str = "local"
    """What the destination is on `comes_by` (nft's `fib daddr . iif type`): local, or unicast for any other."""


Value = IpAddress | int | str
Field = tuple[str, ...]


def _of_family(version: int, read: Callable[[Packet], Value | None]) -> Callable[[Packet], Value | None]:
    return lambda packet: read(packet) if packet.source.version == version else None


def _of_protocol(protocol: Protocol, read: Callable[[Packet], Value | None]) -> Callable[[Packet], Value | None]:
    return lambda packet: read(packet) if packet.protocol is protocol else None


def _echo(version: int) -> Callable[[Packet], Value | None]:
    return _of_family(version, _of_protocol(Protocol.ICMP_ECHO, lambda _: "echo-request"))


def _header(packet: Packet) -> str:
    """The protocol after the IP header, by nft's name."""
    if packet.protocol is not Protocol.ICMP_ECHO:
        return packet.protocol
    return "icmp" if packet.source.version == 4 else "ipv6-icmp"


FIELDS: Mapping[Field, Callable[[Packet], Value | None]] = {
    ("iifname",): lambda packet: packet.comes_by,
    ("oifname",): lambda packet: packet.leaves_by,
    ("ip", "saddr"): _of_family(4, lambda packet: packet.source),
    ("ip", "daddr"): _of_family(4, lambda packet: packet.destination),
    ("ip6", "saddr"): _of_family(6, lambda packet: packet.source),
    ("ip6", "daddr"): _of_family(6, lambda packet: packet.destination),
    ("ip6", "hoplimit"): _of_family(6, lambda _: HOP_LIMIT),
    ("ip6", "nexthdr"): _of_family(6, _header),
    ("tcp", "sport"): _of_protocol(Protocol.TCP, lambda packet: packet.client_port),
    ("tcp", "dport"): _of_protocol(Protocol.TCP, lambda packet: packet.port),
    ("udp", "sport"): _of_protocol(Protocol.UDP, lambda packet: packet.client_port),
    ("udp", "dport"): _of_protocol(Protocol.UDP, lambda packet: packet.port),
    ("icmp", "type"): _echo(4),
    ("icmpv6", "type"): _echo(6),
    ("meta", "l4proto"): _header,
    ("meta", "length"): lambda _: LENGTH_BYTES,
    ("ct", "state"): lambda _: "new",
    ("ct", "direction"): lambda _: "original",
    ("meta", "ipsec"): lambda packet: "exists" if packet.through_ipsec else "missing",
    ("fib", "saddr", ".", "iif", "oif"): lambda packet: "there" if packet.source_lives_there else "missing",
    ("fib", "daddr", ".", "iif", "type"): lambda packet: packet.destination_type,
}
"""What a rule may ask, by nft's words for it. None: the packet has no such field, and no comparison with it matches."""
