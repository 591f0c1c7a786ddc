from typing import Any

import pytest
from pydantic import ValidationError

from gateway.site.ipsec import DPD_SECONDS, ESP_REKEY, IKE_REKEY, Esp, Ike, Provider, Tunnel

PSK: dict[str, Any] = {"auth": "psk", "psk_file": "psk", "proposals": ["aes256-sha256-modp2048"]}
EAST = {"name": "east", "address": "192.0.2.10", "id": "gw.provider.example", "remote_networks": ["203.0.113.0/24"]}


def test_the_gateway_holds_the_tunnel_unless_written() -> None:
    assert Tunnel().held_by == "gateway"


def test_ike_needs_proposals_and_a_known_way_to_authenticate() -> None:
    with pytest.raises(ValidationError, match="2 validation errors"):
        Ike.model_validate({"auth": "xauth", "proposals": []})
    with pytest.raises(ValidationError):
        Ike.model_validate({"auth": "psk", "version": 3, "proposals": ["x"]})


def test_what_is_not_written_is_what_strongswan_and_the_rfcs_advise() -> None:
    ike, esp = Ike.model_validate(PSK), Esp(proposals=("aes256gcm16",))
    assert (ike.version, ike.rekey, ike.reauthenticate, ike.dpd_seconds) == (2, IKE_REKEY, None, DPD_SECONDS)
    assert (ike.mobike, ike.fragmentation, ike.force_encapsulation, ike.allow_weak) == (True, True, False, None)
    assert esp.rekey == ESP_REKEY


@pytest.mark.parametrize("seconds", [4, 3601, "10", 10.0])
def test_asking_whether_the_provider_lives_has_its_bounds(seconds: object) -> None:
    with pytest.raises(ValidationError):
        Ike.model_validate(PSK | {"dpd_seconds": seconds})


@pytest.mark.parametrize("mtu", [1279, 1501])
def test_the_mtu_has_its_bounds(mtu: int) -> None:
    with pytest.raises(ValidationError):
        Tunnel.model_validate({"mtu": mtu})


def test_a_providers_own_settings_go_before_the_tunnels() -> None:
    common, own = Ike.model_validate(PSK), Ike.model_validate(PSK | {"version": 1})
    esp = Esp(proposals=("aes256gcm16",))
    east, west = Provider.model_validate(EAST), Provider.model_validate(EAST | {"name": "west", "ike": own})
    tunnel = Tunnel(providers=(east, west), ike=common, esp=esp)
    assert tunnel.exchange(east) == common
    assert tunnel.exchange(west) == own
    assert tunnel.encryption(west) == esp
