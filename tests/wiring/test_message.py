from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

import pytest

from gateway.site.values import Family
from gateway.wiring import message
from gateway.wiring.model import Address, DefaultRoute, Route, Rule

NAMES = {2: "eth1"}


def rule(action: int = 1, flags: int = 0, src_len: int = 0, **attributes: Any) -> dict[str, Any]:
    found = [(f"FRA_{name.upper()}", value) for name, value in attributes.items()]
    return {"attrs": found, "action": action, "flags": flags, "src_len": src_len, "dst_len": 0, "tos": 0}


def test_a_rule_of_ours_is_read_whole() -> None:
    read = message.rule(
        4, rule(6, priority=100, ip_proto=6, fwmark=0, fwmask=0x20000000, suppress_prefixlen=0xFFFFFFFF)
    )
    assert read == Rule(4, 100, protocol=6, unmarked=0x20000000)


@pytest.mark.parametrize(
    "told",
    [
        rule(priority=5, table=254, src_len=8, src="10.0.0.0"),
        rule(priority=5, table=254, flags=0x2),
        rule(priority=5, table=254, suppress_prefixlen=0),
        rule(priority=5, table=254, fwmark=1, fwmask=0xFF),
        rule(priority=5, action=8),
        rule(priority=5, table=254, uid_range="0:0"),
    ],
)
def test_a_rule_with_further_conditions_is_none_of_ours(told: dict[str, Any]) -> None:
    assert message.rule(4, told).asks_more


def route(proto: int = 4, kind: int = 1, dst_len: int = 24, **attributes: Any) -> dict[str, Any]:
    found = [(f"RTA_{name.upper()}", value) for name, value in attributes.items()]
    return {"attrs": found, "proto": proto, "type": kind, "dst_len": dst_len}


def test_a_route_somebody_made_is_told_from_the_kernels_own() -> None:
    made = message.route(4, route(oif=2, dst="203.0.113.0", gateway="192.168.10.21"), NAMES)
    wanted = Route("eth1", ip_network("203.0.113.0/24"), ip_address("192.168.10.21"))
    assert made == message.FoundRoute(wanted, message.Origin.SOMEBODY)
    own = message.route(4, route(proto=2, oif=2, dst="192.168.10.0"), NAMES)
    assert own == message.FoundRoute(Route("eth1", ip_network("192.168.10.0/24")), message.Origin.ADDRESS)
    assert message.route(4, route(kind=6, dst="192.168.10.0"), NAMES) is None


@pytest.mark.parametrize("sign", [9, 16])
def test_a_route_of_an_advertisement_or_a_lease_is_known_as_one(sign: int) -> None:
    found = message.route(4, route(proto=sign, oif=2, dst="192.168.20.10", dst_len=32), NAMES)
    assert found == message.FoundRoute(Route("eth1", ip_network("192.168.20.10/32")), message.Origin.LINE)


def test_default_routes_of_every_form_are_seen() -> None:
    def seen(family: Family, told: dict[str, Any]) -> object:
        found = message.route(family, told, NAMES)
        return found and found.route

    plain = seen(4, route(dst_len=0, oif=2, gateway="192.168.10.21"))
    assert plain == DefaultRoute("eth1", ip_address("192.168.10.21"))
    assert seen(4, route(dst_len=0, oif=2)) == Route("eth1", ip_network("0.0.0.0/0"))
    assert seen(6, route(dst_len=0, priority=1024, multipath=[])) == Route("", ip_network("::/0"))


def test_an_address_is_read_and_a_link_local_one_is_the_kernels() -> None:
    told: dict[str, Any] = {
        "attrs": [("IFA_LOCAL", "192.168.10.1"), ("IFA_ADDRESS", "192.168.10.2"), ("IFA_FLAGS", 0x80)],
        "index": 2,
        "prefixlen": 24,
        "scope": 0,
        "flags": 0x80,
    }
    made = message.FoundAddress(Address("eth1", ip_interface("192.168.10.1/24")), lasts=True, advertised=False)
    assert message.address(told, NAMES) == made
    advertised = message.address(told | {"attrs": [*told["attrs"][:2], ("IFA_FLAGS", 0x300)], "flags": 0}, NAMES)
    assert advertised == message.FoundAddress(made.address, lasts=False, advertised=True)
    assert message.address(told | {"scope": 253}, NAMES) is None
    assert message.address(told | {"index": 9}, NAMES) is None
