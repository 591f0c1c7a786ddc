from ipaddress import ip_address

import pytest

from gateway.firewall.packet import FIELDS, Packet, Value
from gateway.policy.model import Protocol


def packet(protocol: Protocol, port: int | None = None, *, family: int = 4) -> Packet:
    source, destination = ("192.0.2.1", "192.0.2.2") if family == 4 else ("2001:db8::1", "2001:db8::2")
    return Packet("eth1", "eth2", ip_address(source), ip_address(destination), protocol, port)


@pytest.mark.parametrize(
    ("words", "asked", "value"),
    [
        ("ip saddr", packet(Protocol.TCP, 445), ip_address("192.0.2.1")),
        ("ip saddr", packet(Protocol.TCP, 445, family=6), None),
        ("ip6 daddr", packet(Protocol.TCP, 445, family=6), ip_address("2001:db8::2")),
        ("ip6 daddr", packet(Protocol.TCP, 445), None),
        ("tcp dport", packet(Protocol.TCP, 445), 445),
        ("tcp dport", packet(Protocol.UDP, 445), None),
        ("udp dport", packet(Protocol.UDP, 53), 53),
        ("udp dport", packet(Protocol.ESP), None),
        ("meta l4proto", packet(Protocol.ESP), "esp"),
        ("meta l4proto", packet(Protocol.ICMP_ECHO), "icmp"),
        ("ip6 nexthdr", packet(Protocol.ICMP_ECHO, family=6), "ipv6-icmp"),
        ("ip6 nexthdr", packet(Protocol.ICMP_ECHO), None),
        ("icmp type", packet(Protocol.ICMP_ECHO), "echo-request"),
        ("icmpv6 type", packet(Protocol.ICMP_ECHO), None),
        ("icmp type", packet(Protocol.TCP, 445), None),
        ("ct state", packet(Protocol.TCP, 445), "new"),
        ("ct direction", packet(Protocol.TCP, 445), "original"),
    ],
)
def test_what_a_packet_has(words: str, asked: Packet, value: Value | None) -> None:
    assert FIELDS[tuple(words.split())](asked) == value
