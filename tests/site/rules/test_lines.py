from typing import Any

import pytest

from gateway.site.rules import lines

STATIC = ("zones", "wan", "uplink", "static")


@pytest.mark.parametrize(
    ("hops", "said"),
    [
        (["198.51.100.9"], "is outside 198.51.100.0/30"),
        (["198.51.100.2"], "is the gateway's own address"),
        (["198.51.100.1", "198.51.100.1"], "is a second one for IPv4"),
    ],
)
def test_next_hop(findings: Any, hops: list[str], said: str) -> None:
    (found,) = findings(lines.next_hops_are_neighbours, {(*STATIC, "next_hop"): hops})

    assert said in found.text


def test_next_hop_of_a_family_the_line_has_not(findings: Any) -> None:
    (found,) = findings(lines.next_hops_are_neighbours, {(*STATIC, "addresses"): ["198.51.100.2/30"]})

    assert found.path == (*STATIC, "next_hop", 1)


@pytest.mark.parametrize(
    ("edit", "lacking"),
    [
        ({(*STATIC, "addresses"): ["198.51.100.2/30"]}, "address"),
        ({(*STATIC, "next_hop"): ["198.51.100.1"]}, "next_hop"),
    ],
)
def test_system_of_a_family_the_line_has_not(findings: Any, edit: dict[Any, Any], lacking: str) -> None:
    (found,) = findings(lines.systems_are_reachable, edit)

    assert found.path == ("claim_system", "networks", 1)
    assert f"no IPv6 {lacking}" in found.text


def test_dynamic_uplink_is_not_judged(findings: Any) -> None:
    assert not findings(lines.systems_are_reachable, {("zones", "wan", "uplink"): "ra"})
    assert not findings(lines.next_hops_are_neighbours, {("zones", "wan", "uplink"): "ra"})


def test_what_the_line_assigns_counts_beside_a_static_address(findings: Any) -> None:
    static = {"addresses": ["198.51.100.2/30"], "next_hop": ["198.51.100.1"]}
    assert not findings(lines.systems_are_reachable, {("zones", "wan", "uplink"): {"static": static, "ra": {}}})
