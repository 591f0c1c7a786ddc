from typing import Any

import pytest

from gateway.site.layout import Layout, Line, Role
from gateway.site.model import Site
from gateway.site.rules import findings


def test_the_good_site_has_no_findings(data: Any) -> None:
    assert list(findings(Site.model_validate(data({})))) == []


def test_a_role_twice_says_nothing_else_about_roles(data: Any) -> None:
    site = Site.model_validate(data({("roles",): ["b", "b"]}))

    assert [found.path for found in findings(site)] == [("roles", 1)]


QUALIFICATION_ZONE = {
    "port": "eth3",
    "addresses": ["192.168.30.1/24"],
    "terminals": [{"name": "資格確認端末", "address": "192.168.30.10", "uses": ["qualification"]}],
}
QUALIFICATION_SYSTEM = {"networks": ["192.0.2.0/24"], "services": [{"tcp": 443}]}
TUNNEL = {
    "providers": [
        {
            "name": "provider",
            "address": "198.51.100.129",
            "id": "gw.provider.example",
            "remote_networks": ["203.0.113.0/24", "2001:db8:c::/48", "192.0.2.0/24"],
            "virtual_address": True,
        }
    ],
    "ike": {"auth": "psk", "psk_file": "credentials/psk", "proposals": ["aes256gcm16-prfsha384-ecp384"]},
    "esp": {"proposals": ["aes256gcm16-ecp384"]},
}


@pytest.mark.parametrize("layout", Layout)
@pytest.mark.parametrize("roles", [(Role.A,), (Role.B,), (Role.A, Role.B)], ids=["a", "b", "ab"])
def test_every_layout_in_every_role_can_be_declared(
    layout: Layout, roles: tuple[Role, ...], data: Any, gone: object
) -> None:
    edits: dict[Any, Any] = {("layout",): layout.value, ("roles",): list(roles)}
    if layout.has_qualification_zone:
        edits[("zones", "qualification")] = QUALIFICATION_ZONE
    if layout.combined:
        edits[("zones", "claim", "terminals", 0, "uses")] = ["claim", "qualification"]
    if layout.combined or layout.has_qualification_zone:
        edits[("qualification_system",)] = QUALIFICATION_SYSTEM
    if Role.A not in roles:
        edits |= {("zones", "lan"): gone, ("relay",): gone}
    if Role.B not in roles:
        edits |= {("zones", "wan"): gone, ("claim_system",): gone}
    if layout.line is Line.IPSEC_CLIENT:
        ike = [{"udp": 500}, {"udp": 4500}, {"esp": True}]
        edits |= {("claim_system", "services"): ike} if Role.B in roles else {}
        if ("qualification_system",) in edits:
            edits[("qualification_system",)] = QUALIFICATION_SYSTEM | {"services": ike}
    if layout.line is Line.IPSEC_ROUTER:
        edits[("tunnel",)] = TUNNEL if Role.B in roles else {"held_by": "upstream"}

    assert list(findings(Site.model_validate(data(edits)))) == []
