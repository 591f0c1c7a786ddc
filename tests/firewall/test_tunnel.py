import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from ipaddress import ip_network

import pytest

from gateway.firewall.compile import compile_table
from gateway.firewall.tunnel import clamped, protected_sets, tunnel_or_nothing
from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.policy.places import TUNNEL_PORT
from gateway.site.layout import Layout, Zone
from gateway.site.load import load_site
from gateway.site.values import Family
from gateway.twin.build import Twin
from gateway.twin.samples import CONFIGS
from tests.firewall.kernel import HERE, run
from tests.policy.sites import site_of

PORTS = {Zone.LAN: "eth1", Zone.CLAIM: "eth2", Zone.WAN: "eth0", Zone.TUNNEL: TUNNEL_PORT}
FORTY = ip_network("203.0.113.0/24")


@pytest.fixture
def policy() -> Policy:
    return derive(site_of(Layout.IPSEC_ROUTER_CLAIM))


def test_each_family_that_the_tunnel_protects_has_its_set(policy: Policy) -> None:
    assert [one.name for one in protected_sets(policy)] == ["protected4", "protected6"]
    assert [one.name for one in protected_sets(replace(policy, protected=(FORTY,)))] == ["protected4"]
    assert list(protected_sets(derive(site_of(Layout.IP_VPN_CLAIM)))) == []


def test_what_it_protects_leaves_by_it_or_not_at_all_in_forward_and_output(policy: Policy) -> None:
    rules = tuple(tunnel_or_nothing(policy, PORTS))
    chains = {chain.name: chain.rules for chain in compile_table(policy, PORTS).chains}

    assert rules == (
        'oifname != "ipsec0" ip daddr @protected4 counter drop comment "C17: through the tunnel or not at all"',
        'oifname != "ipsec0" ip6 daddr @protected6 counter drop comment "C17: through the tunnel or not at all"',
    )
    for hook, before in (("forward", "@pairs"), ("output", "hoplimit")):
        assert set(rules) < set(chains[hook])
        assert max(map(chains[hook].index, rules)) < next(at for at, rule in enumerate(chains[hook]) if before in rule)


def test_both_directions_of_a_pair_with_sessions_are_told_of_smaller_packets(policy: Policy) -> None:
    told = [
        (origin, target)
        for origin in policy.zones
        for target in policy.zones
        if origin is not target and list(clamped(policy, origin, target))
    ]

    assert told == [(Zone.CLAIM, Zone.TUNNEL), (Zone.TUNNEL, Zone.CLAIM)]


def test_a_line_without_headers_of_its_own_needs_none() -> None:
    assert not list(clamped(derive(site_of(Layout.IP_VPN_CLAIM)), Zone.CLAIM, Zone.WAN))


PATIENCE_S = 5.0
MTU = 1400
HEADERS: dict[Family, int] = {4: 40, 6: 60}
"""IP and TCP, bytes (RFC 9293 §3.7.1)."""
CLAIM_SYSTEM: dict[Family, str] = {4: "203.0.113.1", 6: "2001:db8:c::1"}
RECEIPT_PC: dict[Family, str] = {4: "192.168.10.21", 6: "2001:db8:10::21"}
FAMILIES: tuple[Family, ...] = (4, 6)
SEEN = """table inet seen {
  counter sent4 {}
  counter sent6 {}
  counter routed4 {}
  counter routed6 {}
  chain marks { type filter hook prerouting priority raw; policy accept;
    meta mark set 0x60000000
    udp dport 9 meta nfproto ipv4 counter name sent4
    udp dport 9 meta nfproto ipv6 counter name sent6
  }
  chain forward { type filter hook forward priority raw; policy accept;
    udp dport 9 meta nfproto ipv4 counter name routed4
    udp dport 9 meta nfproto ipv6 counter name routed6
  }
}
"""
"""A stranger that marks everything as ours alone may, and counts what got past routing."""


@pytest.fixture
def twin() -> Iterator[Twin]:
    with Twin(load_site(CONFIGS / "ipsec-router-claim.yaml")) as built:
        built.apply(built.desire())
        yield built


def ip(twin: Twin, words: str) -> None:
    subprocess.run(twin.gateway.command("ip", *words.split()), check=True, capture_output=True)


def send(twin: Twin, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with twin.namespace("claim0").call(socket.socket, family, socket.SOCK_DGRAM) as sender:
        sender.sendto(b"anything", (address, 9))


def reading(twin: Twin, counter: str) -> int:
    said = subprocess.run(
        twin.gateway.command("nft", "list", "counter", "inet", "seen", counter),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return int(said.split("packets ")[1].split()[0])


def arrived(twin: Twin, counter: str, before: int) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while reading(twin, counter) == before:
        assert time.monotonic() < deadline, f"{counter} counted nothing"
        time.sleep(0.005)


@pytest.mark.root
@pytest.mark.parametrize("family", FAMILIES)
def test_both_ends_of_a_session_open_it_with_what_fits_the_tunnel(twin: Twin, family: Family) -> None:
    ip(twin, f"link set {TUNNEL_PORT} mtu {MTU}")
    kind = socket.AF_INET6 if family == 6 else socket.AF_INET
    with ExitStack() as stack:
        server = stack.enter_context(
            twin.namespace("tunnel-end").call(socket.create_server, (CLAIM_SYSTEM[family], 443), family=kind)
        )
        claim = twin.namespace("claim0")
        client = stack.enter_context(claim.call(socket.create_connection, (CLAIM_SYSTEM[family], 443), PATIENCE_S))
        peer = stack.enter_context(server.accept()[0])
        for end in (client, peer):
            assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG) <= MTU - HEADERS[family]


@pytest.mark.root
@pytest.mark.parametrize("family", FAMILIES)
def test_a_mark_somebody_else_set_does_not_survive_the_first_rule(twin: Twin, family: Family) -> None:
    run(twin.gateway, SEEN)
    sent, routed = f"sent{family}", f"routed{family}"

    send(twin, RECEIPT_PC[family])
    arrived(twin, sent, 0)
    assert reading(twin, routed) == 0

    # The control: without that rule the stranger's mark takes the terminal's packet past the guard.
    run(twin.gateway, f"insert rule {HERE} prerouting iifname eth2 udp dport 9 accept")
    send(twin, RECEIPT_PC[family])
    arrived(twin, routed, 0)


@pytest.mark.root
@pytest.mark.parametrize("family", FAMILIES)
def test_with_the_interface_and_every_route_gone_the_rules_alone_keep_it_in(twin: Twin, family: Family) -> None:
    run(twin.gateway, SEEN)
    network = "203.0.113.0/24" if family == 4 else "2001:db8:c::/48"
    ip(twin, f"link set {TUNNEL_PORT} down")

    send(twin, CLAIM_SYSTEM[family])
    arrived(twin, f"sent{family}", 0)
    assert reading(twin, f"routed{family}") == 0  # the blackhole

    ip(twin, f"-{family} route del blackhole {network}")
    send(twin, CLAIM_SYSTEM[family])
    arrived(twin, f"routed{family}", 0)
    assert kept_in(twin) == {4: int(family == 4), 6: int(family == 6)}


def kept_in(twin: Twin) -> dict[Family, int]:
    """How many packets the rules of the forward chain dropped for C17."""
    said = subprocess.run(
        twin.gateway.command("nft", "list", "chain", *HERE.split(), "forward"),
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    lines = [line for line in said.splitlines() if "C17" in line]
    return {family: int(line.split("packets ")[1].split()[0]) for family, line in zip(FAMILIES, lines, strict=True)}
