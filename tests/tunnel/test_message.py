from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gateway.policy.places import TUNNEL_IF_ID, Carrier
from gateway.tunnel import message
from gateway.tunnel.credentials import Material, Shared, read
from gateway.tunnel.model import Connection, Link
from gateway.twin.far_end import Trust
from tests.tunnel.scene import sample, version_1, with_psk

EAST = sample().connections[0]
XFRM = Link(1395)
SECRET = Shared("0123456789abcdef", b"correct-horse-battery-staple")


def said(one: Connection, material: Material = SECRET, link: Link = XFRM) -> tuple[str, dict[str, Any]]:
    name, whole = message.connection(one, material, link)
    return name, whole[name]


@pytest.fixture(scope="module")
def certified(tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder: Path = tmp_path_factory.mktemp("credentials")
    Trust.made().write((EAST,), folder)
    return read(EAST, folder)


def test_a_name_tells_whose_it_is_and_whether_anything_in_it_changed(certified: Material) -> None:
    name, _ = said(EAST, certified)
    assert message.provider_of(name) == "east"
    assert said(EAST, certified)[0] == name
    changes = ({"esp_proposals": ("aes128gcm16",)}, {"dpd_s": 11}, {"mobike": False}, {"force_encapsulation": True})
    others = [said(replace(EAST, **change), certified)[0] for change in changes]
    assert len({name, *others}) == len(others) + 1
    assert said(EAST, certified, replace(XFRM, if_id=9))[0] != name


def test_a_provider_whose_name_has_a_hyphen() -> None:
    assert message.provider_of(said(replace(with_psk(EAST), name="east-2"))[0]) == "east-2"


def test_no_secret_is_in_a_connection_nor_in_a_value_that_may_be_printed(certified: Material) -> None:
    one = with_psk(EAST)
    assert b"correct-horse" not in repr(message.connection(one, SECRET, XFRM)).encode()
    assert "correct-horse" not in repr(SECRET)
    assert "PRIVATE" not in repr(certified)
    assert message.shared(one, SECRET)["data"] == SECRET.key


def test_who_a_key_is_for() -> None:
    assert message.shared(with_psk(EAST), SECRET)["owners"] == ["site.example", "gw.provider.example", "192.0.2.10"]


def test_the_other_end_is_held_to_its_authority_and_its_name(certified: Material) -> None:
    _, body = said(EAST, certified)
    assert body["remote-1"]["id"] == "gw.provider.example"
    assert len(body["remote-1"]["cacerts"]) == 1
    assert body["send_cert"] == "always"


@pytest.mark.parametrize(("carrier", "tied"), [(Carrier.XFRM, str(TUNNEL_IF_ID)), (Carrier.TUN, None)])
def test_what_is_encrypted_is_tied_to_the_interface_where_the_kernel_has_one(
    carrier: Carrier, tied: str | None
) -> None:
    _, body = said(with_psk(EAST), link=replace(XFRM, carrier=carrier))
    (child,) = body["children"].values()
    assert (child.get("if_id_in"), child.get("if_id_out")) == (tied, tied)


def test_version_1_says_when_a_peer_is_dead_and_has_a_child_for_each_pair() -> None:
    _, body = said(version_1(with_psk(EAST)))
    assert body["dpd_timeout"] == "30s"
    assert list(body["children"]) == ["east-1", "east-2"]


def test_a_virtual_address_is_asked_for_and_its_traffic_selected() -> None:
    one = with_psk(EAST)
    ipv6 = tuple(network for network in one.children[0].local if network.version == 6)
    virtual = replace(one, virtual_address=True, children=(replace(one.children[0], local=ipv6),))
    _, body = said(virtual)
    assert body["vips"] == ["0.0.0.0"]  # noqa: S104 - what is asked for; nothing listens
    assert body["children"]["east-1"]["local_ts"] == ["dynamic", "2001:db8:20::/64"]


def test_nothing_starts_by_itself() -> None:
    (child,) = said(with_psk(EAST))[1]["children"].values()
    assert (child["start_action"], child["dpd_action"], child["close_action"]) == ("none", "clear", "none")
