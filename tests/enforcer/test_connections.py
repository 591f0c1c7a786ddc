from dataclasses import replace
from ipaddress import ip_address

import pytest

from gateway.enforcer import connections
from gateway.enforcer.connections import Connection
from gateway.enforcer.errors import PurgeError
from gateway.enforcer.in_force import in_force
from gateway.firewall import part as firewall
from gateway.policy.derive import derive
from gateway.policy.model import Protocol
from gateway.site.load import load_site
from gateway.site.model import Site
from gateway.twin.namespace import Namespace
from gateway.twin.samples import CONFIGS
from tests.policy.sites import site_on_a_line

LISTING = """\
ipv4     2 tcp      6 431999 ESTABLISHED src=192.168.10.21 dst=192.168.20.10 sport=53848 dport=445 src=192.168.20.10 dst=192.168.20.1 sport=445 dport=53848 [ASSURED] mark=0 use=1
ipv6     10 udp      17 29 src=2001:db8:20::10 dst=2001:db8:c::53 sport=33316 dport=53 [UNREPLIED] src=2001:db8:c::53 dst=2001:db8:20::10 sport=53 dport=33316 mark=0 use=1
ipv4     2 icmp     1 29 src=192.168.20.10 dst=192.168.10.21 type=8 code=0 id=24210 src=192.168.10.21 dst=192.168.20.10 type=0 code=0 id=24210 mark=0 use=1
ipv4     2 unknown  132 29 src=192.168.20.10 dst=192.168.10.21 src=192.168.10.21 dst=192.168.20.10 mark=0 use=1
this is no entry
"""
OWN = frozenset(map(ip_address, ("192.168.10.1", "192.168.20.1", "127.0.0.1")))


def one(source: str, target: str, number: int = 6, port: int | None = 445) -> Connection:
    return Connection(number, ip_address(source), ip_address(target), 50_000 if port else None, port)


def test_a_listing_is_read_in_the_original_direction() -> None:
    share, question, echo, other = connections.read(LISTING)
    assert share == Connection(6, ip_address("192.168.10.21"), ip_address("192.168.20.10"), 53_848, 445)
    assert (question.protocol, question.port) == (Protocol.UDP, 53)
    assert (echo.protocol, echo.port) == (Protocol.ICMP_ECHO, None)
    assert other.protocol is None
    assert [entry.answered for entry in (share, question, echo, other)] == [True, False, True, True]


@pytest.mark.parametrize(
    ("entry", "lives"),
    [
        (one("192.168.10.21", "192.168.20.10"), True),
        (one("192.168.20.10", "192.168.10.21"), False),
        (one("192.168.10.21", "192.168.20.10", port=22), False),
        (one("192.168.20.10", "203.0.113.10", port=443), True),
        (one("192.168.20.10", "198.51.100.99", port=443), False),
        (one("192.168.20.10", "203.0.113.10", number=17, port=53), True),
        (one("192.168.20.10", "203.0.113.10", number=1, port=None), False),
        (one("192.168.20.10", "203.0.113.10", number=132, port=None), False),
        (one("127.0.0.1", "127.0.0.1", port=9), True),
        (one("192.168.10.99", "192.168.10.1", port=22), False),
    ],
)
def test_what_the_policy_allows_lives_on_and_nothing_else(site: Site, entry: Connection, lives: bool) -> None:
    policy = in_force(derive(site), {})
    assert (connections.refused(policy, (entry,), OWN) == ()) is lives


def test_a_terminal_with_an_address_of_the_delegated_prefix_keeps_its_sessions() -> None:
    site = site_on_a_line({"dhcp": {}, "pd": {}})
    entry = Connection(6, ip_address("2001:db8:77:1::5"), ip_address("2001:db8:c::1"), 40_000, 443)
    assert connections.refused(derive(site), (entry,), frozenset()) == ()
    assert connections.refused(derive(site), (replace(entry, port=444),), frozenset()) != ()


LINE = "198.51.100.2"


@pytest.mark.parametrize(
    ("entry", "lives"),
    [
        (Connection(17, ip_address(LINE), ip_address("192.0.2.10"), 500, 500), True),
        (Connection(17, ip_address(LINE), ip_address("192.0.2.10"), 4500, 4500), True),
        (Connection(50, ip_address(LINE), ip_address("192.0.2.10"), None, None), True),
        (Connection(17, ip_address(LINE), ip_address("192.0.2.99"), 4500, 4500), False),
        (Connection(50, ip_address("192.0.2.10"), ip_address(LINE), None, None), False),
        (Connection(6, ip_address("192.168.20.10"), ip_address("203.0.113.10"), 50_000, 443), True),
        (Connection(6, ip_address("192.168.10.21"), ip_address("203.0.113.10"), 50_000, 443), False),
    ],
)
def test_the_boxs_own_tunnel_and_what_runs_in_it_live_on(entry: Connection, lives: bool) -> None:
    policy = in_force(derive(load_site(CONFIGS / "ipsec-router-claim.yaml")), {})
    assert (connections.refused(policy, (entry,), OWN | {ip_address(LINE)}) == ()) is lives


def test_a_flow_that_is_gone_takes_its_connections_along(site: Site) -> None:
    policy = in_force(derive(site), {})
    share = one("192.168.10.21", "192.168.20.10")
    fewer = replace(policy, flows=tuple(flow for flow in policy.flows if flow.origin != "lan"))
    assert connections.refused(fewer, (share,), OWN) == (share,)


@pytest.fixture
def tracked(namespace: Namespace) -> Namespace:
    """Three connections: one the sample site allows, two it does not."""

    def track() -> None:
        for source, target, port in (
            ("192.168.10.21", "192.168.20.10", 445),
            ("192.168.20.10", "192.168.10.21", 445),
            ("2001:db8:20::10", "2001:db8:10::21", 445),
        ):
            words = f"-I -p tcp -s {source} -d {target} -r {target} -q {source} --sport 50000 --dport {port} --reply-port-src"
            words += f" {port} --reply-port-dst 50000 --state ESTABLISHED -t 600 -u ASSURED,SEEN_REPLY"
            connections._conntrack(*words.split())

    namespace.call(track)
    return namespace


@pytest.mark.root
def test_refused_connections_end_and_the_others_do_not(tracked: Namespace, site: Site) -> None:
    assert tracked.call(lambda: connections.purge(derive(site), firewall.observe())) == 2
    left = tracked.call(lambda: connections.read(connections._conntrack("-L", "-o", "extended")))
    assert [str(entry.source) for entry in left] == ["192.168.10.21"]
    assert tracked.call(lambda: connections.purge(derive(site), firewall.observe())) == 0


def test_without_the_program_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "CONNTRACK", "no-such-program")
    with pytest.raises(PurgeError, match="install the Debian package conntrack"):
        connections._conntrack("-L")


@pytest.mark.root
def test_what_conntrack_refuses_is_said_in_its_words(namespace: Namespace) -> None:
    with pytest.raises(PurgeError, match="conntrack: "):
        namespace.call(connections._conntrack, "--no-such-option")
