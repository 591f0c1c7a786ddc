import select
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.firewall.nft import Nft
from gateway.wiring.cabling.frame import What
from gateway.wiring.cabling.listen import Ear, Heard, tagged
from tests.wiring.cabling.cables import (
    PORTS,
    Cables,
    arp,
    cables,
    dhcp_offer,
    ethernet,
    lldp,
    neighbour_advertisement,
    router_advertisement,
)

LATCH = Path(__file__).parents[3] / "systemd" / "claim-gateway-closed.nft"
SPOKEN = (
    lldp(),
    arp("192.168.20.10"),
    neighbour_advertisement("2001:db8:20::10"),
    router_advertisement(),
    dhcp_offer(),
)


def hear(made: Cables, speak: Callable[[], None], wanted: int) -> list[Heard]:
    with made.box.call(Ear, PORTS) as ear:
        speak()
        heard = []
        for one in ear.listen(5.0):
            if one.said.mac == "02:00:00:00:00:99":
                heard.append(one)
            if len(heard) == wanted:
                break
    return heard


@pytest.mark.root
def test_everything_that_tells_who_is_there_is_heard_at_its_port() -> None:
    with cables() as made:
        heard = hear(made, lambda: made.send("eth1", *SPOKEN), len(SPOKEN))

    assert [one.said.what for one in heard] == [
        What.SWITCH,
        What.ADDRESS,
        What.ADDRESS,
        What.ROUTER,
        What.DHCP_SERVER,
    ]
    assert {one.port for one in heard} == {"eth1"}


@pytest.mark.root
def test_the_filter_in_the_kernel_leaves_what_people_say_to_each_other() -> None:
    """Only what the program lets through is counted here, before our own reading."""
    others = (
        ethernet(0x0800, bytes.fromhex("4500001e0000000040060000") + bytes(40)),  # TCP
        ethernet(0x86DD, bytes.fromhex("60000000001e3aff") + bytes(32) + b"\x80" + bytes(30)),  # an echo request
        dhcp_offer(server_port=68),
        ethernet(0x9000, bytes(50)),
    )
    with cables() as made, made.box.call(Ear, PORTS) as ear:
        made.send("eth0", *others, lldp())
        received: list[bytes] = []
        ear._socket.settimeout(5.0)
        while not received or received[-1][12:14] != b"\x88\xcc":
            received.append(ear._socket.recv(2048))

    assert not {*received} & {*others}


@pytest.mark.root
def test_a_closed_box_hears_all_the_same() -> None:
    with cables() as made:
        made.box.call(_close)
        heard = hear(made, lambda: made.send("eth2", lldp(), arp("192.168.20.10")), 2)

    assert [one.said.what for one in heard] == [What.SWITCH, What.ADDRESS]


@pytest.mark.root
def test_what_the_box_says_itself_is_not_heard() -> None:
    with cables() as made, made.box.call(Ear, PORTS) as ear:
        made.box.call(_say, "eth0", lldp())
        made.send("eth1", lldp())
        assert {one.port for one in ear.listen(0.3) if one.said.what is What.SWITCH} == {"eth1"}


@pytest.mark.root
def test_a_flood_of_what_says_nothing_keeps_nobody_listening_beyond_his_time() -> None:
    with cables() as made, made.box.call(Ear, PORTS) as ear:
        for _ in range(20):
            made.box.call(_say, "eth0", lldp())
        assert list(ear.listen(0.0)) == []
        # It did not go on as long as there was something to read.
        assert select.select([ear._socket], [], [], 0)[0]


@pytest.mark.root
def test_a_card_hands_over_what_is_sent_to_groups_while_somebody_listens() -> None:
    """LLDP's group is not one that a card takes frames for by itself; a wire of the kernel takes them all."""
    with cables() as made:
        with made.box.call(Ear, PORTS):
            during = made.box.call(_details, "eth0")
        after = made.box.call(_details, "eth0")

    assert "allmulti 1" in during
    assert "allmulti 0" in after


def _details(port: str) -> str:
    done = subprocess.run(["ip", "-details", "link", "show", port], capture_output=True, text=True, check=True)
    return done.stdout


def _close() -> None:
    with Nft() as nft:
        nft.run(LATCH.read_text().split("\n", 1)[1])


def _say(port: str, frame: bytes) -> None:
    import socket  # noqa: PLC0415

    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW) as line:
        line.bind((port, 0))
        line.send(frame)


@pytest.mark.parametrize(("status", "found"), [(0x11, True), (0x01, False)])
def test_a_frame_whose_tag_was_taken_off_is_another_ports(status: int, found: bool) -> None:
    auxiliary = struct.pack("=IIIHHHH", status, 64, 64, 0, 14, 10, 0x8100)  # packet(7), as Linux fills it
    assert tagged([(263, 8, auxiliary)]) is found


def test_other_notes_of_the_kernel_say_nothing_of_tags() -> None:
    assert not tagged([])
    assert not tagged([(263, 8, b"\x11")])
