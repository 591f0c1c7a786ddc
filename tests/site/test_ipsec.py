import pytest
from pydantic import ValidationError

from gateway.site.ipsec import Ike, Tunnel


def test_the_gateway_holds_the_tunnel_unless_written() -> None:
    assert Tunnel().held_by == "gateway"


def test_ike_needs_proposals_and_a_known_way_to_authenticate() -> None:
    with pytest.raises(ValidationError, match="2 validation errors"):
        Ike.model_validate({"auth": "xauth", "proposals": []})
    with pytest.raises(ValidationError):
        Ike.model_validate({"auth": "psk", "version": 3, "proposals": ["x"]})
