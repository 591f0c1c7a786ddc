"""Two readings of one site file, written apart: `declared` and the Policy agree on every probe anybody would send."""

from collections.abc import Iterator
from ipaddress import ip_address
from itertools import permutations, product
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.derive import derive
from gateway.policy.model import Granted, Policy, Protocol, Session, Window, verdict
from gateway.site.layout import TERMINAL_ZONES, Layout, Role, Zone
from gateway.site.load import load_site
from gateway.site.model import Relay, Site
from gateway.twin.build import Twin
from gateway.twin.declared import ACCESS, declared
from gateway.twin.probe import SERVICES, questions
from gateway.twin.samples import CONFIGS
from gateway.twin.wires import plugged
from tests.policy.sites import BOTH, ROLES, site_of

SAMPLES = sorted(CONFIGS.glob("*.yaml"))
GRANT = {"from": ["192.168.10.250"], "services": [{"tcp": 22}, {"tcp": "3389-3390"}], "at_most": "2h"}
PATCHES = {"name": "patches", "networks": ["192.0.2.0/28"], "services": [{"tcp": 443}], "via": "wan"}


def openings(policy: Policy) -> Iterator[tuple[str, frozenset[str]]]:
    """Each timed opening by the name people use, and the flows it opens."""
    by_name: dict[str, set[str]] = {}
    for flow in policy.flows:
        match flow.when:
            case Granted(name=name):
                by_name.setdefault(name, set()).add(flow.id)
            case Window() if "-update-" in flow.id:
                by_name.setdefault(flow.id.partition("-update-")[2], set()).add(flow.id)
            case Window():
                by_name.setdefault(ACCESS, set()).add(flow.id)
    yield from ((name, frozenset(flows)) for name, flows in by_name.items())


def assert_agreed(site: Site) -> None:
    site = plugged(site)
    policy, sessions = derive(site), [probe.session for probe in questions(Twin(site))]
    timed = list(openings(policy))
    all_open = frozenset(name for name, _ in timed), frozenset(flow for _, flows in timed for flow in flows)
    states = [(frozenset[str](), frozenset[str]()), *((frozenset({name}), flows) for name, flows in timed), all_open]
    for names, flows in states:
        for session in sessions:
            assert declared(site, session, names) == (verdict(policy, session, flows) is not None), (session, names)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_every_sample(path: Path) -> None:
    assert_agreed(load_site(path))


SFTP = {
    "server": "192.168.20.10",
    "port": 2022,
    "user": "relay",
    "key_file": "credentials/terminal",
    "host_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHoTFbv8mdGvwzUqVQ1sk2qP8Rz6XfVb1ryk2pgrhCnW",
}


@pytest.mark.parametrize("roles", ROLES, ids="+".join)
@pytest.mark.parametrize("layout", Layout)
def test_every_layout_and_role(layout: Layout, roles: tuple[Role, ...]) -> None:
    assert_agreed(site_of(layout, roles))


@pytest.mark.parametrize(
    "change",
    [
        {"lan_to_terminal": "none"},
        {"relay": None},
        {"relay": {"terminal": {"sftp": SFTP}}},
        {"management": {"from": ["192.168.10.250"], "ssh": True, "ntp": ["192.168.10.5"], "dns": ["192.0.2.53"]}},
        {"updates": [PATCHES, PATCHES | {"name": "noon", "hours": "12:00-13:00"}]},
        {"grants": {"to-box": GRANT | {"to": "gateway"}, "to-claim": GRANT | {"to": "claim"}}},
    ],
    ids=lambda change: " ".join((*change, *(["sftp"] if "sftp" in str(change) else []))),
)
@pytest.mark.parametrize("layout", Layout)
def test_what_a_site_file_may_add(layout: Layout, change: dict[str, Any]) -> None:
    assert_agreed(site_of(layout, **change))


@pytest.mark.parametrize("layout", [one for one in Layout if one.startswith("ipsec")])
def test_lan_on_the_internet(layout: Layout) -> None:
    assert_agreed(site_of(layout, lan_internet=True, grants={"out": GRANT | {"to": "wan"}}))


@pytest.mark.parametrize("layout", [one for one in Layout if not one.combined])
def test_access_hours(layout: Layout) -> None:
    assert_agreed(site_of(layout, access={"hours": "18:30-21:00"}))


def test_drop_servers() -> None:
    plain = site_of(Layout.IP_VPN_CLAIM)
    assert plain.relay is not None
    people = [{"name": "山田", "sftp_key_file": "keys/yamada.pub"}]
    drop = {"drop": {"smb": True, "sftp": {"port": 2222}, "people": people}}
    assert_agreed(plain.model_copy(update={"relay": Relay.model_validate(plain.relay.model_dump() | drop)}))


@pytest.mark.parametrize("service", ["dns", "ntp"])
def test_segment_services(service: str) -> None:
    zones = site_of(Layout.IP_VPN_BOTH).zones.model_dump(by_alias=True)
    zones["qualification"] |= {"serve": [service]}
    management = {"from": ["192.168.10.250"], service: ["192.0.2.53"]}
    assert_agreed(site_of(Layout.IP_VPN_BOTH, zones=zones, management=management))


NOWHERE = ip_address("192.0.2.1")


@pytest.fixture(params=Layout)
def everything(request: pytest.FixtureRequest) -> Site:
    """A site of each layout that opens as much as it may."""
    layout = Layout(request.param)
    return site_of(
        layout,
        BOTH,
        updates=[PATCHES],
        grants={"to-box": GRANT | {"to": "gateway"}, "to-claim": GRANT | {"to": "claim"}},
        lan_internet=layout.startswith("ipsec"),
    )


ALL_OPEN = frozenset({ACCESS, "patches", "to-box", "to-claim"})


def test_a_terminal_never_starts_anything_inwards(everything: Site) -> None:
    for origin, target, service in product(TERMINAL_ZONES, (Zone.LAN, *TERMINAL_ZONES, Zone.GATEWAY), SERVICES):
        session = Session(origin, target, ip_address("192.168.20.10"), ip_address("192.168.10.21"), *service)
        assert not declared(everything, session, ALL_OPEN)


def test_the_line_and_the_tunnel_never_start_anything(everything: Site) -> None:
    for origin, target, service in product((Zone.WAN, Zone.TUNNEL), Zone, SERVICES):
        assert not declared(
            everything, Session(origin, target, NOWHERE, ip_address("192.168.20.10"), *service), ALL_OPEN
        )


def test_echo_is_declared_nowhere(everything: Site) -> None:
    for origin, target in permutations(Zone, 2):
        for destination in ("192.168.20.10", "203.0.113.1", "198.18.0.1"):
            source = ip_address("192.168.10.21")
            echo = Session(origin, target, source, ip_address(destination), Protocol.ICMP_ECHO, None)
            assert not declared(everything, echo, ALL_OPEN)


def test_a_stranger_in_lan_opens_no_folder(site: Site) -> None:
    share = Session(Zone.LAN, Zone.CLAIM, ip_address("192.168.10.21"), ip_address("192.168.20.10"), Protocol.TCP, 445)
    stranger = Session(Zone.LAN, Zone.CLAIM, ip_address("192.168.10.99"), share.destination, Protocol.TCP, 445)
    assert declared(site, share)
    assert not declared(site, stranger)
