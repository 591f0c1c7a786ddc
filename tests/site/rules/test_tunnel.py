from typing import Any

import pytest

from gateway.site.rules import tunnel

ROUTER: dict[Any, Any] = {("layout",): "ipsec-router/claim"}
WHOLE: dict[str, Any] = {
    "providers": [
        {
            "name": "east",
            "address": "192.0.2.10",
            "id": "gw.provider.example",
            "remote_networks": ["203.0.113.0/24", "2001:db8:c::/48"],
        }
    ],
    "ike": {"auth": "psk", "psk_file": "credentials/psk", "proposals": ["aes256gcm16-prfsha384-ecp384"]},
    "esp": {"proposals": ["aes256gcm16-ecp384"]},
}


def test_whole_tunnel_is_good(findings: Any) -> None:
    for rule in tunnel.RULES:
        assert not findings(rule, ROUTER | {("tunnel",): WHOLE})


def test_layout_decides_whether_there_is_one(findings: Any) -> None:
    assert [found.path for found in findings(tunnel.tunnel_of_the_layout, ROUTER)] == [()]
    assert [found.path for found in findings(tunnel.tunnel_of_the_layout, {("tunnel",): WHOLE})] == [("tunnel",)]


@pytest.mark.parametrize(("roles", "holder"), [(["a", "b"], "upstream"), (["b"], "upstream"), (["a"], "gateway")])
def test_holder_without_the_role(findings: Any, roles: list[str], holder: str) -> None:
    edits = ROUTER | {("roles",): roles, ("tunnel",): {"held_by": holder}}

    (found,) = findings(tunnel.holder_has_the_role, edits)

    assert found.path == ("tunnel", "held_by")


def test_tunnel_held_here_is_declared_whole(findings: Any) -> None:
    missing = findings(tunnel.holder_has_the_settings, ROUTER | {("tunnel",): {}})
    superfluous = findings(tunnel.holder_has_the_settings, ROUTER | {("tunnel",): WHOLE | {"held_by": "upstream"}})

    assert [found.text.split(".")[0] for found in missing] == [f"tunnel has no {key}" for key in WHOLE]
    assert [found.path for found in superfluous] == [("tunnel", key) for key in WHOLE]


def test_system_that_would_leave_unencrypted(findings: Any) -> None:
    edits = ROUTER | {("tunnel",): WHOLE, ("claim_system", "networks"): ["203.0.112.0/23"]}

    (found,) = findings(tunnel.systems_are_in_the_tunnel, edits)

    assert found.path == ("claim_system", "networks", 0)


def test_a_terminal_with_its_own_tunnel_opens_nothing_else(findings: Any) -> None:
    client = {
        ("layout",): "ipsec-client/claim",
        ("claim_system", "services"): [{"udp": 500}, {"esp": True}, {"tcp": 443}],
    }
    (found,) = findings(tunnel.terminals_keep_to_their_tunnel, client)
    assert found.path == ("claim_system", "services", 2)
    assert "by its tunnel only. write {udp: 500}, {udp: 4500} and {esp: true}" in found.text


def test_esp_belongs_to_terminals_with_their_own_tunnel(findings: Any) -> None:
    (found,) = findings(tunnel.terminals_keep_to_their_tunnel, {("claim_system", "services"): [{"esp": True}]})
    assert found.path == ("claim_system", "services", 0)


def test_updates_keep_to_their_side_of_the_tunnel(findings: Any) -> None:
    def update(name: str, network: str, via: str) -> dict[str, Any]:
        return {"name": name, "networks": [network], "services": [{"tcp": 443}], "via": via}

    updates = [
        update("leak", "203.0.113.0/25", "wan"),
        update("stray", "198.18.0.0/24", "tunnel"),
        update("fine", "198.18.0.0/24", "wan"),
        update("also-fine", "203.0.113.128/25", "tunnel"),
    ]
    found = findings(tunnel.updates_keep_to_their_side, ROUTER | {("tunnel",): WHOLE, ("updates",): updates})
    assert [one.path for one in found] == [("updates", 0, "networks", 0), ("updates", 1, "networks", 0)]
    assert "which only the tunnel may reach. write via: tunnel" in found[0].text


def test_the_box_asks_no_server_behind_its_tunnel(findings: Any) -> None:
    asked = {"from": ["192.168.10.250"], "dns": ["198.18.0.53", "203.0.113.53"], "syslog": ["2001:db8:c::9"]}
    found = findings(tunnel.the_box_asks_beside_its_tunnel, ROUTER | {("tunnel",): WHOLE, ("management",): asked})
    assert [one.path for one in found] == [("management", "dns", 1), ("management", "syslog", 0)]
    assert found[0].text == (
        "management.dns 203.0.113.53 is in 203.0.113.0/24, which only the tunnel may reach. name another server"
    )
    upstream = WHOLE | {"held_by": "upstream"}
    held = ROUTER | {("tunnel",): upstream, ("management",): asked}
    assert not findings(tunnel.the_box_asks_beside_its_tunnel, held)
