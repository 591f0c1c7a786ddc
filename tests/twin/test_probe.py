import socket
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from itertools import product
from pathlib import Path

import pytest
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from gateway.enforcer.transaction import desire
from gateway.policy.derive import derive
from gateway.policy.model import Policy, Protocol, ServicePorts, Session, verdict
from gateway.site.layout import Layout, Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.probe import SERVICES, Probe, ask, questions
from gateway.twin.samples import CONFIGS
from gateway.twin.wires import plugged
from tests.policy.sites import site_of

SHARE = Session(Zone.LAN, Zone.CLAIM, ip_address("192.168.10.21"), ip_address("192.168.20.10"), Protocol.TCP, 445)
SAMPLES = sorted(CONFIGS.glob("*.yaml"))


@pytest.fixture
def twin(site: Site) -> Iterator[Twin]:
    with Twin(site) as built:
        yield built


def test_a_tcp_probe_is_a_bare_syn_from_the_declared_source() -> None:
    packet = IP(Probe(7, SHARE, "pc0").packet())
    assert (packet.src, packet.dst, packet[TCP].dport) == ("192.168.10.21", "192.168.20.10", 445)
    assert packet[TCP].flags == "S"
    assert packet[TCP].seq == 7


@pytest.mark.parametrize("service", [*SERVICES, (Protocol.ESP, None)], ids=str)
def test_every_service_has_a_packet_in_both_families(service: tuple[Protocol, int | None]) -> None:
    protocol, port = service
    v4 = replace(SHARE, protocol=protocol, port=port)
    v6 = replace(v4, source=ip_address("2001:db8::1"), destination=ip_address("2001:db8::2"))
    number = {Protocol.TCP: socket.IPPROTO_TCP, Protocol.UDP: socket.IPPROTO_UDP, Protocol.ESP: socket.IPPROTO_ESP}
    assert IP(Probe(1, v4, "pc0").packet()).proto == number.get(protocol, socket.IPPROTO_ICMP)
    assert IPv6(Probe(1, v6, "pc0").packet()).nh == number.get(protocol, socket.IPPROTO_ICMPV6)


def test_questions_are_asked_of_every_pair_in_both_families(site: Site) -> None:
    probes = questions(Twin(site))
    asked = {(p.session.origin, p.session.target, p.family, p.session.protocol, p.session.port) for p in probes}
    declared_besides = {(Protocol.TCP, 53), (Protocol.UDP, 123)}
    assert len(asked) == 12 * 2 * len({*SERVICES, *declared_besides})
    assert [probe.tag for probe in probes] == list(range(1, len(probes) + 1))
    assert len({probe.session for probe in probes}) == len(probes)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_flow_of_a_sample_is_asked_by_somebody(path: Path) -> None:
    """A flow nobody asks about would be rehearsed by nobody. Learned addresses are known to no site file."""
    site = plugged(load_site(path))
    policy, probes = derive(site), questions(Twin(site))
    for flow in policy.flows:
        alone = Policy(policy.zones, policy.networks, (flow,), ())
        asked = [p for p in probes if verdict(alone, p.session, frozenset({flow.id}))]
        for family, service in product(flow.families, flow.services):
            if flow.in_family(family)[1]:
                assert [p for p in asked if p.family == family and covers(service, p.session)], (
                    flow.id,
                    family,
                    service,
                )


def covers(service: ServicePorts, session: Session) -> bool:
    ports = service.ports
    return service.protocol is session.protocol and (
        ports is None or (session.port is not None and ports.first <= session.port <= ports.last)
    )


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_of_many_pcs_two_speak_and_of_the_others_each(path: Path) -> None:
    twin = Twin(load_site(path))
    senders = {probe.sender for probe in questions(twin)} - {"gateway"}
    for zone in {host.zone for host in twin.hosts.values()}:
        here = [host for host in twin.hosts.values() if host.zone is zone]
        alike = [host.name for host in here if host.one_of_many]
        assert {name for name in alike if name in senders} == set(alike[:2])
        assert {host.name for host in here if not host.one_of_many} <= senders


@pytest.mark.root
def test_the_open_router_passes_every_probe(twin: Twin, site: Site) -> None:
    twin.open_router(desire(site).wiring)
    probes = questions(twin)
    assert ask(twin, probes, probes) == {probe.tag for probe in probes}


@pytest.mark.root
def test_esp_passes_the_open_router_in_both_directions() -> None:
    with Twin(site_of(Layout.IPSEC_CLIENT_CLAIM)) as twin:
        twin.open_router(desire(twin.site).wiring)
        esp = [probe for probe in questions(twin) if probe.session.protocol is Protocol.ESP]
        assert ask(twin, esp, esp) == {probe.tag for probe in esp}


@pytest.mark.root
def test_a_gateway_that_is_not_wired_passes_none_between_segments(twin: Twin) -> None:
    between = [p for p in questions(twin) if Zone.GATEWAY not in (p.session.origin, p.session.target)]
    assert ask(twin, between, ()) == frozenset()
