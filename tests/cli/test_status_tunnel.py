from typing import Any

import pytest

from gateway.cli.status_tunnel import complaints, figures, lines

CHILD = {"bytes_in": 1_234, "bytes_out": 500, "rekey_s": 1800, "encryption": "AES_GCM_16-256"}
FIRST: dict[str, Any] = {
    "provider": "first",
    "address": "192.0.2.10",
    "age_s": 60,
    "version": 2,
    "behind_nat": False,
    "children": [CHILD, CHILD | {"rekey_s": 600}],
}


def tunnel(*up: dict[str, Any], charon: str = "") -> dict[str, Any]:
    return {"charon": charon, "providers": ["first", "second"], "up": list(up)}


def test_a_provider_that_is_connected_is_one_line_with_what_its_children_carried() -> None:
    ((title, said),) = lines(tunnel(FIRST), "en")

    assert title == "tunnel"
    assert said.startswith("provider first at 192.0.2.10 for ")
    assert "IKEv2, AES_GCM_16-256; 2,468 bytes in, 1,000 out, new keys in 10m" in said


@pytest.mark.parametrize(("lang", "said"), [("en", ", behind NAT"), ("ja", "、NAT の内側")])
def test_behind_nat_is_said_only_where_it_is_so(lang: str, said: str) -> None:
    ((_, behind),) = lines(tunnel(FIRST | {"behind_nat": True}), lang)
    ((_, bare),) = lines(tunnel(FIRST), lang)

    assert said in behind
    assert said not in bare


@pytest.mark.parametrize(
    ("shown", "told"),
    [
        (tunnel(charon="nobody answers"), "the tunnel is down: nobody answers. systemctl start strongswan"),
        (tunnel(), "the tunnel is down: no provider is connected. why: journalctl -u claim-gateway-enforcer"),
        (tunnel(FIRST | {"provider": "second"}), "provider first is not connected: second stands in"),
    ],
    ids=["no charon", "nobody connected", "another stands in"],
)
def test_what_is_wrong_is_one_line(shown: dict[str, Any], told: str) -> None:
    assert list(complaints(shown, "en")) == [told]


def test_the_first_provider_connected_is_no_complaint() -> None:
    assert list(complaints(tunnel(FIRST), "en")) == []


@pytest.mark.parametrize(("shown", "value"), [(tunnel(FIRST), 1), (tunnel(), 0)], ids=["up", "down"])
def test_monitoring_sees_whether_it_is_up(shown: dict[str, Any], value: int) -> None:
    assert [(one.name, one.value) for one in figures(shown)] == [("tunnel_up", value)]
