from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from gateway.enforcer.transaction import desire
from gateway.policy.model import Protocol, Session
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.probe import SERVICES, Probe, ask, questions

SHARE = Session(Zone.LAN, Zone.CLAIM, ip_address("192.168.10.21"), ip_address("192.168.20.10"), Protocol.TCP, 445)


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


def test_a_tcp_probe_is_a_bare_syn_from_the_declared_source() -> None:
    packet = IP(Probe(7, SHARE).packet())
    assert (packet.src, packet.dst, packet[TCP].dport) == ("192.168.10.21", "192.168.20.10", 445)
    assert packet[TCP].flags == "S"
    assert packet[TCP].seq == 7


@pytest.mark.parametrize("service", SERVICES, ids=str)
def test_every_service_has_a_packet_in_both_families(service: tuple[Protocol, int | None]) -> None:
    protocol, port = service
    v4 = replace(SHARE, protocol=protocol, port=port)
    v6 = replace(v4, source=ip_address("2001:db8::1"), destination=ip_address("2001:db8::2"))
    assert IP(Probe(1, v4).packet()).version == 4
    assert IPv6(Probe(1, v6).packet()).version == 6


@pytest.mark.root
def test_questions_cover_every_ordered_pair_once(twin: Twin) -> None:
    probes = questions(twin)
    assert (
        len({(p.session.origin, p.session.target, p.family, p.session.protocol, p.session.port) for p in probes}) == 168
    )
    assert len({probe.tag for probe in probes}) == len(probes) == 168


@pytest.mark.root
def test_the_open_router_passes_every_probe(twin: Twin, site: Site) -> None:
    twin.open_router(desire(site).wiring)
    probes = questions(twin)
    assert ask(twin, probes, probes) == {probe.tag for probe in probes}


@pytest.mark.root
def test_a_gateway_that_is_not_wired_passes_none_between_segments(twin: Twin) -> None:
    between = [p for p in questions(twin) if Zone.GATEWAY not in (p.session.origin, p.session.target)]
    assert ask(twin, between, ()) == frozenset()
