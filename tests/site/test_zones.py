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


def test_uplink_is_of_one_kind() -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        Uplink.model_validate({"dhcp": {}, "ra": {}})


def test_addresses_of_both_families() -> None:
    pc = ReceiptPc.model_validate({"name": "x", "address": "10.0.0.1", "address6": "2001:db8::/64"})
    terminal = Terminal.model_validate({"name": "x", "address": "10.0.0.1"})

    assert pc.networks == (ip_network("10.0.0.1"), ip_network("2001:db8::/64"))
    assert len(terminal.addresses) == 1
