"""Rules that several chains share, word for word."""

from gateway.policy.model import Policy, Protocol
from gateway.site.values import Family

IP: dict[Family, str] = {4: "ip", 6: "ip6"}
"""nft's name of each family's header."""

NFLOG_GROUP = 5

ADDRESS_TYPE: dict[Family, str] = {4: "ipv4_addr", 6: "ipv6_addr"}
"""nft's name of each family's address type."""

NEIGHBOUR_DISCOVERY = "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert } ip6 hoplimit 255"
"""Hop limit 255: nobody beyond the wire can have sent it (RFC 4861 §7.1.1)."""

ROUTER_ADVERTISEMENT = "icmpv6 type nd-router-advert ip6 hoplimit 255"
ROUTER_SOLICITATION = "icmpv6 type nd-router-solicit ip6 hoplimit 255"
LINK_LOCAL = "ip6 saddr fe80::/10"

DHCP_TO_SERVER = "udp sport 68 udp dport 67"  # RFC 2131 §4.1
DHCP_TO_CLIENT = "udp sport 67 udp dport 68"

_ERROR_KINDS = (
    "icmp type { destination-unreachable, time-exceeded, parameter-problem }",
    "icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem }",
)
ERROR_MAX_BYTES = (576, 1280)
"""An ICMP error is at most 576 bytes (RFC 1812 §4.3.2.3), an ICMPv6 error at most 1,280 (RFC 4443 §2.4(c))."""


def no_extension_headers(policy: Policy) -> str:
    """Drops IPv6 packets whose first header is none the policy knows.

    Conntrack reassembles at priority -400 (nf_defrag_ipv6), so no fragment header is left to be let through.
    """
    known = ["tcp", "udp", "ipv6-icmp"]
    if any(Protocol.ESP in flow.protocols for flow in policy.flows):
        known.append("esp")
    return (
        f"ip6 nexthdr != {{ {', '.join(known)} }} counter drop "
        'comment "extension headers; fragments are whole again here"'
    )


def refused(name: str, comment: str) -> tuple[str, str]:
    """The end of a chain: a rate-limited line to NFLOG group 5 under `name`, and the drop."""
    return (
        f'limit rate 5/second burst 10 packets log prefix "{name} " group {NFLOG_GROUP}',
        f'counter drop comment "{comment}"',
    )


def errors_accepted() -> tuple[str, ...]:
    """ICMP errors, no longer than the standards allow and at most 100 a second: no room to carry files."""
    return tuple(
        f"{kind} meta length <= {size} limit rate 100/second counter accept"
        for kind, size in zip(_ERROR_KINDS, ERROR_MAX_BYTES, strict=True)
    )


def own_errors_accepted() -> tuple[str, ...]:
    """ICMP errors the box itself sends; the kernel limits their rate."""
    return tuple(f'{kind} counter accept comment "the box\'s own errors"' for kind in _ERROR_KINDS)
