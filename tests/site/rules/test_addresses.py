from typing import Any

import pytest

from gateway.site.rules import addresses

PC = ("zones", "lan", "receipt_pcs", 0)
TERMINAL = ("zones", "claim", "terminals", 0)


@pytest.mark.parametrize(
    ("host", "address"), [(PC, "192.168.11.21"), (PC, "192.168.0.0/16"), (TERMINAL, "192.168.30.10")]
)
def test_outside(findings: Any, host: tuple[str, ...], address: str) -> None:
    (found,) = findings(addresses.hosts_are_inside, {(*host, "address"): address})

    assert found.path == (*host, "address")
    assert "is outside" in found.text


def test_message_names_zone_host_address_and_network(findings: Any) -> None:
    (found,) = findings(addresses.hosts_are_inside, {(*TERMINAL, "address"): "192.168.30.5"})

    assert found.text.startswith("claim.請求端末 192.168.30.5 is outside claim 192.168.20.0/24. ")


def test_ipv6_host_in_an_ipv4_zone(findings: Any) -> None:
    (found,) = findings(addresses.hosts_are_inside, {("zones", "claim", "addresses"): ["192.168.20.1/24"]})

    assert found.path == (*TERMINAL, "address6")
    assert "claim has no IPv6 address" in found.text


@pytest.mark.parametrize("address", ["192.168.20.1", "192.168.20.0", "192.168.20.255", "192.168.10.1", "198.51.100.2"])
def test_terminal_with_an_address_that_is_no_hosts(findings: Any, address: str) -> None:
    (found,) = findings(addresses.hosts_are_hosts, {(*TERMINAL, "address"): address})

    assert found.path == (*TERMINAL, "address")


def test_receipt_pc_with_the_gateways_address(findings: Any) -> None:
    assert len(findings(addresses.hosts_are_hosts, {(*PC, "address"): "192.168.10.1"})) == 1
    assert not findings(addresses.hosts_are_hosts, {(*PC, "address"): "192.168.10.0/24"})


def test_one_address_twice(findings: Any) -> None:
    again = {
        ("zones", "lan", "receipt_pcs"): [{"name": name, "address": "192.168.10.21"} for name in ("受付1", "受付2")]
    }

    (found,) = findings(addresses.hosts_differ, again)

    assert found.path == ("zones", "lan", "receipt_pcs", 1, "address")


def test_one_terminal_name_twice(findings: Any) -> None:
    two = [{"name": "請求端末", "address": f"192.168.20.1{number}"} for number in (1, 2)]

    (found,) = findings(addresses.hosts_differ, {("zones", "claim", "terminals"): two})

    assert found.path == ("zones", "claim", "terminals", 1, "name")


def test_address6_stands_beside_an_ipv4_address(findings: Any) -> None:
    assert len(findings(addresses.address6_is_ipv6, {(*TERMINAL, "address6"): "192.168.20.11"})) == 1
    assert len(findings(addresses.address6_is_ipv6, {(*TERMINAL, "address"): "2001:db8:20::11"})) == 1


def test_two_terminals_with_one_card(findings: Any) -> None:
    terminals = [
        {"name": "請求端末", "address": "192.168.20.10", "mac": "02:00:5E:10:00:01"},
        {"name": "予備端末", "address": "192.168.20.11", "mac": "02:00:5e:10:00:01"},
        {"name": "三台目", "address": "192.168.20.12"},
    ]
    (found,) = findings(addresses.cards_differ, {("zones", "claim", "terminals"): terminals})

    assert found.path == ("zones", "claim", "terminals", 1, "mac")
    assert "of claim.請求端末" in found.text
