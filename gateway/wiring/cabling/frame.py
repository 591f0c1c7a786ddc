"""What one Ethernet frame says about who is behind a port. Pure; a frame that is cut short or odd says nothing."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from ipaddress import IPv4Address, IPv6Address

from gateway.site.values import IpAddress
from gateway.wiring.cabling import lldp
from gateway.wiring.cabling.lldp import Neighbour

_UDP, _ICMPV6 = 17, 58
_DHCP_SERVER_PORT = 67  # RFC 2131 §4.1
_BOOTREPLY = 2
_ND_HOP_LIMIT = 255  # RFC 4861 §7.1: from this link, or forged
_HEADER_BYTES = 14
_ARP_ETHERNET_IPV4 = bytes.fromhex("0001080006 04")  # RFC 826: Ethernet, IPv4, and their lengths


class _Ethertype(IntEnum):
    """IEEE 802 numbers."""

    IPV4 = 0x0800
    ARP = 0x0806
    IPV6 = 0x86DD
    LLDP = lldp.ETHERTYPE


class _Discovery(IntEnum):
    """ICMPv6 types (RFC 4861 §4)."""

    ROUTER_ADVERTISEMENT = 134
    SOLICITATION = 135
    ADVERTISEMENT = 136


class What(StrEnum):
    SWITCH = "switch"
    """It says who it is, by LLDP."""
    ADDRESS = "address"
    """It has this address (ARP, neighbour discovery)."""
    DHCP_SERVER = "dhcp-server"
    ROUTER = "router"
    """It advertises itself as an IPv6 router."""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing a frame says. `mac` is its sender's."""

    what: What
    mac: str
    address: IpAddress | None = None
    neighbour: Neighbour | None = None


def read(frame: bytes) -> Said | None:
    """What the frame says, from its destination MAC on and without a VLAN tag; None for all others."""
    if len(frame) < _HEADER_BYTES or frame[6] & 1:  # a group is no sender (IEEE 802.3 clause 3.2.3)
        return None
    mac, kind, body = frame[6:12].hex(":"), int.from_bytes(frame[12:14]), frame[_HEADER_BYTES:]
    match kind:
        case _Ethertype.LLDP:
            neighbour = lldp.read(body)
            return None if neighbour is None else Said(What.SWITCH, mac, neighbour=neighbour)
        case _Ethertype.ARP:
            return _arp(mac, body)
        case _Ethertype.IPV4:
            return _dhcp(mac, body)
        case _Ethertype.IPV6:
            return _discovery(mac, body)
    return None


def _arp(mac: str, body: bytes) -> Said | None:
    if len(body) < 28 or body[:6] != _ARP_ETHERNET_IPV4:
        return None
    sender = IPv4Address(body[14:18])
    # 0.0.0.0: somebody asks whether an address is free (RFC 5227).
    return None if sender.is_unspecified else Said(What.ADDRESS, mac, sender)


def _dhcp(mac: str, body: bytes) -> Said | None:
    header = (body[0] & 0xF) * 4 if body else 0
    whole = len(body) >= max(header, 20) + 9 and header >= 20 and body[0] >> 4 == 4
    if not whole or body[9] != _UDP or int.from_bytes(body[6:8]) & 0x1FFF:
        return None
    if int.from_bytes(body[header : header + 2]) != _DHCP_SERVER_PORT or body[header + 8] != _BOOTREPLY:
        return None
    return Said(What.DHCP_SERVER, mac, IPv4Address(body[12:16]))


def _discovery(mac: str, body: bytes) -> Said | None:
    if len(body) < 41 or body[0] >> 4 != 6 or body[6] != _ICMPV6 or body[7] != _ND_HOP_LIMIT:
        return None
    source = IPv6Address(body[8:24])
    match body[40]:
        case _Discovery.ROUTER_ADVERTISEMENT:
            return Said(What.ROUTER, mac, source)
        case _Discovery.SOLICITATION if not source.is_unspecified:
            return Said(What.ADDRESS, mac, source)
        case _Discovery.ADVERTISEMENT if len(body) >= 64:
            return Said(What.ADDRESS, mac, IPv6Address(body[48:64]))
    return None
