"""The judge of the line sees what a person would: real frames, built by scapy, of everything that may go over it."""

from ipaddress import ip_network

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6ND_NS, IPv6, IPv6ExtHdrFragment
from scapy.layers.ipsec import ESP
from scapy.layers.l2 import ARP, GRE, Dot1Q, Ether
from scapy.packet import Packet, Raw

from tests.twin.tunnel.wire import Kind, kind

HIDDEN = tuple(map(ip_network, ("203.0.113.0/24", "2001:db8:c::/48", "192.168.20.0/24", "2001:db8:20::/64")))
BOX, PROVIDER = "198.51.100.2", "192.0.2.10"
TERMINAL, SYSTEM, TERMINAL6, SYSTEM6 = "192.168.20.10", "203.0.113.1", "2001:db8:20::10", "2001:db8:c::1"
OUTER = IP(src=BOX, dst=PROVIDER)
INNER = IP(src=TERMINAL, dst=SYSTEM) / UDP(dport=53)
INNER6 = IPv6(src=TERMINAL6, dst=SYSTEM6) / UDP(dport=53)


def frame(packet: Packet) -> bytes:
    return bytes(Ether(src="02:00:00:00:00:01", dst="02:00:00:00:00:02") / packet)


@pytest.mark.parametrize(
    ("packet", "expected"),
    [
        (OUTER / ESP(spi=7, seq=1, data=bytes(INNER)), Kind.ENCRYPTED),
        (OUTER / UDP(sport=4500, dport=4500) / Raw(b"\0\0\0\7" + bytes(INNER)), Kind.ENCRYPTED),
        (OUTER / UDP(sport=4500, dport=4500) / Raw(bytes(4) + b"IKE in the port of NAT-T"), Kind.KEY_EXCHANGE),
        (OUTER / UDP(sport=500, dport=500) / Raw(b"key exchange"), Kind.KEY_EXCHANGE),
        (OUTER / ICMP(), Kind.OTHER),
        (ARP(psrc=BOX, pdst="198.51.100.1"), Kind.OTHER),
    ],
)
def test_what_gives_nobody_away(packet: Packet, expected: Kind) -> None:
    assert kind(frame(packet), HIDDEN) is expected


@pytest.mark.parametrize(
    "packet",
    [
        INNER,
        INNER6,
        Dot1Q(vlan=7) / INNER,
        IP(src=BOX, dst=SYSTEM) / TCP(dport=443, flags="S"),
        IP(src=TERMINAL, dst=PROVIDER) / ICMP(),
        IP(src=BOX, dst=SYSTEM) / UDP(sport=4500, dport=4500) / Raw(b"\0\0\0\7 looks like ESP"),
        OUTER / ICMP(type=3, code=1) / INNER,
        OUTER / INNER,
        OUTER / GRE() / INNER,
        OUTER / IPv6(src=TERMINAL6, dst=SYSTEM6),
        IPv6(src="2001:db8:ff::2", dst="2001:db8:ff::1") / ICMPv6DestUnreach() / INNER6,
        IPv6(src=TERMINAL6, dst=SYSTEM6) / IPv6ExtHdrFragment() / Raw(b"half"),
        IPv6(src="2001:db8:ff::2", dst="ff02::1:ff00:1") / ICMPv6ND_NS(tgt=SYSTEM6),
        ARP(psrc=BOX, pdst=SYSTEM),
    ],
)
def test_what_gives_somebody_away(packet: Packet) -> None:
    assert kind(frame(packet), HIDDEN) is Kind.CLEARTEXT
