"""The kernel settings a gateway needs, each with its reason (ip-sysctl, nf_conntrack-sysctl in the kernel's documentation)."""

from collections.abc import Iterator

from gateway.wiring.model import Sysctl

ESTABLISHED_TIMEOUT_S = 432_000
"""The kernel's default, five days: an idle share stays open (RFC 5382 REQ-5 asks for 7,440 s at least)."""

_V4_EACH = {
    "accept_redirects": "0",
    "send_redirects": "0",
    "accept_source_route": "0",
    "proxy_arp": "0",
    "arp_ignore": "1",  # answer ARP only for an address of the asked interface
    "arp_announce": "2",
    "promote_secondaries": "1",  # else the end of an old address takes the new one of its prefix along
    "route_localnet": "0",  # 127.0.0.0/8 stays inside
    "accept_local": "0",  # nobody else has our addresses
    "bc_forwarding": "0",
    "src_valid_mark": "1",  # else rp_filter's reverse lookup carries no mark and meets the guard
}
_V6_EACH = {
    "accept_redirects": "0",
    "accept_source_route": "0",
    "proxy_ndp": "0",
    "accept_ra": "0",  # a terminal must not become the box's router
}


def sysctls(inside: tuple[str, ...], uplinks: tuple[str, ...], without_ip: tuple[str, ...] = ()) -> tuple[Sysctl, ...]:
    """The settings for these ports. Forwarding comes first: switching it on resets some of the others.

    Those `without_ip` carry another protocol's frames; IPv4 has no switch, but no address either.
    """
    return (
        *(Sysctl(path, value) for path, value in _settings(inside, uplinks)),
        *(Sysctl(f"net/ipv6/conf/{name}/disable_ipv6", "1") for name in without_ip),
    )


def _settings(inside: tuple[str, ...], uplinks: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    yield "net/ipv4/ip_forward", "1"
    yield "net/ipv6/conf/all/forwarding", "1"
    for name in ("all", "default", *inside, *uplinks):
        yield from ((f"net/ipv4/conf/{name}/{setting}", value) for setting, value in _V4_EACH.items())
        yield from ((f"net/ipv6/conf/{name}/{setting}", value) for setting, value in _V6_EACH.items())
    for name in (*inside, *uplinks):
        yield f"net/ipv4/conf/{name}/forwarding", "1"
        yield f"net/ipv6/conf/{name}/forwarding", "1"
    # The kernel takes the larger of `all` and the port's own; on the uplink nft's fib is the spoof check.
    for name in ("all", *uplinks):
        yield f"net/ipv4/conf/{name}/rp_filter", "0"
    for name in inside:
        yield f"net/ipv4/conf/{name}/rp_filter", "1"
    # A mid-stream ACK from lan must not open an entry through which a terminal's data would flow.
    yield "net/netfilter/nf_conntrack_tcp_loose", "0"
    yield "net/netfilter/nf_conntrack_tcp_be_liberal", "0"
    yield "net/netfilter/nf_conntrack_tcp_timeout_established", str(ESTABLISHED_TIMEOUT_S)
