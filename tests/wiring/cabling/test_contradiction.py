from ipaddress import ip_address

import pytest

from gateway.site.layout import Layout, Role, Zone
from gateway.site.model import Site
from gateway.wiring.cabling.contradiction import Contradiction, Kind, contradictions
from gateway.wiring.cabling.frame import Said, What
from gateway.wiring.cabling.listen import Heard
from gateway.wiring.cabling.lldp import Neighbour
from gateway.wiring.cabling.port import Port
from tests.policy.sites import site_of

PORTS = tuple(Port(f"eth{number}", f"02:00:00:00:01:{number:02x}", up=True, link=True) for number in range(3))
MAC = "02:00:00:00:00:99"


def at(port: str, address: str, what: What = What.ADDRESS, mac: str = MAC) -> Heard:
    return Heard(port, Said(what, mac, ip_address(address)))


@pytest.mark.parametrize(
    "heard",
    [
        (),
        (at("eth2", "192.168.20.10"), at("eth1", "192.168.10.21", mac="02:00:00:00:00:98")),
        (at("eth1", "192.168.10.77", What.DHCP_SERVER),),  # the clinic's own, in lan
        (at("eth1", "fe80::1", What.ROUTER),),
        (at("eth9", "192.168.20.10"),),  # a port the site does not use
        tuple(Heard(port, Said(What.SWITCH, MAC, neighbour=Neighbour("a", "b"))) for port in ("eth1", "eth2")),
    ],
)
def test_a_box_that_is_cabled_as_declared_hears_nothing_odd(site: Site, heard: tuple[Heard, ...]) -> None:
    assert contradictions(site, PORTS, heard) == ()


@pytest.mark.parametrize(
    ("address", "port", "text"),
    [
        (
            "192.168.20.10",
            "eth1",
            "請求端末 192.168.20.10 is heard at eth1 (lan); the site file has it in claim, at eth2. change the cables",
        ),
        (
            "2001:db8:10::21",
            "eth0",
            "受付1 2001:db8:10::21 is heard at eth0 (wan); the site file has it in lan, at eth1. change the cables",
        ),
        (
            "198.51.100.1",
            "eth1",
            "198.51.100.1 is heard at eth1 (lan); the site file has it in wan, at eth0. change the cables",
        ),
    ],
)
def test_a_declared_address_behind_another_port_is_a_cable_in_the_wrong_hole(
    site: Site, address: str, port: str, text: str
) -> None:
    (found,) = contradictions(site, PORTS, (at(port, address), at(port, address)))
    assert found.kind is Kind.MISPLACED
    assert found.text("en") == text


def test_one_card_at_two_ports_is_one_network(site: Site) -> None:
    heard = (at("eth2", "192.168.20.77"), at("eth1", "192.168.10.77"))
    assert contradictions(site, PORTS, heard) == (
        Contradiction(Kind.SHARED, "eth1", Zone.LAN, MAC, "eth2", Zone.CLAIM),
    )


def test_our_own_voice_at_another_port_is_a_loop(site: Site) -> None:
    heard = (at("eth2", "192.168.10.1", mac=PORTS[1].mac), at("eth1", "192.168.20.1", mac=PORTS[2].mac))
    assert contradictions(site, PORTS, heard) == (
        Contradiction(Kind.LOOP, "eth1", Zone.LAN, other_port="eth2", other=Zone.CLAIM),
    )


@pytest.mark.parametrize("what", [What.DHCP_SERVER, What.ROUTER])
def test_nobody_else_serves_the_terminals(site: Site, what: What) -> None:
    (found,) = contradictions(site, PORTS, (at("eth2", "fe80::1", what),))
    assert (found.kind, found.port) == (Kind.STRANGE_SERVER, "eth2")


def test_behind_an_existing_router_that_one_serves_the_terminals() -> None:
    behind = site_of(Layout.IP_VPN_CLAIM, (Role.A,))
    assert contradictions(behind, PORTS, (at("eth2", "fe80::1", What.ROUTER),)) == ()


def test_a_port_without_a_cable_and_one_that_is_not_there(site: Site) -> None:
    ports = (Port("eth1", up=True, link=True), Port("eth2", up=True))
    assert [(one.kind, one.port, one.zone) for one in contradictions(site, ports, ())] == [
        (Kind.MISSING, "eth0", Zone.WAN),
        (Kind.NO_LINK, "eth2", Zone.CLAIM),
    ]


@pytest.mark.parametrize("kind", Kind)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_each_is_one_line_in_both_languages(kind: Kind, lang: str) -> None:
    text = Contradiction(kind, "eth1", Zone.LAN, "X", "eth2", Zone.CLAIM).text(lang)
    assert "\n" not in text
    assert "eth1" in text
    assert "lan" in text
