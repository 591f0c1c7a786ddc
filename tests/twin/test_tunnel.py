"""The ipsec-router samples with a real charon at each end: who reaches the far side's hosts, and by what."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pyroute2 import IPRoute

from gateway.policy.model import Protocol, Session
from gateway.policy.places import TUNNEL_PORT
from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.site.openings import Service, System, UpdateSite
from gateway.site.values import IpAddress
from gateway.site.zones import Use
from gateway.twin.build import Twin
from gateway.twin.charon import CharonError
from gateway.twin.probe import Probe, ask, questions
from gateway.twin.samples import CONFIGS
from gateway.twin.tunnel import RealTunnel

pytestmark = pytest.mark.root

PATIENCE_S = 5.0
SAMPLES = ("ipsec-router-claim", "ipsec-router-claim-and-qualification", "ipsec-router-combined")


@pytest.fixture(scope="module", params=SAMPLES)
def twin(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Twin]:
    place = tmp_path_factory.mktemp("charons")
    with Twin(load_site(CONFIGS / f"{request.param}.yaml"), charons=place) as built:
        built.apply(built.desire())
        yield built


def asked(twin: Twin) -> list[Probe]:
    """Every question of lan and of a terminal to a host behind the tunnel, declared or not."""
    inside = (Zone.LAN, Zone.CLAIM, Zone.QUALIFICATION)
    return [one for one in questions(twin) if one.session.target is Zone.TUNNEL and one.session.origin in inside]


def declared(site: Site, probe: Probe) -> bool:
    """By the site file alone: a terminal of this use, one of this system's or update's networks, one of its services."""
    session = probe.session
    zones = {Zone.CLAIM: site.zones.claim, Zone.QUALIFICATION: site.zones.qualification}
    zone = zones.get(session.origin)
    users = {
        use: [address for one in zone.terminals if use in one.uses for address in one.addresses] if zone else []
        for use in Use
    }
    everyone = [address for found in users.values() for address in found]
    offered: list[tuple[list[IpAddress], System | UpdateSite | None]] = [
        (users[Use.CLAIM], site.claim_system),
        (users[Use.QUALIFICATION], site.qualification_system),
    ]
    offered += [(everyone, update) for update in site.updates if update.via == "tunnel" and update.hours is None]
    return any(
        offer is not None
        and session.source in asking
        and any(session.destination in network for network in offer.networks)
        and any(serves(service, session) for service in offer.services)
        for asking, offer in offered
    )


def serves(service: Service, session: Session) -> bool:
    ports = {Protocol.TCP: service.tcp, Protocol.UDP: service.udp}.get(session.protocol)
    return ports is not None and session.port is not None and ports.first <= session.port <= ports.last


def test_the_terminals_reach_their_systems_through_it_in_both_families_and_lan_never(twin: Twin) -> None:
    probes = asked(twin)
    expected = [one for one in probes if declared(twin.site, one)]

    through = ask(twin, probes, expected)

    assert {one.family for one in expected} == {4, 6}
    assert not [one.session for one in expected if one.session.origin is Zone.LAN]
    assert {one.tag for one in expected} == through


def test_with_charon_killed_nothing_reaches_them_by_the_line_either(twin: Twin) -> None:
    assert twin.tunnel is not None
    os.kill(twin.tunnel.pid, signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_S
    while twin.gateway.call(has_tunnel):
        assert time.monotonic() < deadline
        time.sleep(0.01)

    assert ask(twin, asked(twin), ()) == frozenset()


def has_tunnel() -> bool:
    with IPRoute() as ip:
        return bool(ip.link_lookup(ifname=TUNNEL_PORT))


def test_a_site_without_a_tunnel_has_no_charons(tmp_path: Path, site: Site) -> None:
    with Twin(site) as built, pytest.raises(CharonError, match="holds no tunnel"):
        RealTunnel(site, tmp_path, built.gateway, built.namespace("provider"))
