"""A hostile terminal floods lan while somebody with root changes the box. Not one packet may reach lan."""

import signal
import time

import pytest

from gateway.firewall import part as firewall
from gateway.firewall.netlink import generation
from gateway.firewall.observed import Observed
from tests.firewall.talk import talking, until_more
from tests.twin.enforcer.flood import Flood
from tests.twin.enforcer.scene import Scene

pytestmark = pytest.mark.root

RELOADS = 40
NO_TABLE = Observed(None, {}, {}, frozenset(), latched=False)

CHANGES = {
    "flush ruleset": ("nft flush ruleset",),
    "delete table": ("nft delete table inet claim_gateway",),
    "added accept rule": ("nft insert rule inet claim_gateway forward accept",),
    "policy accept": ("nft add chain inet claim_gateway forward { policy accept ; }",),
    "accepting table": (
        "nft add table inet other",
        "nft add chain inet other c { type filter hook forward priority -300 ; policy accept ; }",
        "nft add rule inet other c accept",
    ),
    "ip rule flush": ("ip -4 rule flush", "ip -6 rule flush"),
    "rule before the guard": ("ip -4 rule add pref 5 lookup main", "ip -6 rule add pref 5 lookup main"),
    "added route": ("ip route add 203.0.113.0/24 via 192.168.10.21",),
    "forwarding and filters off": (
        "sysctl -qw net.ipv4.conf.eth2.rp_filter=0 net.ipv4.conf.all.src_valid_mark=0",
        "sysctl -qw net.ipv4.ip_forward=0",
        "sysctl -qw net.ipv4.ip_forward=1 net.netfilter.nf_conntrack_tcp_loose=1",
    ),
    "flapping port": tuple(f"ip link set eth2 {state}" for state in ("down", "up") * 3),
    "renamed port": (
        "ip link set eth2 down",
        "ip link set eth2 name terminals",
        "ip link set terminals up",
        "ip link set terminals down",
        "ip link set terminals name eth2",
        "ip link set eth2 up",
    ),
    "swapped ports": (
        "ip link set eth1 down",
        "ip link set eth2 down",
        "ip link set eth1 name aside",
        "ip link set eth2 name eth1",
        "ip link set aside name eth2",
        "ip link set eth1 up",
        "ip link set eth2 up",
        "ip link set eth1 name aside",
        "ip link set eth2 name eth1",
        "ip link set aside name eth2",
    ),
}


def test_on_an_open_router_the_flood_arrives(scene: Scene) -> None:
    """The positive control: the same packets, the same counter, no rules. It ends with the box enforced again."""
    scene.daemon.end(signal.SIGKILL)
    scene.daemon.forget()
    scene.twin.gateway.call(firewall.restore, NO_TABLE)
    scene.types(*(f"ip -{family} rule flush" for family in (4, 6)))
    scene.types(
        *(
            f"ip -{family} rule add pref {pref} lookup {table}"
            for family in (4, 6)
            for pref, table in ((0, "local"), (32766, "main"))
        )
    )
    with Flood(scene.twin) as flood:
        deadline = time.monotonic() + 5
        while flood.arrived < 1000:
            assert time.monotonic() < deadline
    scene.daemon.start()
    scene.until_repaired()


@pytest.mark.parametrize("commands", CHANGES.values(), ids=CHANGES)
def test_a_foreign_change_opens_nothing_and_is_repaired(scene: Scene, commands: tuple[str, ...]) -> None:
    scene.until_repaired()
    with Flood(scene.twin) as flood:
        scene.types(*commands)
        scene.until_repaired()
        scene.types("nft delete table inet other")
        flood.until_more()
    assert flood.arrived == 0


def test_a_held_table_refuses_everybody_else(scene: Scene) -> None:
    scene.until_repaired()
    codes = scene.types(
        "nft delete table inet claim_gateway",
        "nft flush table inet claim_gateway",
        "nft insert rule inet claim_gateway forward accept",
        "nft add table inet claim_gateway { flags dormant ; }",
    )
    before = scene.twin.gateway.call(generation)

    assert 0 not in codes
    assert scene.types("nft flush ruleset") == [0]  # passes the table by
    assert scene.twin.gateway.call(generation) == before


@pytest.mark.parametrize("stored", [True, False], ids=["socket kept", "socket lost"])
def test_a_killed_enforcer_leaves_everything_closed(scene: Scene, *, stored: bool) -> None:
    """With the socket in systemd's store the table is held on; without, anyone may flush it, and the guard stands."""
    with Flood(scene.twin) as flood:
        scene.daemon.end(signal.SIGKILL)
        if not stored:
            scene.daemon.forget()
        scene.types("nft insert rule inet claim_gateway forward accept", "nft flush ruleset")
        table = scene.twin.gateway.call(firewall.observe).text
        scene.daemon.start()
        scene.until_repaired()
    assert (table is not None) is stored
    assert flood.arrived == 0


def test_a_stopped_enforcer_leaves_everything_closed_and_repairs_when_it_goes_on(scene: Scene) -> None:
    with Flood(scene.twin) as flood:
        scene.daemon.send(signal.SIGSTOP)
        try:
            scene.types("nft flush ruleset", "ip -4 rule flush", "ip -6 rule flush", *CHANGES["added route"])
        finally:
            scene.daemon.send(signal.SIGCONT)
        scene.until_repaired()
    assert flood.arrived == 0


def test_an_unchanged_reload_changes_nothing_in_the_kernel(scene: Scene) -> None:
    scene.until_repaired()
    before = scene.twin.gateway.call(generation)

    scene.daemon.reload()

    assert scene.twin.gateway.call(generation) == before


def test_reloads_open_nothing_and_cut_nobody(scene: Scene) -> None:
    """Every second one asks for one more opening, so that rules and sets change each time."""
    plain, before = scene.site_file.read_text(), scene.twin.gateway.call(generation)
    with Flood(scene.twin) as flood, talking(scene.twin) as answers:
        try:
            for number in range(RELOADS):
                scene.site_file.write_text(plain if number % 2 else with_one_more_pc(plain))
                scene.daemon.reload()
            until_more(answers)
        finally:
            scene.site_file.write_text(plain)
            scene.daemon.reload()
    assert flood.arrived == 0
    assert scene.twin.gateway.call(generation) >= before + RELOADS


def test_a_restart_opens_nothing_and_cuts_nobody(scene: Scene) -> None:
    with Flood(scene.twin) as flood, talking(scene.twin) as answers:
        for number in (signal.SIGTERM, signal.SIGKILL):
            scene.daemon.end(number)
            scene.daemon.start()
            until_more(answers)
    assert flood.arrived == 0


def test_an_upgrade_in_place_opens_nothing_and_cuts_nobody(scene: Scene) -> None:
    """The former version left a table that nobody held and that cannot be taken as it is."""
    scene.daemon.end(signal.SIGTERM)
    scene.daemon.forget()
    scene.twin.gateway.call(firewall.restore, NO_TABLE)
    scene.twin.gateway.call(firewall.apply, scene.desired.table)
    with Flood(scene.twin) as flood, talking(scene.twin) as answers:
        until_more(answers)
        scene.daemon.start()
        until_more(answers)
        assert scene.twin.gateway.call(firewall.observe).held
    assert flood.arrived == 0


def with_one_more_pc(site: str) -> str:
    """The site file with a second receipt PC."""
    return site.replace("    receipt_pcs:\n", "    receipt_pcs:\n      - {name: 受付2, address: 192.168.10.22}\n")
