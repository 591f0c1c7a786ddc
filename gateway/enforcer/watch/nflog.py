"""What the firewall logs of the packets it drops (NFLOG, linux/netfilter/nfnetlink_log.h): headers, never what they carry."""

import os
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from gateway.firewall.netlink import NETLINK_NETFILTER, attribute, attributes, message, messages
from gateway.firewall.rules import NFLOG_GROUP
from gateway.site.values import IpAddress

HEADER_BYTES = 60
"""As much of a packet as the kernel hands over: an IPv6 header and its ports, or an IPv4 header with many options."""
_SUBSYSTEM = 4  # NFNL_SUBSYS_ULOG
_PACKET, _CONFIG = 0, 1  # NFULNL_MSG_…
_REQUEST_ACK = 0x5  # NLM_F_REQUEST | NLM_F_ACK
_COMMAND, _MODE, _BIND, _COPY_PACKET = (
    1,
    2,
    1,
    2,
)  # NFULA_CFG_CMD, NFULA_CFG_MODE, NFULNL_CFG_CMD_BIND, NFULNL_COPY_PACKET
_HEADER, _IN, _PAYLOAD, _PREFIX = 1, 4, 9, 10  # NFULA_…
_FAMILY_BYTES, _ERROR = 4, 2
_IPV4, _IPV6 = 0x0800, 0x86DD  # EtherTypes
_WITH_PORTS = (6, 17, 132)  # TCP, UDP, SCTP
_PROTOCOL_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 50: "esp", 58: "icmpv6", 132: "sctp"}


@dataclass(frozen=True, slots=True)
class Dropped:
    """One logged packet. `prefix` is what the rule says: a pair of zones, or the reason. `port` is the interface it came by."""

    prefix: str
    port: str
    source: IpAddress
    destination: IpAddress
    service: str
    """Protocol and destination port, such as `tcp/445`."""


def listen() -> socket.socket:
    """A socket that gets what the firewall of this network namespace logs. Raises OSError, EPERM if another program has the group."""
    made = socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK, NETLINK_NETFILTER
    )
    try:
        made.bind((0, 0))
        made.settimeout(2)
        for setting in (
            attribute(_COMMAND, bytes((_BIND,))),
            attribute(_MODE, struct.pack(">IBB", HEADER_BYTES, _COPY_PACKET, 0)),
        ):
            head = struct.pack(">BBH", 0, 0, NFLOG_GROUP)
            made.send(message(_SUBSYSTEM << 8 | _CONFIG, _REQUEST_ACK, head + setting, 1))
            _refused(made.recv(65_536))
        made.setblocking(False)  # noqa: FBT003 - the parameter has no name
    except OSError:
        made.close()
        raise
    return made


def _refused(answer: bytes) -> None:
    for kind, _, _, payload in messages(answer):
        if kind == _ERROR and (code := struct.unpack_from("=i", payload)[0]):
            raise OSError(-code, os.strerror(-code))


def parse(datagram: bytes) -> Iterator[Dropped]:
    """The packets in one datagram. Pure but for the names of interfaces. A packet too short to tell is left out."""
    for kind, _, _, payload in messages(datagram):
        if kind != _SUBSYSTEM << 8 | _PACKET:
            continue
        told = dict(attributes(payload[_FAMILY_BYTES:]))
        packet = told.get(_PAYLOAD, b"")
        read = _READERS.get(int.from_bytes(told.get(_HEADER, b"")[:2], "big"))
        if read is None or (addresses := read(packet)) is None:
            continue
        source, destination, protocol, rest = addresses
        prefix = told.get(_PREFIX, b"").rstrip(b"\0 ").decode(errors="replace")
        yield Dropped(prefix, _port(told.get(_IN, b"")), source, destination, _service(protocol, rest))


Addresses = tuple[IpAddress, IpAddress, int, bytes]


def _ipv4(packet: bytes) -> Addresses | None:
    if len(packet) < 20:
        return None
    later_fragment = int.from_bytes(packet[6:8], "big") & 0x1FFF
    rest = b"" if later_fragment else packet[(packet[0] & 0xF) * 4 :]
    return IPv4Address(packet[12:16]), IPv4Address(packet[16:20]), packet[9], rest


def _ipv6(packet: bytes) -> Addresses | None:
    if len(packet) < 40:
        return None
    return IPv6Address(packet[8:24]), IPv6Address(packet[24:40]), packet[6], packet[40:]


def _service(protocol: int, rest: bytes) -> str:
    name = _PROTOCOL_NAMES.get(protocol, f"protocol {protocol}")
    return f"{name}/{int.from_bytes(rest[2:4], 'big')}" if protocol in _WITH_PORTS and len(rest) >= 4 else name


def _port(index: bytes) -> str:
    try:
        return socket.if_indextoname(int.from_bytes(index, "big")) if index else ""
    except OSError:
        return ""  # it went away since


_READERS = {_IPV4: _ipv4, _IPV6: _ipv6}
