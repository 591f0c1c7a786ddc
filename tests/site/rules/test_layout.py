from typing import Any

import pytest

from gateway.site.rules import layout

TERMINAL = ("zones", "claim", "terminals", 0)
OTHER_SYSTEM = {"networks": ["192.0.2.0/24"], "services": [{"tcp": 443}]}
QUALIFICATION = {
    "port": "eth3",
    "addresses": ["192.168.30.1/24"],
    "terminals": [{"name": "資格確認端末", "address": "192.168.30.10", "uses": ["qualification"]}],
}


def test_role_twice(findings: Any) -> None:
    (found,) = findings(layout.roles_once, {("roles",): ["b", "b"]})

    assert found.path == ("roles", 1)


@pytest.mark.parametrize("zone", ["lan", "claim", "wan"])
def test_missing_zone(findings: Any, gone: object, zone: str) -> None:
    (found,) = findings(layout.zones_of_the_layout, {("zones", zone): gone})

    assert found.path == ("zones",)
    assert f"has no {zone}" in found.text


@pytest.mark.parametrize(("roles", "foreign"), [(["a"], "wan"), (["b"], "lan")])
def test_zone_of_a_role_the_box_has_not(findings: Any, roles: list[str], foreign: str) -> None:
    (found,) = findings(layout.zones_of_the_layout, {("roles",): roles})

    assert found.path == ("zones", foreign)


def test_qualification_zone_only_where_the_layout_has_one(findings: Any) -> None:
    extra = {("zones", "qualification"): QUALIFICATION}

    (found,) = findings(layout.zones_of_the_layout, extra)

    assert found.path == ("zones", "qualification")
    assert not findings(layout.zones_of_the_layout, extra | {("layout",): "ip-vpn/claim+qualification"})


def test_combined_terminal_does_both(findings: Any) -> None:
    combined = {("layout",): "ip-vpn/combined"}

    (found,) = findings(layout.uses_of_the_layout, combined)

    assert found.path == (*TERMINAL, "uses")
    assert not findings(layout.uses_of_the_layout, combined | {(*TERMINAL, "uses"): ["qualification", "claim"]})


def test_claim_terminal_does_claims_only(findings: Any) -> None:
    (found,) = findings(layout.uses_of_the_layout, {(*TERMINAL, "uses"): ["claim", "qualification"]})

    assert "write uses: [claim]" in found.text


def test_use_twice(findings: Any) -> None:
    (found,) = findings(layout.uses_of_the_layout, {(*TERMINAL, "uses"): ["claim", "claim"]})

    assert found.path == (*TERMINAL, "uses", 1)


def test_claim_system_is_needed_by_router_b_alone(findings: Any, gone: object) -> None:
    without: dict[Any, Any] = {("claim_system",): gone}

    (found,) = findings(layout.systems_of_the_uses, without)

    assert "no claim_system" in found.text
    assert not findings(layout.systems_of_the_uses, without | {("roles",): ["a"]})


def test_qualification_system_stands_where_it_is_used(findings: Any) -> None:
    combined, system = {("layout",): "ip-vpn/combined"}, {("qualification_system",): OTHER_SYSTEM}

    assert len(findings(layout.systems_of_the_uses, combined)) == 1
    assert len(findings(layout.systems_of_the_uses, system)) == 1
    assert not findings(layout.systems_of_the_uses, combined | system)


def test_lan_internet_is_for_ipsec_layouts(findings: Any) -> None:
    opened = {("lan_internet",): True}

    assert len(findings(layout.openings_of_the_layout, opened)) == 1
    assert not findings(layout.openings_of_the_layout, opened | {("layout",): "ipsec-client/claim"})


def test_pppoe_passthrough_is_for_ip_vpn_layouts(findings: Any) -> None:
    opened = {("pppoe_passthrough",): True}

    assert not findings(layout.openings_of_the_layout, opened)
    assert len(findings(layout.openings_of_the_layout, opened | {("layout",): "ipsec-client/claim"})) == 1


def test_one_line_takes_one_dial_up(findings: Any) -> None:
    box_dials = {("zones", "wan", "uplink"): {"pppoe": {"user": "x", "password_file": "y"}}}

    assert not findings(layout.openings_of_the_layout, box_dials)
    (found,) = findings(layout.openings_of_the_layout, box_dials | {("pppoe_passthrough",): True})
    assert "one line takes one dial-up" in str(found)


def test_access_hours_need_router_a(findings: Any) -> None:
    hours = {("access",): {"hours": "18:30-21:00"}}

    assert not findings(layout.openings_of_the_layout, hours)
    assert len(findings(layout.openings_of_the_layout, hours | {("roles",): ["b"]})) == 1


def test_hours_cannot_be_kept_on_a_combined_terminal_nor_on_a_closed_folder(findings: Any) -> None:
    hours = {("access",): {"hours": "18:30-21:00"}}
    combined = {("layout",): "ip-vpn/combined"}
    assert "all day. write access: always" in findings(layout.openings_of_the_layout, hours | combined)[0].text
    closed = {("lan_to_terminal",): "none"}
    assert "take access: out" in findings(layout.openings_of_the_layout, hours | closed)[0].text
