from datetime import timedelta
from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.policy.derive import derive
from gateway.policy.learned import LASTS_LEAST, LASTS_MOST, Learned, Unreadable, decoded, may_be_reached
from gateway.site.layout import Layout, Zone
from gateway.site.model import Site
from tests.policy.sites import site_of


@given(
    st.text(max_size=50),
    st.lists(st.ip_addresses(), max_size=8),
    st.integers(int(LASTS_LEAST.total_seconds()), int(LASTS_MOST.total_seconds())),
)
def test_what_was_learned_passes_unchanged(name: str, addresses: list[object], seconds: int) -> None:
    learned = Learned(name, tuple(map(ip_address, map(str, addresses))), timedelta(seconds=seconds))

    assert decoded(learned.encoded()) == learned


@pytest.mark.parametrize(("ttl", "lasts"), [(0, LASTS_LEAST), (-5, LASTS_LEAST), (10**9, LASTS_MOST)])
def test_no_time_is_believed_beyond_reason(ttl: int, lasts: timedelta) -> None:
    assert decoded(b'{"name": "a", "addresses": [], "ttl": %d}' % ttl).lasts == lasts


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"name": 1, "addresses": [], "ttl": 1}',
        b'{"name": "a", "addresses": ["192.0.2.1/24"], "ttl": 1}',
        b'{"name": "a", "addresses": [7], "ttl": 1}',
        b'{"name": "a", "addresses": ["2001:db8::1%eth0"], "ttl": 1}',
        b'{"name": "a", "addresses": ["2001:db8::1%a }; flush ruleset"], "ttl": 1}',
        b'{"name": "a", "addresses": [], "ttl": "1"}',
        b'{"name": "a", "addresses": [], "ttl": 1e400}',
        b'{"name": "a", "addresses": [], "ttl": ' + b"9" * 400 + b"}",
        b"[" * 100_000,
        b'{"name": "a", "ttl": 1, "addresses": [' + b", ".join([b'"192.0.2.1"'] * 65) + b"]}",
    ],
)
def test_what_is_no_answer_is_refused(datagram: bytes) -> None:
    with pytest.raises(Unreadable):
        decoded(datagram)


@pytest.mark.parametrize(
    ("address", "reachable"),
    [
        ("203.0.113.200", True),
        ("2001:db8:f::1", True),
        ("192.168.10.21", False),
        ("192.168.20.1", False),
        ("2001:db8:10::21", False),
        ("127.0.0.1", False),
        (str(IPv4Address(0)), False),
        ("224.0.0.251", False),
        ("169.254.1.1", False),
        ("::1", False),
        ("fe80::1", False),
        ("ff02::fb", False),
        ("::ffff:192.168.10.21", False),
    ],
)
def test_an_address_inside_or_of_no_host_is_not_for_terminals(site: Site, address: str, *, reachable: bool) -> None:
    assert may_be_reached(derive(site), ip_address(address), Zone.WAN) is reachable


@pytest.mark.parametrize(
    ("address", "target", "reachable"),
    [
        ("203.0.113.7", Zone.TUNNEL, True),
        ("203.0.113.7", Zone.WAN, False),
        ("198.18.0.7", Zone.WAN, True),
        ("198.18.0.7", Zone.TUNNEL, False),
        ("2001:db8:c::7", Zone.TUNNEL, True),
        ("2001:db8:c::7", Zone.WAN, False),
        ("192.168.20.10", Zone.TUNNEL, False),
    ],
)
def test_what_the_tunnel_protects_is_reached_by_it_and_nothing_else_is(
    address: str, target: Zone, *, reachable: bool
) -> None:
    policy = derive(site_of(Layout.IPSEC_ROUTER_CLAIM))
    assert may_be_reached(policy, ip_address(address), target) is reachable
