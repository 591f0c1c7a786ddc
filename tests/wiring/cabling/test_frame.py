from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.wiring.cabling.frame import Said, What, read
from gateway.wiring.cabling.lldp import Neighbour
from tests.wiring.cabling.cables import (
    STRANGER,
    arp,
    dhcp_offer,
    ethernet,
    lldp,
    neighbour_advertisement,
    neighbour_solicitation,
    router_advertisement,
)

FRAMES = {
    "arp": arp("192.168.20.10"),
    "advertisement": neighbour_advertisement("2001:db8:20::10"),
    "solicitation": neighbour_solicitation("2001:db8:20::10"),
    "router": router_advertisement(),
    "dhcp": dhcp_offer(),
    "switch": lldp(),
}
SAID = {
    "arp": Said(What.ADDRESS, STRANGER, ip_address("192.168.20.10")),
    "advertisement": Said(What.ADDRESS, STRANGER, ip_address("2001:db8:20::10")),
    "solicitation": Said(What.ADDRESS, STRANGER, ip_address("2001:db8:20::10")),
    "router": Said(What.ROUTER, STRANGER, ip_address("fe80::99")),
    "dhcp": Said(What.DHCP_SERVER, STRANGER, ip_address("192.168.20.254")),
    "switch": Said(What.SWITCH, STRANGER, neighbour=Neighbour("00:00:00:00:00:00", "Gi0/7", "SW1")),
}


@pytest.mark.parametrize("kind", FRAMES)
def test_a_frame_says_who_sent_it(kind: str) -> None:
    assert read(FRAMES[kind]) == SAID[kind]


@pytest.mark.parametrize(
    "frame",
    [
        arp("0.0.0.0"),  # noqa: S104  (nothing is bound: it asks whether an address is free)
        arp("192.168.20.10", mac="03:00:00:00:00:99"),  # from a group
        neighbour_solicitation("::"),
        dhcp_offer(server_port=68),
        ethernet(0x0800, bytes.fromhex("4f00") + bytes(30)),  # its header is longer than the frame
        ethernet(0x0800, bytes(60)),
        ethernet(0x86DD, bytes(80)),
        ethernet(0x1234, bytes(80)),
    ],
)
def test_all_others_say_nothing(frame: bytes) -> None:
    assert read(frame) is None


def test_discovery_that_crossed_a_router_is_forged() -> None:
    frame = bytearray(router_advertisement())
    frame[21] = 254
    assert read(bytes(frame)) is None


@given(st.sampled_from([*FRAMES.values()]), st.data())
def test_cut_short_or_bent_it_says_something_sound_or_nothing(frame: bytes, data: st.DataObject) -> None:
    bent = bytearray(frame[: data.draw(st.integers(0, len(frame)))])
    for _ in range(data.draw(st.integers(0, 8)) if bent else 0):
        bent[data.draw(st.integers(0, len(bent) - 1))] = data.draw(st.integers(0, 255))
    said = read(bytes(bent))
    assert said is None or len(said.mac) == 17
