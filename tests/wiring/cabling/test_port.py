from dataclasses import replace
from ipaddress import ip_interface

import pytest
from pyroute2 import IPRoute

from gateway.site.layout import Zone
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.samples import CONFIGS
from gateway.wiring.cabling.port import Event, Port, PortError, events, observe, raised, zones_of
from tests.wiring.cabling.cables import PORTS, cables

ETH1 = Port("eth1", "02:00:00:00:01:01", up=True, link=True, flaps=2)


@pytest.mark.root
def test_a_port_is_what_the_kernel_and_its_driver_say() -> None:
    with cables() as made:
        made.box.call(_address, "eth1", "192.168.10.1", 24)
        made.pull("eth2")
        found = {port.name: port for port in made.box.call(observe)}

    assert found.keys() == {*PORTS}
    lan = found["eth1"]
    assert (lan.mac, lan.up, lan.link, lan.driver, lan.speed_mbits) == ("02:00:00:00:01:01", True, True, "veth", 10_000)
    assert ip_interface("192.168.10.1/24") in lan.addresses
    assert (found["eth2"].up, found["eth2"].link, found["eth2"].speed_mbits) == (True, False, None)


@pytest.mark.root
def test_ports_that_are_off_are_on_only_while_somebody_looks() -> None:
    with cables(up=False) as made:
        before = made.box.call(observe)

        def look() -> tuple[Port, ...]:
            with raised(before):
                return observe()

        during, after = made.box.call(look), made.box.call(observe)

    assert [port.link for port in before] == [port.link for port in after] == [False] * 3
    assert [port.link for port in during] == [True] * 3
    assert not any(port.up for port in after)


@pytest.mark.root
def test_a_port_that_cannot_be_switched_on_is_one_line() -> None:
    with cables() as made:

        def look() -> None:
            with raised((Port("eth9"),)):
                pass

        with pytest.raises(PortError, match="eth9: it cannot be switched up"):
            made.box.call(look)


def _address(port: str, address: str, length: int) -> None:
    with IPRoute() as ip:
        ip.addr("add", index=ip.link_lookup(ifname=port)[0], address=address, prefixlen=length)


def test_zones_are_where_the_site_file_says(site: Site) -> None:
    ports = (Port("eth0"), Port("eth1"), Port("eth9"))
    assert zones_of(site, ports) == {"eth0": Zone.WAN, "eth1": Zone.LAN}


def test_a_vlan_is_found_on_its_trunk() -> None:
    trunk = load_site(CONFIGS / "vlan-trunk.yaml")
    ports = (
        Port("eth0"),
        Port("eth0.10", vlan=10, parent="eth0"),
        Port("claims", vlan=20, parent="eth0"),
        Port("eth1"),
    )
    assert zones_of(trunk, ports) == {"eth0.10": Zone.LAN, "claims": Zone.CLAIM, "eth1": Zone.WAN}


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ((ETH1,), (ETH1,), ()),
        ((replace(ETH1, link=False),), (replace(ETH1, flaps=3),), (Event("eth1", plugged=True),)),
        ((ETH1,), (replace(ETH1, link=False, flaps=3),), (Event("eth1", plugged=False),)),
        ((ETH1,), (replace(ETH1, flaps=4),), (Event("eth1", plugged=None),)),
        ((ETH1,), (), (Event("eth1", plugged=False),)),
        ((), (ETH1,), (Event("eth1", plugged=True),)),
        ((), (replace(ETH1, link=False),), ()),
    ],
)
def test_cables_come_and_go(before: tuple[Port, ...], after: tuple[Port, ...], found: tuple[Event, ...]) -> None:
    assert tuple(events(before, after)) == found
