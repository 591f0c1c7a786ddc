from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

import pytest

from gateway.wiring import line
from gateway.wiring.line import Given
from gateway.wiring.model import Address, Assigned

LEASE = Given("eth0", None, ip_address("198.51.100.77"))
PREFIX = Given("eth0", ip_network("2001:db8:ff::/64"), None)
ON_THE_LINE = (Assigned("eth0", 4), Assigned("eth0", 6))


def gave(text: str, *, port: str = "eth0", lasts: bool = True, assigned: tuple[Assigned, ...] = ON_THE_LINE) -> bool:
    return line.gave(assigned, (LEASE, PREFIX), Address(port, ip_interface(text)), lasts=lasts)


@pytest.mark.parametrize("text", ["198.51.100.5/24", "2001:db8:7::5/64"])
def test_an_address_with_an_end_is_the_lines_own(text: str) -> None:
    assert gave(text, lasts=False)
    assert not gave(text)
    assert not gave(text, port="eth1", lasts=False)


def test_a_lease_without_end_is_known_by_its_routes() -> None:
    assert gave("198.51.100.77/24")
    assert gave("2001:db8:ff::77/64")
    assert not gave("198.51.100.78/24")


def test_only_the_assigned_family_is_left_alone() -> None:
    assert not gave("2001:db8:ff::77/64", lasts=False, assigned=(Assigned("eth0", 4),))


def test_in_a_segment_of_the_delegated_prefix_the_routers_own_address_is_left_alone() -> None:
    segment = (Assigned("eth2", 6, 1),)
    assert gave("2001:db8:1:2::1/64", port="eth2", assigned=segment)
    assert not gave("2001:db8:1:2::2/64", port="eth2", assigned=segment, lasts=False)
    assert not gave("2001:db8:1:2::1/56", port="eth2", assigned=segment)


def test_the_routes_of_leases_and_advertisements_are_read() -> None:
    def route(proto: int, dst_len: int, **told: Any) -> dict[str, Any]:
        return {"proto": proto, "dst_len": dst_len, "attrs": [("RTA_OIF", 2), *told.items()]}

    messages = [
        route(16, 0, RTA_PREFSRC="198.51.100.77"),
        route(9, 64, RTA_DST="2001:db8:ff::"),
        route(4, 0, RTA_PREFSRC="198.51.100.9"),
    ]
    assert tuple(line.parse(messages, {2: "eth0"})) == (LEASE, PREFIX)
