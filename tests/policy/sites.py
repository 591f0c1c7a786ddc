"""Valid sites of every layout and role, made in memory, with whatever a test wants to add."""

from typing import Any

from gateway.site.layout import Layout, Line, Role
from gateway.site.model import Site
from gateway.site.rules import findings

BOTH = (Role.A, Role.B)
ROLES = ((Role.A,), (Role.B,), BOTH)

_LAN = {
    "port": "eth1",
    "addresses": ["192.168.10.1/24", "2001:db8:10::1/64"],
    "receipt_pcs": [{"name": "受付", "address": "192.168.10.21", "address6": "2001:db8:10::21"}],
    "translate_to_terminals": True,
}
_WAN = {
    "port": "eth0",
    "uplink": {
        "static": {
            "addresses": ["198.51.100.2/30", "2001:db8:ff::2/64"],
            "next_hop": ["198.51.100.1", "2001:db8:ff::1"],
        }
    },
    "translate": {"ipv4": "masquerade"},
}
_RELAY = {"terminal": {"smb": {"server": "192.168.20.10", "user": "relay", "password_file": "credentials/terminal"}}}
_TUNNEL = {
    "held_by": "gateway",
    "providers": [
        {
            "name": "provider",
            "address": "192.0.2.10",
            "id": "gw.provider.example",
            "remote_networks": ["203.0.113.0/24", "2001:db8:c::/48", "2001:db8:d::/48"],
            "virtual_address": True,
        }
    ],
    "ike": {"version": 2, "auth": "psk", "psk_file": "credentials/psk", "proposals": ["aes256-sha256-modp2048"]},
    "esp": {"proposals": ["aes256gcm16"]},
}


def site_of(layout: Layout, roles: tuple[Role, ...] = BOTH, **more: Any) -> Site:
    """The plainest site of a layout; `more` adds or replaces parts of the site file. Never one that `check` refuses."""
    site = Site.model_validate(_plain(layout, roles) | more)
    refused = [found.text for found in findings(site)]
    assert not refused, refused
    return site


def site_on_a_line(uplink: dict[str, Any], **more: Any) -> Site:
    """An IP-VPN site with a claim terminal whose line assigns what `uplink` says; its segment's IPv6 is the line's by `pd`."""
    zones = _zones(Layout.IP_VPN_CLAIM, BOTH)
    zones["wan"] = zones["wan"] | {"uplink": uplink}
    if "pd" in uplink:
        claim = zones["claim"] | {"ipv6": "delegated", "addresses": ["192.168.20.1/24"]}
        terminals = [
            {key: value for key, value in one.items() if key != "address6"} for one in zones["claim"]["terminals"]
        ]
        zones["claim"] = claim | {"terminals": terminals}
    zones["claim"] = zones["claim"] | more.pop("claim", {})
    return site_of(Layout.IP_VPN_CLAIM, zones=zones, **more)


def _plain(layout: Layout, roles: tuple[Role, ...]) -> dict[str, Any]:
    data: dict[str, Any] = {
        "site": {"name": "試験医院", "prefecture": "13", "institution_code": "0000000"},
        "responsible": {
            "system_manager": {"name": "院長", "phone": "03-0000-0000"},
            "vendor": {"name": "保守", "phone": "03-0000-0001"},
        },
        "layout": layout,
        "roles": roles,
        "zones": _zones(layout, roles),
    }
    if Role.A in roles:
        data["relay"] = _RELAY
    if Role.B in roles:
        data["claim_system"] = _system(layout, "192.0.2.10", ["203.0.113.0/25", "2001:db8:c::/48"])
        if layout.combined or layout.has_qualification_zone:
            data["qualification_system"] = _system(layout, "192.0.2.20", ["203.0.113.128/25", "2001:db8:d::/48"])
    if layout.line is Line.IPSEC_ROUTER:
        data["tunnel"] = _TUNNEL if Role.B in roles else {"held_by": "upstream"}
    return data


def _zones(layout: Layout, roles: tuple[Role, ...]) -> dict[str, Any]:
    uses = ["claim", "qualification"] if layout.combined else ["claim"]
    zones: dict[str, Any] = {"claim": _segment("eth2", 20, uses)}
    if layout.has_qualification_zone:
        zones["qualification"] = _segment("eth3", 30, ["qualification"])
    if Role.A in roles:
        zones["lan"] = _LAN
    if Role.B in roles:
        zones["wan"] = _WAN
    return zones


def _segment(port: str, number: int, uses: list[str]) -> dict[str, Any]:
    terminal = {
        "name": f"端末{number}",
        "address": f"192.168.{number}.10",
        "address6": f"2001:db8:{number}::10",
        "uses": uses,
    }
    return {
        "port": port,
        "addresses": [f"192.168.{number}.1/24", f"2001:db8:{number}::1/64"],
        "terminals": [terminal],
    }


def _system(layout: Layout, provider: str, networks: list[str]) -> dict[str, Any]:
    """Inside a terminal's own tunnel nobody sees anything: there the system is the provider's gateway."""
    if layout.line is Line.IPSEC_CLIENT:
        return {"networks": [provider], "services": [{"udp": 500}, {"udp": 4500}, {"esp": True}]}
    return {"networks": networks, "services": [{"tcp": 443}, {"udp": 53}, {"tcp": 53}, {"udp": 123}]}
