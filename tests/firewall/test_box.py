import socket
from collections.abc import Iterator
from contextlib import ExitStack
from ipaddress import IPv4Address
from typing import Any

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import ICMPv6ND_RS, IPv6
from scapy.packet import Packet, Raw

from gateway.enforcer.transaction import desire
from gateway.firewall.box import input_chain, output_chain, port_maps
from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site
from gateway.twin.build import CARD, Twin
from tests.policy.sites import site_of

PORTS = {Zone.LAN: "eth1", Zone.CLAIM: "eth2", Zone.WAN: "eth0"}


def served(*services: str) -> Site:
    zones = site_of(Layout.IP_VPN_CLAIM).zones.model_dump(by_alias=True)
    zones["claim"] |= {"serve": services}
    return site_of(Layout.IP_VPN_CLAIM, zones=zones)


def on_line(uplink: Any) -> Policy:
    zones = site_of(Layout.IP_VPN_CLAIM).zones.model_dump(by_alias=True)
    zones["wan"] |= {"uplink": uplink}
    return derive(site_of(Layout.IP_VPN_CLAIM, zones=zones))


@pytest.fixture
def plain() -> Policy:
    return derive(site_of(Layout.IP_VPN_CLAIM))


def both(policy: Policy) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return input_chain(policy, PORTS).rules, output_chain(policy, PORTS).rules


def position(rules: tuple[str, ...], part: str) -> int:
    return next(number for number, rule in enumerate(rules) if part in rule)


def test_input_and_output_know_every_port_and_end_in_a_drop(plain: Policy) -> None:
    heard, said = both(plain)

    inward, outward = port_maps(PORTS)

    assert f"iifname vmap @{inward.name}" in heard
    assert f"oifname vmap @{outward.name}" in said
    assert inward.elements == (
        '"eth1" : goto lan_to_gateway',
        '"eth2" : goto claim_to_gateway',
        '"eth0" : goto wan_to_gateway',
    )
    assert outward.elements == (
        '"eth1" : goto gateway_to_lan',
        '"eth2" : goto gateway_to_claim',
        '"eth0" : goto gateway_to_wan',
    )
    assert heard[-1].startswith("counter drop")
    assert said[-1].startswith("counter drop")


def test_the_order_in_which_the_box_decides(plain: Policy) -> None:
    """Discovery is untracked and stands before the untracked drop; a foreign address drops before any zone is asked."""
    heard, _ = both(plain)
    order = ["nd-neighbor", "ip6 nexthdr", "ct state invalid,untracked counter drop", "fib daddr", "vmap"]

    assert sorted(order, key=lambda part: position(heard, part)) == order


def test_nothing_is_accepted_for_being_established(plain: Policy) -> None:
    assert not [rule for rules in both(plain) for rule in rules if "established" in rule or "related" in rule]


def test_a_plain_site_knows_no_leases_and_no_routers(plain: Policy) -> None:
    for rules in both(plain):
        assert not [rule for rule in rules if "dport 67" in rule or "dport 68" in rule or "router" in rule]


def test_a_segment_that_gets_leases_may_ask_for_them_there_and_nowhere_else() -> None:
    heard, said = both(derive(served("dhcp")))

    assert [rule for rule in heard if "udp sport" in rule] == [
        'iifname "eth2" udp sport 68 udp dport 67 counter accept comment "leases for this segment"'
    ]
    assert [rule for rule in said if "udp sport" in rule] == [
        'oifname "eth2" udp sport 67 udp dport 68 counter accept comment "leases for this segment"'
    ]
    assert position(heard, "dport 67") > position(heard, "fib daddr")


def test_a_segment_that_gets_advertisements_may_solicit_them() -> None:
    heard, said = both(derive(served("ra")))

    assert [rule for rule in heard if "router" in rule] == [
        'iifname "eth2" icmpv6 type nd-router-solicit ip6 hoplimit 255 counter accept'
    ]
    assert [rule for rule in said if "router" in rule] == [
        'oifname "eth2" icmpv6 type nd-router-advert ip6 hoplimit 255 ip6 saddr fe80::/10 counter accept'
    ]
    assert position(heard, "router") < position(heard, "invalid,untracked")


