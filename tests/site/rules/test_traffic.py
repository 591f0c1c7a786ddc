from typing import Any

import pytest

from gateway.site.rules import traffic

UPDATE = {"name": "patches", "networks": ["192.0.2.0/24"], "services": [{"tcp": 443}], "via": "tunnel"}
GRANT = {"to": "gateway", "from": ["192.168.10.250"], "services": [{"tcp": 22}], "at_most": "2h"}


def test_update_through_a_tunnel_that_is_not_there(findings: Any) -> None:
    (found,) = findings(traffic.updates_have_a_way, {("updates",): [UPDATE]})

    assert found.path == ("updates", 0, "via")


def test_update_through_the_tunnel_of_an_ipsec_router(findings: Any) -> None:
    tunnel = {("layout",): "ipsec-router/claim", ("tunnel",): {}, ("updates",): [UPDATE]}

    assert not findings(traffic.updates_have_a_way, tunnel)
    assert findings(traffic.updates_have_a_way, tunnel | {("tunnel",): {"held_by": "upstream"}})


def test_update_on_a_box_without_a_line(findings: Any) -> None:
    (found,) = findings(traffic.updates_have_a_way, {("roles",): ["a"], ("updates",): [UPDATE | {"via": "wan"}]})

    assert "role a only" in found.text


def test_update_twice(findings: Any) -> None:
    (found,) = findings(traffic.updates_have_a_way, {("updates",): [UPDATE | {"via": "wan"}] * 2})

    assert found.path == ("updates", 1, "name")


@pytest.mark.parametrize("source", ["192.168.20.10", "192.168.0.0/16", "2001:db8:20::10"])
def test_management_and_grants_start_in_lan(findings: Any, source: str) -> None:
    edits = {("management",): {"from": [source]}, ("grants",): {"vendor": GRANT | {"from": [source]}}}

    found = findings(traffic.openings_start_in_lan, edits)

    assert [one.path for one in found] == [("management", "from", 0), ("grants", "vendor", "from", 0)]


def test_management_without_lan(findings: Any, gone: object) -> None:
    (found,) = findings(
        traffic.openings_start_in_lan, {("management",): {"from": ["10.0.0.1"]}, ("zones", "lan"): gone}
    )

    assert found.path == ("management",)


@pytest.mark.parametrize("target", ["lan", "wan", "tunnel", "qualification"])
def test_grant_that_leads_nowhere(findings: Any, target: str) -> None:
    (found,) = findings(traffic.grants_lead_somewhere, {("grants",): {"vendor": GRANT | {"to": target}}})

    assert found.path == ("grants", "vendor", "to")


@pytest.mark.parametrize("target", ["gateway", "claim"])
def test_grant_that_leads_somewhere(findings: Any, target: str) -> None:
    assert not findings(traffic.grants_lead_somewhere, {("grants",): {"vendor": GRANT | {"to": target}}})


def test_certificate_of_nobody(findings: Any) -> None:
    certificates = [{"terminal": name, "expires": "2028-03-31"} for name in ("請求端末", "受付端末", "請求端末")]

    found = findings(traffic.certificates_have_owners, {("certificates",): certificates})

    assert [one.path for one in found] == [("certificates", 1, "terminal"), ("certificates", 2)]


def test_the_box_asks_no_terminal_for_the_time(findings: Any) -> None:
    asked = {("management",): {"from": ["192.168.10.250"], "ntp": ["192.168.10.1", "192.168.20.10"]}}
    (found,) = findings(traffic.the_box_asks_no_terminal, asked)
    assert found.path == ("management", "ntp", 1)
    assert found.text == "management.ntp 192.168.20.10 is in claim. name a server in lan or beyond the line"


def test_a_router_a_alone_asks_nobody_beyond_a_line(findings: Any, gone: object) -> None:
    alone: dict[Any, Any] = {("roles",): ["a"], ("zones", "wan"): gone, ("claim_system",): gone}
    asked = {("management",): {"from": ["192.168.10.250"], "dns": ["192.168.10.1", "203.0.113.9"]}}
    (found,) = findings(traffic.the_box_asks_no_terminal, alone | asked)
    assert found.path == ("management", "dns", 1)
    assert found.text == "management.dns 203.0.113.9 is beyond a line this box does not have. name a server in lan"
