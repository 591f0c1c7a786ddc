from ipaddress import ip_address

import pytest
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, ICMPv6EchoRequest, IPv6, IPv6ExtHdrDestOpt

from gateway.site.layout import Zone
from gateway.twin.differential.shot import Shot, Standing, tag_in

ENDS = {4: ("192.168.10.21", "192.168.20.10"), 6: ("2001:db8:10::21", "2001:db8:20::10")}


def shot(family: int, protocol: int, **more: object) -> Shot:
    source, destination = map(ip_address, ENDS[family])
    fields = {"tag": 7, "family": family, "origin": Zone.LAN, "source": source, "destination": destination}
    return Shot(**{**fields, "protocol": protocol, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize(("protocol", "layer"), [(6, TCP), (17, UDP)])
def test_ports_flags_and_checksums_are_what_another_reader_finds(family: int, protocol: int, layer: type) -> None:
    data = shot(family, protocol, sport=20_000, dport=445, flags=18, padding=33).packet()
    read = IP(data) if family == 4 else IPv6(data)
    assert (str(read.src), str(read.dst), read[layer].sport, read[layer].dport) == (*ENDS[family], 20_000, 445)
    found = read[layer].chksum, getattr(read, "chksum", None)
    del read[layer].chksum
    if family == 4:
        del read.chksum
    again = type(read)(bytes(read))
    assert (again[layer].chksum, getattr(again, "chksum", None)) == found
    assert len(data) == (read.len if family == 4 else read.plen + 40)
    if protocol == 6:
        assert str(read[TCP].flags) == "SA"


def test_an_error_quotes_a_packet_of_its_session() -> None:
    quoted = (6, ip_address(ENDS[4][0]), ip_address(ENDS[4][1]), 20_000, 445)
    one = shot(4, 1, type=3, standing=Standing.LIVE, answers=True, quoted=quoted)
    inner = IP(one.packet())[ICMP].payload
    assert (inner.src, inner.dst, inner.sport, inner.dport) == (*ENDS[4], 20_000, 445)
    assert one.initiator_first == (quoted[1], quoted[2], 20_000, 445)
    assert shot(6, 58, type=1, quoted=(6, *map(ip_address, ENDS[6]), 1, 2)).packet()[40] == 1
    assert ICMPv6DestUnreach in IPv6(shot(6, 58, type=1, quoted=(6, *map(ip_address, ENDS[6]), 1, 2)).packet())


def test_an_extension_header_stands_before_the_protocol() -> None:
    read = IPv6(shot(6, 58, type=128, extension=60).packet())
    assert read.nh == 60
    assert read[IPv6ExtHdrDestOpt].nh == 58
    assert ICMPv6EchoRequest in read


def test_the_answer_to_a_masqueraded_question_goes_to_the_box() -> None:
    read = IP(shot(4, 17, sport=53, dport=20_000, sent_to=ip_address("198.51.100.2")).packet())
    assert read.dst == "198.51.100.2"


def test_a_tag_is_found_at_the_end_and_nowhere_else() -> None:
    assert tag_in(shot(4, 50).packet()) == 7
    assert tag_in(shot(4, 50).packet() + b"more") is None
    assert tag_in(b"") is None
