import subprocess
from pathlib import Path

import pytest

from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.watch.routing import parse
from gateway.firewall.nft import Nft
from gateway.twin.namespace import Namespace
from tests.enforcer.watch.seen import told

FOREIGN = (
    "link add eth1 type veth peer name wire",
    "link set wire up",
    "link set eth1 up",
    "addr add 192.0.2.1/24 dev eth1",
    "-6 addr add 2001:db8::1/64 dev eth1 nodad",
    "rule add pref 5 fwmark 1 blackhole",
    "-6 rule add pref 5 fwmark 1 blackhole",
    "route add 198.51.100.0/24 via 192.0.2.9",
    "link set wire down",
    "link set wire name cable",
    "route del 198.51.100.0/24 via 192.0.2.9",
    "rule del pref 5",
)
TOLD = {
    (ChangeKind.LINK, "link eth1 (up) set"),
    (ChangeKind.LINK, "link eth1 (without a cable) set"),
    (ChangeKind.LINK, "link cable (down) set"),
    (ChangeKind.ADDRESS, "address 192.0.2.1/24 on link 3 set"),
    (ChangeKind.ADDRESS, "address 2001:db8::1/64 on link 3 set"),
    (ChangeKind.ROUTING_RULE, "ipv4 rule 5 set"),
    (ChangeKind.ROUTING_RULE, "ipv6 rule 5 set"),
    (ChangeKind.ROUTE, "ipv4 route to 198.51.100.0/24 via 192.0.2.9 in table 254 set"),
    (ChangeKind.ROUTE, "ipv4 route to 198.51.100.0/24 via 192.0.2.9 in table 254 gone"),
    (ChangeKind.ROUTING_RULE, "ipv4 rule 5 gone"),
}


def said(seen: list[Change]) -> set[tuple[ChangeKind, str]]:
    return {(one.kind, one.what) for one in seen}


@pytest.mark.root
def test_what_others_do_to_links_addresses_routes_and_rules_is_told(namespace: Namespace) -> None:
    def act(_: Nft) -> None:
        for words in FOREIGN:
            subprocess.run(namespace.command("ip", *words.split()), check=True)

    seen = told(namespace, act, lambda seen: said(seen) >= TOLD)

    by = {one.what: one.who for one in seen}
    assert by["ipv4 rule 5 set"] is not None
    assert by["link eth1 (up) set"] is None  # the kernel itself: the other end came up


@pytest.mark.parametrize("length", range(0, 64, 5))
def test_a_datagram_that_is_cut_off_tells_nothing(length: int) -> None:
    whole = bytes.fromhex("24000000 20000000 00000000 00000000 02000000fe000006 00000000 0800060005000000")

    assert [one.what for one in parse(whole)] == ["ipv4 rule 5 set"]
    assert len(list(parse(whole[:length]))) == (length >= len(whole))


def test_a_process_that_is_still_there_is_named() -> None:
    port = (1).to_bytes(4, "little")
    whole = (
        bytes.fromhex("24000000 20000000 00000000") + port + bytes.fromhex("02000000fe000006 00000000 0800060005000000")
    )
    (change,) = parse(whole)

    assert change.who is not None
    assert change.who.program == Path("/proc/1/comm").read_text().strip()
