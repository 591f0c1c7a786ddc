"""The few kernel settings that raise an event: forwarding, rp_filter, proxy neighbours (linux/netconf.h). All others: poll."""

import socket
import struct
from collections.abc import Iterator

from gateway.enforcer.change import Change, ChangeKind
from gateway.enforcer.watch.source import Source, subscribe
from gateway.firewall.netlink import attributes, messages

_GROUPS = (24, 25)  # RTNLGRP_IPV4_NETCONF, RTNLGRP_IPV6_NETCONF
_NEWNETCONF = 80
_HEAD_BYTES = 4  # struct netconfmsg, aligned
_IFINDEX = 1
_SETTINGS = {2: "forwarding", 3: "rp_filter", 4: "mc_forwarding", 5: "proxy", 6: "ignore_routes", 8: "bc_forwarding"}
_PLACES = {-1: "all", -2: "default"}  # NETCONFA_IFINDEX_ALL, _DEFAULT


def source() -> Source:
    """Settings as they change; the kernel does not say who wrote them. Raises OSError."""
    return subscribe("netconf", socket.NETLINK_ROUTE, _GROUPS, parse)


def parse(datagram: bytes) -> Iterator[Change]:
    """The settings in one datagram. Pure. Those this process wrote are among them."""
    for kind, _, _, payload in messages(datagram):
        if kind != _NEWNETCONF or len(payload) < _HEAD_BYTES:
            continue
        told = {
            one: struct.unpack("=i", value)[0] for one, value in attributes(payload[_HEAD_BYTES:]) if len(value) == 4
        }
        family = "ipv4" if payload[0] == socket.AF_INET else "ipv6"
        where = _PLACES.get(told.get(_IFINDEX, 0), f"link {told.get(_IFINDEX, 0)}")
        values = ", ".join(f"{name} {told[one]}" for one, name in _SETTINGS.items() if one in told)
        if values:
            yield Change(ChangeKind.SETTING, None, f"{family} of {where}: {values}")
