"""What the watch takes for a packet that came through, and what it does not."""

from scapy.layers.inet import IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, IPv6
from scapy.layers.l2 import Ether

from tests.appliance.segments import CLAIM, LAN
from tests.vm.watch import Arrival, frames, heard

SENDERS = ("lan", "claim")
CARDS = ("02:00:00:00:00:01", "52:54:00:00:00:00")


def test_each_frame_it_sends_is_known_again() -> None:
    sent = [heard(frame, SENDERS) for frame in frames(LAN, 0, CARDS, CLAIM.hosts)]

    assert set(sent) == {
        Arrival("lan", f"{host}|{what}") for host in CLAIM.hosts for what in ("22", "445", "udp53", "echo")
    }


def test_what_others_say_is_not_ours() -> None:
    *_, echo = (Ether(frame) for frame in frames(LAN, 0, CARDS, CLAIM.hosts))
    error = IPv6(src="2001:db8:10::1", dst="2001:db8:10::21") / ICMPv6DestUnreach() / echo[IPv6]
    reset = IP(src="192.168.20.10", dst="192.168.10.21") / TCP(flags="R", seq=0x0C1A1001)

    assert echo.haslayer(ICMPv6EchoRequest)
    assert heard(bytes(Ether() / error), SENDERS) is None
    assert heard(bytes(Ether() / reset), SENDERS) is None
    assert heard(bytes(Ether() / IP() / UDP(dport=53)), SENDERS) is None
