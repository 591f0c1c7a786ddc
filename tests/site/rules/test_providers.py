from typing import Any

import pytest

from gateway.site.rules import providers

EAST: dict[str, Any] = {
    "name": "east",
    "address": "192.0.2.10",
    "id": "gw.provider.example",
    "remote_networks": ["203.0.113.0/24", "2001:db8:c::/48"],
}
PSK: dict[str, Any] = {"auth": "psk", "psk_file": "credentials/psk", "proposals": ["aes256gcm16-prfsha384-ecp384"]}
ESP: dict[str, Any] = {"proposals": ["aes256gcm16-ecp384"]}


def site_with(*far_ends: dict[str, Any], ike: dict[str, Any] | None = None, **more: Any) -> dict[Any, Any]:
    tunnel = {"providers": list(far_ends or (EAST,)), "ike": PSK | (ike or {}), "esp": ESP} | more
    return {("layout",): "ipsec-router/claim", ("tunnel",): tunnel}


def test_two_that_stand_in_for_each_other_are_good(findings: Any) -> None:
    west = EAST | {"name": "west", "address": "192.0.2.11", "remote_networks": EAST["remote_networks"][::-1]}

    for rule in providers.RULES:
        assert not findings(rule, site_with(EAST, west) | {("zones", "wan", "translate"): {"ipv4": "none"}}), rule


def test_a_name_given_twice(findings: Any) -> None:
    (found,) = findings(providers.names_once, site_with(EAST, EAST))
    assert found.path == ("tunnel", "providers", 1)


def test_credentials_of_the_other_kind(findings: Any) -> None:
    found = findings(providers.credentials_fit, site_with(ike={"auth": "certificate"}))

    assert [one.text.split(",")[0] for one in found][:3] == [
        f"tunnel.ike has no {key}" for key in ("certificate", "key_file", "ca")
    ]
    assert found[3].path == ("tunnel", "ike", "psk_file")


def test_a_provider_of_its_own_kind_is_looked_at_too(findings: Any) -> None:
    east = EAST | {
        "ike": {"auth": "psk", "proposals": ["aes256-sha256-modp2048"]},
        "esp": {"proposals": ["aes256-md5"]},
    }

    (missing,) = findings(providers.credentials_fit, site_with(east))
    (poor,) = findings(providers.proposals_are_sound, site_with(east))

    assert missing.path == ("tunnel", "providers", 0, "ike")
    assert poor.path == ("tunnel", "providers", 0, "esp", "proposals", 0)
    assert "tunnel.providers.esp.proposals aes256-md5: md5 is weak" in poor.text


@pytest.mark.parametrize("weak", ["3des-sha256-modp2048", "aes256-sha1-modp2048", "aes256-sha256-modp1024"])
def test_weak_proposals_need_a_reason(findings: Any, weak: str) -> None:
    (found,) = findings(providers.proposals_are_sound, site_with(ike={"proposals": [weak]}))
    assert found.path == ("tunnel", "ike", "proposals", 0)
    allowed = {"proposals": [weak], "allow_weak": "the provider's old gateway, until 2027-03"}
    assert not findings(providers.proposals_are_sound, site_with(ike=allowed))


def test_a_reason_without_need_is_taken_out(findings: Any) -> None:
    (found,) = findings(providers.proposals_are_sound, site_with(ike={"allow_weak": "once"}))
    assert found.path == ("tunnel", "ike", "allow_weak")


@pytest.mark.parametrize("address", ["192.168.20.10", "192.168.10.254"])
def test_provider_inside_the_institution(findings: Any, address: str) -> None:
    assert len(findings(providers.provider_is_outside, site_with(EAST | {"address": address}))) == 1


def test_provider_of_a_family_the_line_has_not(findings: Any) -> None:
    edits = site_with() | {("zones", "wan", "uplink", "static", "addresses"): ["2001:db8:ff::2/64"]}

    (found,) = findings(providers.provider_is_outside, edits)

    assert "wan has no IPv4 address" in found.text


@pytest.mark.parametrize(
    "anybody",
    [
        "%any",
        "*.provider.example",
        "C=JP, O=Provider, CN=*",
        "0.0.0.0",  # noqa: S104 - an identity, nothing listens
        "::",
        "0::0",
        "192.0.2.0/24",
        "192.0.2.1-192.0.2.9",
        "{0}:gw",
    ],
)
def test_an_identity_that_is_anybodys(findings: Any, anybody: str) -> None:
    (far,) = findings(providers.identities_are_one, site_with(EAST | {"id": anybody}))
    (own,) = findings(providers.identities_are_one, site_with(ike={"id": anybody}))
    assert far.path == ("tunnel", "providers", 0, "id")
    assert own.path == ("tunnel", "ike", "id")


@pytest.mark.parametrize("one", ["gw-west.provider.example", "192.0.2.10", "2001:db8::10", "C=JP, O=A-B, CN=gw"])
def test_an_identity_that_is_one_gateways(findings: Any, one: str) -> None:
    assert not findings(providers.identities_are_one, site_with(EAST | {"id": one}))


def test_a_tunnel_does_not_carry_itself(findings: Any) -> None:
    (found,) = findings(providers.provider_is_outside, site_with(EAST | {"address": "203.0.113.9"}))
    assert "cannot carry itself" in found.text


def test_networks_that_overlap_in_part(findings: Any) -> None:
    west = EAST | {"name": "west", "address": "192.0.2.11", "remote_networks": ["203.0.113.0/25"]}
    twice = EAST | {"remote_networks": ["203.0.113.0/24", "203.0.113.128/25"]}

    (between,) = findings(providers.networks_are_apart, site_with(EAST, west))
    (within,) = findings(providers.networks_are_apart, site_with(twice))

    assert between.path == ("tunnel", "providers", 1, "remote_networks", 0)
    assert "overlaps the networks of provider east" in between.text
    assert within.path == ("tunnel", "providers", 0, "remote_networks", 1)


class TestInnerAddresses:
    def test_translated_packets_need_one(self, findings: Any) -> None:
        (found,) = findings(providers.inner_addresses_fit, site_with())
        assert found.path == ("tunnel", "providers", 0)
        assert not findings(providers.inner_addresses_fit, site_with(EAST | {"virtual_address": True}))
        assert not findings(providers.inner_addresses_fit, site_with(EAST | {"inner_addresses": ["192.0.2.200"]}))

    def test_given_and_handed_out_exclude_each_other(self, findings: Any) -> None:
        both = EAST | {"virtual_address": True, "inner_addresses": ["192.0.2.200"]}
        (found,) = findings(providers.inner_addresses_fit, site_with(both))
        assert found.path == ("tunnel", "providers", 0, "virtual_address")

    def test_not_one_of_the_institution(self, findings: Any) -> None:
        inside = EAST | {"inner_addresses": ["192.168.20.77"]}
        (found,) = findings(providers.inner_addresses_fit, site_with(inside))
        assert found.path == ("tunnel", "providers", 0, "inner_addresses", 0)


def test_mobike_is_not_asked_of_version_1(findings: Any) -> None:
    old = {"version": 1, "proposals": ["aes256-sha256-modp2048"]}
    (found,) = findings(providers.version_1_asks_less, site_with(ike=old | {"mobike": True}))
    assert found.path == ("tunnel", "ike", "mobike")
    assert not findings(providers.version_1_asks_less, site_with(ike=old))
