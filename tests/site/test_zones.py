from ipaddress import ip_network
from typing import Any

import pytest
from pydantic import ValidationError

from gateway.site.zones import Port, ReceiptPc, Terminal, Uplink, WanZone


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("eth1", "eth1"),
        ({"port": "eth1", "vlan": 10}, "eth1.10"),
        ({"mac": "02:00:5E:10:00:01"}, "02:00:5e:10:00:01"),
    ],
)
def test_port(value: Any, name: str) -> None:
    assert str(Port.model_validate(value)) == name


@pytest.mark.parametrize(
    "value", [{}, {"vlan": 10}, {"port": "eth1", "mac": "02:00:5e:10:00:01"}, {"port": "eth1", "vlan": 4095}, 5]
)
def test_port_that_is_none(value: Any) -> None:
    with pytest.raises(ValidationError):
        Port.model_validate(value)


@pytest.mark.parametrize("kind", ["dhcp", "ra", "pd"])
def test_uplink_of_one_word(kind: str) -> None:
    zone = WanZone.model_validate({"port": "eth0", "uplink": kind})

    assert getattr(zone.uplink, kind) is not None
    assert zone.addresses == ()


STATIC4 = {"addresses": ["198.51.100.2/30"], "next_hop": ["198.51.100.1"]}
STATIC6 = {"addresses": ["2001:db8:ff::2/64"], "next_hop": ["2001:db8:ff::1"]}


@pytest.mark.parametrize(
    ("uplink", "assigned"),
    [
        ({"dhcp": {}, "ra": {}}, (4, 6)),
        ({"dhcp": {}, "pd": {}}, (4, 6)),
        ({"static": STATIC4, "ra": {}}, (6,)),
        ({"static": STATIC6, "dhcp": {}}, (4,)),
        ({"static": STATIC6}, ()),
    ],
)
def test_uplink_has_one_way_for_each_family(uplink: Any, assigned: tuple[int, ...]) -> None:
    assert Uplink.model_validate(uplink).assigned == assigned


@pytest.mark.parametrize(
    ("uplink", "told"),
    [
        ({}, "has none of them"),
        ({"ra": {}, "pd": {}}, "has ra and pd for IPv6"),
        ({"static": STATIC4, "dhcp": {}}, "has static and dhcp for IPv4"),
        ({"dhcp": {}, "pppoe": {"user": "x", "password_file": "y"}}, "has dhcp and pppoe for IPv4"),
    ],
)
def test_uplink_with_two_ways_or_none(uplink: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Uplink.model_validate(uplink)


def test_addresses_of_both_families() -> None:
    pc = ReceiptPc.model_validate({"name": "x", "address": "10.0.0.1", "address6": "2001:db8::/64"})
    terminal = Terminal.model_validate({"name": "x", "address": "10.0.0.1"})

    assert pc.networks == (ip_network("10.0.0.1"), ip_network("2001:db8::/64"))
    assert len(terminal.addresses) == 1
