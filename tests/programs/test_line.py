"""Lines whose carrier decides: by DHCP, router advertisements and delegated prefixes, which change while the rules stand."""

import socket
import struct
import subprocess
from pathlib import Path

import dns.message
import dns.rcode
import pytest
from pyroute2 import IPRoute

from gateway.enforcer.transaction import apply, desire
from gateway.firewall import part as firewall
from gateway.firewall.nft import Nft
from gateway.policy.derive import derive
from gateway.programs.desired import desired
from gateway.proof.child import prove_apart
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Answer
from gateway.proof.observe import evidence, observe
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.wiring import part as wiring
from gateway.wiring.guard import guard_rules
from gateway.wiring.model import LOCAL_TABLE, difference
from tests.policy.sites import site_on_a_line
from tests.programs.scene import Line, addresses, advertise, asked, connects, in_network, line, route_back, until

pytestmark = pytest.mark.root

FROM_THE_LINE = Path(__file__).parents[2] / "systemd" / "claim-gateway-line"
CLIENT = "[Match]\nName=pc\n[Network]\nDHCP=ipv4\nIPv6AcceptRA=yes\nLinkLocalAddressing=ipv6\n[DHCPv4]\nClientIdentifier=mac\n"
NTP_QUESTION = bytes([0b00_100_011]) + bytes(47)  # version 4, mode 3: a client's question (RFC 5905 §7.3)
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
ON_LINK, ADVERTISED = 0x80, 0xC0  # L; L and A (RFC 4861 §4.6.2)
AUTONOMOUS = {"2001:db8:ff::/64": ADVERTISED}
STATIC4 = {"addresses": ["198.51.100.2/24"], "next_hop": ["198.51.100.1"]}


def ruleset(box: Namespace, site: Site) -> str:
    """Every rule and set as the kernel has them, without what packets count and remember; and that nothing is amiss."""
    assert firewall.difference(desire(site).table, box.call(firewall.observe)) == ()
    command = box.command("nft", "--stateless", "--terse", "list", "ruleset")
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def drift(box: Namespace, site: Site) -> tuple[str, ...]:
    """What the wiring would put back."""
    wanted = wiring.desired(site)
    return tuple(map(str, difference(wanted, box.call(wiring.observe, wanted))))


def unproved(box: Namespace, site: Site) -> tuple[str, ...]:
    """Why the box, with everything that runs on it, is not proved; empty when it is."""
    around = surroundings(site, derive(site))
    verdict = prove_apart(site, evidence(box.call(observe, around), around))
    found = tuple(f"{one.what}: {one.why}" for one in verdict.findings if one.answer is not Answer.PROVED)
    return () if verdict.answer is Answer.PROVED else (verdict.reason, *found)


def served(scene: Line, site: Site) -> None:
    """The site in force, and its programs running; what networkd learns goes to the forwarder as on a box."""
    scene.box.call(apply, desire(site))
    programs = desired(site)
    state = scene.networkd(scene.box, {file.name: file.text for file in programs.network})
    servers = scene.home / "line"
    servers.mkdir()
    servers.chmod(0o755)

    def learned() -> bool:
        told = {"CLAIM_GATEWAY_LINKS": str(state / "links"), "CLAIM_GATEWAY_LINE_SERVERS": str(servers / "resolv.conf")}
        subprocess.run([FROM_THE_LINE], check=True, env=told | {"PATH": "/usr/bin:/bin"})
        return "nameserver 198.51.100.53" in (servers / "resolv.conf").read_text()

    if site.zones.wan is not None and site.zones.wan.uplink.dhcp:
        until("the line tells of a name server", learned)
    for service in programs.services:
        scene.service(service, servers)


def name_of(where: Namespace, server: str, name: str = "claim.example") -> str:
    """What `name` is, as `server` says; empty without an answer."""
    question = dns.message.make_query(name, "A")
    said = asked(where, server, 53, question.to_wire())
    answer = dns.message.from_wire(said) if said else None
    return str(answer.answer[0][0]) if answer and answer.rcode() == dns.rcode.NOERROR and answer.answer else ""


def time_of(where: Namespace, server: str) -> bool:
    """Whether `server` says what time it is, and knows it."""
    said = asked(where, server, 123, NTP_QUESTION)
    return said is not None and said[0] & 0b111 == 4 and said[0] >> 6 != 3 and struct.unpack_from("!B", said, 1)[0] < 16


