from typing import Any

import pytest

from gateway.site.rules import segments

CLAIM = ("zones", "claim", "addresses")
UPLINK = ("zones", "wan", "uplink", "static", "addresses")


@pytest.mark.parametrize(
    ("path", "addresses"),
    [
        (CLAIM, ["192.168.10.129/25"]),
        (CLAIM, ["192.168.0.1/16"]),
        (CLAIM, ["192.168.20.1/24", "2001:db8:10::8/126"]),
        (UPLINK, ["192.168.20.2/30"]),
        (UPLINK, ["198.51.100.2/30", "2001:db8:20:0:1::2/80"]),
    ],
)
def test_overlap(findings: Any, path: tuple[str, ...], addresses: list[str]) -> None:
    (found,) = findings(segments.segments_are_apart, {path: addresses})

    assert found.path[: len(path)] in (path, CLAIM, UPLINK)
    assert "overlaps" in found.text


def test_two_networks_in_one_zone_may_nest(findings: Any) -> None:
    assert not findings(segments.segments_are_apart, {CLAIM: ["192.168.20.1/24", "192.168.20.2/25"]})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("claim_system", "networks"), ["192.168.20.0/28"]),
        (("qualification_system",), {"networks": ["192.168.10.0/24"], "services": [{"tcp": 443}]}),
        (("updates",), [{"name": "x", "networks": ["192.168.10.5"], "services": [{"tcp": 443}], "via": "wan"}]),
        (
            ("tunnel",),
            {"providers": [{"name": "x", "address": "192.0.2.1", "id": "x", "remote_networks": ["192.168.20.0/24"]}]},
        ),
    ],
)
def test_destination_inside_the_institution(findings: Any, path: tuple[str, ...], value: Any) -> None:
    (found,) = findings(segments.destinations_are_outside, {path: value})

    assert found.path[0] == path[0]


def test_own_address_twice(findings: Any) -> None:
    (found,) = findings(segments.addresses_once, {CLAIM: ["192.168.20.1/24", "192.168.20.1/25"]})

    assert found.path == (*CLAIM, 1)


def test_served_family_needs_a_prefix(findings: Any) -> None:
    serve = {("zones", "claim", "serve"): ["ntp", "ra", "dhcp", "ntp"]}

    assert [found.path[-1] for found in findings(segments.services_fit_the_family, serve)] == [3]
    assert [
        found.path[-1] for found in findings(segments.services_fit_the_family, serve | {CLAIM: ["192.168.20.1/24"]})
    ] == [1, 3]


WAY, SEGMENT = ("zones", "wan", "uplink"), ("zones", "claim")
OF_THE_LINE: dict[Any, Any] = {
    (*SEGMENT, "ipv6"): "delegated",
    (*SEGMENT, "addresses"): ["192.168.20.1/24"],
    (*SEGMENT, "serve"): ["ra"],
}


def test_a_delegated_prefix_serves_a_segment_without_one(findings: Any) -> None:
    edits = OF_THE_LINE | {WAY: {"dhcp": {}, "pd": {}}}
    assert not findings(segments.delegated_prefixes, edits)
    assert not findings(segments.services_fit_the_family, edits)


def test_no_prefix_is_delegated_by_advertisements(findings: Any) -> None:
    (found,) = findings(segments.delegated_prefixes, OF_THE_LINE | {WAY: "ra"})
    assert found.path == (*SEGMENT, "ipv6")
    assert "the line delegates no prefix" in found.text


def test_an_ipv6_address_beside_the_delegated_prefix(findings: Any) -> None:
    edits: dict[Any, Any] = {(*SEGMENT, "ipv6"): "delegated", WAY: {"dhcp": {}, "pd": {}}}
    (found,) = findings(segments.delegated_prefixes, edits)
    assert found.path == (*SEGMENT, "addresses", 1)


@pytest.mark.parametrize(
    ("service", "uplink", "told"),
    [
        ("dns", None, True),
        ("dns", {"dhcp": {}, "ra": {}}, False),
        ("ntp", {"dhcp": {}, "ra": {}}, True),
    ],
)
def test_who_forwards_knows_whom_to_ask(findings: Any, service: str, uplink: Any, told: bool) -> None:
    edits: dict[Any, Any] = {(*SEGMENT, "serve"): [service]} | ({WAY: uplink} if uplink else {})
    assert bool(findings(segments.forwarders_have_servers, edits)) is told
    edits[("management",)] = {"from": ["192.168.10.250"], service: ["192.0.2.53"]}
    assert not findings(segments.forwarders_have_servers, edits)


def test_beside_a_tunnel_nobody_asks_the_servers_the_line_tells_of(findings: Any) -> None:
    edits: dict[Any, Any] = {(*SEGMENT, "serve"): ["dns"], WAY: {"dhcp": {}}}
    assert not findings(segments.forwarders_have_servers, edits)
    assert findings(segments.forwarders_have_servers, edits | {("layout",): "ipsec-router/claim"})


def test_a_delegated_64_is_one_segments_and_no_more(findings: Any) -> None:
    edits = OF_THE_LINE | {WAY: {"dhcp": {}, "pd": {"prefix_length": 64}}}
    assert not findings(segments.delegated_prefixes, edits)
    second = {
        "port": "eth3",
        "addresses": ["192.168.30.1/24"],
        "ipv6": "delegated",
        "terminals": [{"name": "資格確認端末", "address": "192.168.30.10", "uses": ["qualification"]}],
    }
    (found,) = findings(segments.delegated_prefixes, edits | {("zones", "qualification"): second})
    assert found.path == ("zones", "qualification", "ipv6")
    assert "a /64 has no /64 left for it" in found.text
