import pytest

from gateway.firewall.rules import (
    ERROR_MAX_BYTES,
    NEIGHBOUR_DISCOVERY,
    ROUTER_ADVERTISEMENT,
    ROUTER_SOLICITATION,
    errors_accepted,
    no_extension_headers,
    own_errors_accepted,
    refused,
)
from gateway.policy.derive import derive
from gateway.site.layout import Layout
from tests.policy.sites import site_of


def test_refused_logs_a_little_and_drops_all() -> None:
    log, drop = refused("lan>wan", "lan to wan: not declared")
    assert log == 'limit rate 5/second burst 10 packets log prefix "lan>wan " group 5'
    assert drop == 'counter drop comment "lan to wan: not declared"'


def test_errors_are_bounded_in_size_and_rate_and_never_redirect() -> None:
    assert ERROR_MAX_BYTES == (576, 1280)
    for rule, size in zip(errors_accepted(), ERROR_MAX_BYTES, strict=True):
        assert f"meta length <= {size} " in rule
        assert "limit rate" in rule
        assert "redirect" not in rule
        assert "source-quench" not in rule
        assert "echo" not in rule


def test_own_errors_cover_both_families() -> None:
    assert [rule.split()[0] for rule in own_errors_accepted()] == ["icmp", "icmpv6"]


@pytest.mark.parametrize("rule", [NEIGHBOUR_DISCOVERY, ROUTER_ADVERTISEMENT, ROUTER_SOLICITATION])
def test_discovery_comes_from_the_same_wire_or_not_at_all(rule: str) -> None:
    assert rule.endswith("ip6 hoplimit 255")


@pytest.mark.parametrize(
    ("layout", "headers"),
    [
        (Layout.IP_VPN_CLAIM, "tcp, udp, ipv6-icmp"),
        (Layout.IPSEC_CLIENT_CLAIM, "tcp, udp, ipv6-icmp, esp"),
        (Layout.IPSEC_ROUTER_CLAIM, "tcp, udp, ipv6-icmp, esp"),
    ],
)
def test_esp_is_a_known_header_only_where_a_flow_uses_it(layout: Layout, headers: str) -> None:
    rule = no_extension_headers(derive(site_of(layout)))
    assert rule.startswith(f"ip6 nexthdr != {{ {headers} }} counter drop ")