@pytest.mark.parametrize(
    ("uplink", "router", "lease"), [("ra", 1, 2), ("dhcp", 0, 2), ({"pd": {"prefix_length": 56}}, 1, 2)]
)
def test_the_line_is_heard_as_far_as_its_kind_needs(uplink: Any, router: int, lease: int) -> None:
    heard, said = both(on_line(uplink))

    assert len([rule for rule in heard if 'iifname "eth0"' in rule and "nd-router-advert" in rule]) == router
    assert len([rule for rule in said if 'oifname "eth0"' in rule and "nd-router-solicit" in rule]) == router
    assert len([rule for rule in heard if 'iifname "eth0"' in rule and "udp sport" in rule]) == lease
    assert len([rule for rule in said if 'oifname "eth0"' in rule and "udp sport" in rule]) == lease
    assert not [rule for rule in (*heard, *said) if "router" in rule and '"eth1"' in rule]


@pytest.fixture
def ears() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


def heard_by_the_box(twin: Twin, ears: ExitStack, packet: Packet, ear: tuple[int, int, int]) -> bool:
    """Whether what the terminal says into its wire reaches a socket of the box."""
    family, kind, number = ear
    listener = ears.enter_context(twin.gateway.call(socket.socket, family, kind, number))
    if kind == socket.SOCK_DGRAM:
        listener.bind(("", 67))
    mouth = ears.enter_context(twin.namespace("claim0").call(wire))
    listener.settimeout(0.3)
    mouth.send(b"\xff" * 6 + mouth.getsockname()[4] + frame_type(packet) + bytes(packet))
    try:
        while bytes(packet)[-8:] not in listener.recv(2048):
            pass
    except TimeoutError:
        return False
    return True


def wire() -> socket.socket:
    mouth = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    mouth.bind((CARD, 0))
    return mouth


def frame_type(packet: Packet) -> bytes:
    return b"\x08\x00" if packet.version == 4 else b"\x86\xdd"  # IANA IEEE 802 numbers


NOBODY = str(IPv4Address(0))
DISCOVER = IP(src=NOBODY, dst="255.255.255.255") / UDP(sport=68, dport=67) / Raw(b"discover")
SOLICITATION = IPv6(src="::", dst="ff02::2", hlim=255) / ICMPv6ND_RS()
DHCP_SERVER = (socket.AF_INET, socket.SOCK_DGRAM, 0)
ICMPV6 = (socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)


@pytest.fixture(scope="module")
def serving(request: pytest.FixtureRequest) -> Iterator[Twin]:
    with Twin(served(request.param)) as twin:
        twin.apply(desire(twin.site))
        yield twin


@pytest.mark.root
@pytest.mark.parametrize(
    ("serving", "packet", "ear", "expected"),
    [
        ("dhcp", DISCOVER, DHCP_SERVER, True),
        ("ra", DISCOVER, DHCP_SERVER, False),
        ("ra", SOLICITATION, ICMPV6, True),
        ("dhcp", SOLICITATION, ICMPV6, False),
        ("ra", IPv6(src="::", dst="ff02::2", hlim=64) / ICMPv6ND_RS(), ICMPV6, False),
        (
            "dhcp",
            IP(src="192.168.20.77", dst="255.255.255.255") / UDP(sport=67, dport=67) / Raw(b"strange "),
            DHCP_SERVER,
            False,
        ),
    ],
    ids=["a lease", "no leases here", "a router", "no router here", "a solicitation from beyond", "a second server"],
    indirect=["serving"],
)
def test_a_terminal_without_an_address_is_heard_for_what_is_served(
    serving: Twin, ears: ExitStack, packet: Packet, ear: tuple[int, int, int], expected: bool
) -> None:
    assert heard_by_the_box(serving, ears, packet, ear) is expected