def test_a_delegated_prefix_changes_under_running_terminals_and_no_rule_is_touched(tmp_path: Path) -> None:
    """By DHCP and PD; the segment has its addresses, its router, names and time from the box."""
    site = site_on_a_line(
        {"dhcp": {}, "pd": {}},
        claim={"serve": ["dhcp", "ra", "dns", "ntp"]},
        management={"from": ["192.168.10.250"], "ntp": ["192.0.2.123"]},
    )
    with line(tmp_path) as scene:
        scene.carrier_says("enable-ra", "dhcp-range=2001:db8:ff::,ra-only,64,10m")
        scene.delegates("2001:db8:1000::/56")
        scene.time_server()
        scene.answers(443)
        served(scene, site)
        until("a lease on the line", lambda: in_network(scene.box, "eth0", "198.51.100.0/24"))
        until("the segment's prefix", lambda: in_network(scene.box, "eth2", "2001:db8:1000::/64"))
        assert str(in_network(scene.box, "eth2", "2001:db8:1000::/64")) == "2001:db8:1000::1/64"
        before = ruleset(scene.box, site)
        assert drift(scene.box, site) == ()

        scene.networkd(scene.terminal, {"pc.network": CLIENT})
        until("the terminal's lease", lambda: in_network(scene.terminal, "pc", "192.168.20.0/24"))
        assert str(in_network(scene.terminal, "pc", "192.168.20.0/24")) == "192.168.20.10/24"
        until("the terminal's prefix", lambda: in_network(scene.terminal, "pc", "2001:db8:1000::/64"))
        until("names", lambda: name_of(scene.terminal, "192.168.20.1") == "203.0.113.10")
        assert name_of(scene.box, "198.51.100.53", "wpad") == "203.0.113.10"
        assert not name_of(scene.terminal, "192.168.20.1", "wpad")
        until("time", lambda: time_of(scene.terminal, "192.168.20.1"))
        _route(scene, "2001:db8:1000::/56")
        assert connects(scene.terminal, "203.0.113.10", 443)
        assert connects(scene.terminal, "2001:db8:c::10", 443)

        scene.delegates("2001:db8:2000::/56")
        until("the new prefix", lambda: in_network(scene.box, "eth2", "2001:db8:2000::/64"))
        until("the old prefix is gone", lambda: not in_network(scene.box, "eth2", "2001:db8:1000::/64"))
        until("the terminal's new prefix", lambda: in_network(scene.terminal, "pc", "2001:db8:2000::/64"))
        _route(scene, "2001:db8:2000::/56")
        until("the terminal's way with the new prefix", lambda: connects(scene.terminal, "2001:db8:c::10", 443))
        assert ruleset(scene.box, site) == before
        assert drift(scene.box, site) == ()
        assert unproved(scene.box, site) == ()

        _answered_in_their_segment_only(scene)
        # The rules are one reason that nobody else is answered; that the programs are bound to the segment is another.
        scene.box.call(_without_rules)
        scene.networkd(scene.lan, {"pc.network": CLIENT})
        _answered_in_their_segment_only(scene)
        assert [str(one) for one in addresses(scene.lan, "pc") if one.version == 4] == ["192.168.10.21/24"]


def _answered_in_their_segment_only(scene: Line) -> None:
    assert name_of(scene.terminal, "192.168.20.1") == "203.0.113.10"
    # chronyd answers a client that asks often one time in four only (chrony.conf(5), ratelimit).
    until("time", lambda: time_of(scene.terminal, "192.168.20.1"))
    lease = str(in_network(scene.box, "eth0", "198.51.100.0/24")).partition("/")[0]
    for elsewhere, servers in (
        (scene.lan, ("192.168.10.1", "192.168.20.1", "2001:db8:10::1")),
        (scene.carrier, (lease,)),
    ):
        for server in servers:
            assert not name_of(elsewhere, server)
            assert not time_of(elsewhere, server)


def test_an_advertised_prefix_changes_beside_a_static_address_and_no_rule_is_touched(tmp_path: Path) -> None:
    site = site_on_a_line({"static": STATIC4, "ra": {}})
    with line(tmp_path) as scene:
        first = scene.carrier_says("enable-ra", "dhcp-range=2001:db8:ff::,ra-only,64,infinite")
        scene.answers(443)
        served(scene, site)
        until("an address of the advertised prefix", lambda: in_network(scene.box, "eth0", "2001:db8:ff::/64"))
        before = ruleset(scene.box, site)
        assert drift(scene.box, site) == ()
        first.terminate()
        first.wait()
        scene.carrier.call(_renumber)
        scene.carrier_says("enable-ra", "dhcp-range=2001:db8:fe::,ra-only,64,infinite")
        until("an address of the new prefix", lambda: in_network(scene.box, "eth0", "2001:db8:fe::/64"))
        assert in_network(scene.box, "eth0", "198.51.100.2/24")
        assert ruleset(scene.box, site) == before
        assert drift(scene.box, site) == ()
        assert unproved(scene.box, site) == ()


def test_an_advertisement_says_nothing_about_the_inside(tmp_path: Path) -> None:
    """That a part of the terminals' segment is on the line, say: its route would be the longer one."""
    site = site_on_a_line({"static": STATIC4, "ra": {}})
    with line(tmp_path) as scene:
        served(scene, site)

        def heard() -> object:
            scene.carrier.call(advertise, AUTONOMOUS | {"2001:db8:20::/65": ON_LINK, "2001:db8:c:1::/64": ON_LINK})
            return in_network(scene.box, "eth0", "2001:db8:ff::/64")

        until("an address of the advertised prefix", heard)
        told = subprocess.run(scene.box.command("ip", "-6", "route"), check=True, capture_output=True, text=True).stdout
        assert [one.split()[0] for one in told.splitlines() if "proto ra" in one] == ["default"]
        assert drift(scene.box, site) == ()
        assert unproved(scene.box, site) == ()


def _route(scene: Line, network: str) -> None:
    """The carrier routes what it delegated to the box's link-local address."""

    def link_local() -> str:
        with IPRoute() as ip:
            index = ip.link_lookup(ifname="eth0")[0]
            told = (dict(one["attrs"])["IFA_ADDRESS"] for one in ip.get_addr(index=index, family=10))
            return next(str(address) for address in told if address.startswith("fe80"))

    route_back(scene.carrier, network, scene.box.call(link_local))


def _renumber() -> None:
    with IPRoute() as ip:
        index = ip.link_lookup(ifname="car")[0]
        ip.addr("del", index=index, address="2001:db8:ff::1", prefixlen=64)
        ip.addr("add", index=index, address="2001:db8:fe::1", prefixlen=64)


def _without_rules() -> None:
    """As a plain router: no table, and the kernel's own routing rules alone."""
    with Nft() as nft:
        nft.run("flush ruleset")
    with IPRoute() as ip:
        for family in (socket.AF_INET, socket.AF_INET6):
            ip.rule("add", family=family, priority=0, table=LOCAL_TABLE)
            for rule in guard_rules():
                if _FAMILY[rule.family] is family:
                    ip.rule("del", family=family, priority=rule.priority)
