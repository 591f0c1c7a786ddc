from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

import pytest

from gateway.wiring import line
from gateway.wiring.line import Given
from gateway.wiring.message import FoundAddress, FoundRoute, Origin
from gateway.wiring.model import Address, Assigned, DefaultRoute, Route, Wiring

LEASE = Given("eth0", ip_address("198.51.100.77"))
ON_THE_LINE = (Assigned("eth0", 4), Assigned("eth0", 6))


def gave(
    text: str,
    *,
    port: str = "eth0",
    lasts: bool = True,
    advertised: bool = False,
    assigned: tuple[Assigned, ...] = ON_THE_LINE,
) -> bool:
    found = FoundAddress(Address(port, ip_interface(text)), lasts=lasts, advertised=advertised)
    return line.gave(wiring(assigned), (LEASE,), found)


def wiring(assigned: tuple[Assigned, ...]) -> Wiring:
    """A segment, and what lies behind the tunnel, have their place."""
    return Wiring(assigned=assigned, spoken_for=tuple(map(ip_network, ("192.168.20.0/24", "2001:db8:c::/48"))))


def led(
    route: DefaultRoute | Route, *, origin: Origin = Origin.LINE, assigned: tuple[Assigned, ...] = ON_THE_LINE
) -> bool:
    return line.led(wiring(assigned), FoundRoute(route, origin))


@pytest.mark.parametrize("text", ["198.51.100.5/24", "2001:db8:7::5/64"])
def test_an_address_with_an_end_is_the_lines_own(text: str) -> None:
    assert gave(text, lasts=False)
    assert not gave(text)
    assert not gave(text, port="eth1", lasts=False)


def test_a_lease_without_end_is_known_by_its_routes() -> None:
    assert gave("198.51.100.77/24")
    assert not gave("198.51.100.78/24")


def test_an_address_of_an_advertisement_without_end_is_known_as_one() -> None:
    assert gave("2001:db8:ff::77/64", advertised=True)
    assert not gave("2001:db8:ff::77/64", port="eth1", advertised=True)
    assert not gave("2001:db8:ff::77/64")


def test_only_the_assigned_family_is_left_alone() -> None:
    assert not gave("2001:db8:ff::77/64", lasts=False, assigned=(Assigned("eth0", 4),))


def test_in_a_segment_of_the_delegated_prefix_the_routers_own_address_is_left_alone() -> None:
    segment = (Assigned("eth2", 6, 1),)
    assert gave("2001:db8:1:2::1/64", port="eth2", assigned=segment)
    assert not gave("2001:db8:1:2::2/64", port="eth2", assigned=segment, lasts=False)
    assert not gave("2001:db8:1:2::1/56", port="eth2", assigned=segment)


def test_what_has_its_place_is_not_the_lines_to_give() -> None:
    segment = (Assigned("eth2", 6, 1),)
    assert not gave("192.168.20.9/25", lasts=False)
    assert not gave("2001:db8:c:7::1/64", port="eth2", assigned=segment)
    assert gave("2001:db8:c:7::9/64", lasts=False)


def test_a_route_of_the_line_leads_out_of_its_port_and_not_to_what_has_its_place() -> None:
    assert led(DefaultRoute("eth0", ip_address("fe80::1")))
    assert led(Route("eth0", ip_network("0.0.0.0/0"), ip_address("198.51.100.1"), 1024))
    assert led(Route("eth0", ip_network("192.168.0.0/16")))
    assert not led(Route("eth0", ip_network("192.168.20.10/32")))
    assert not led(Route("eth0", ip_network("2001:db8:c:1::/64")))
    assert not led(DefaultRoute("eth0", ip_address("fe80::1")), origin=Origin.SOMEBODY)
    assert not led(DefaultRoute("eth1", ip_address("192.168.10.21")))
    assert not led(DefaultRoute("eth0", ip_address("198.51.100.1")), assigned=(Assigned("eth0", 6),))


def test_what_an_address_of_the_lines_left_behind_goes_with_it() -> None:
    """Of an address with an end the kernel keeps the route when somebody takes the address away (IPv6)."""
    segment, place = (Assigned("eth2", 6, 1),), Route("eth2", ip_network("2001:db8:c:7::/64"), metric=256)
    assert not led(place, origin=Origin.ADDRESS, assigned=segment)
    assert led(place, origin=Origin.ADDRESS, assigned=())
    assert led(Route("eth2", ip_network("fe80::/64"), metric=256), origin=Origin.ADDRESS, assigned=segment)


def test_in_a_segment_of_the_delegated_prefix_the_line_leads_to_one_64() -> None:
    segment = (Assigned("eth2", 6, 1),)
    assert led(Route("eth2", ip_network("2001:db8:1:2::/64"), metric=256), assigned=segment)
    assert not led(Route("eth2", ip_network("2001:db8:1::/48")), assigned=segment)
    assert not led(DefaultRoute("eth2", ip_address("fe80::1")), assigned=segment)


def test_the_sources_that_the_routes_of_leases_name_are_read() -> None:
    def route(proto: int, dst_len: int, **told: Any) -> dict[str, Any]:
        return {"proto": proto, "dst_len": dst_len, "attrs": [("RTA_OIF", 2), *told.items()]}

    messages = [
        route(16, 0, RTA_PREFSRC="198.51.100.77"),
        route(16, 24, RTA_DST="198.51.100.0", RTA_PREFSRC="198.51.100.78"),
        route(9, 0, RTA_GATEWAY="fe80::1"),
        route(4, 0, RTA_PREFSRC="198.51.100.9"),
    ]
    assert tuple(line.parse(messages, {2: "eth0"})) == (LEASE, Given("eth0", ip_address("198.51.100.78")))
