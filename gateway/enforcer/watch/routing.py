"""Links, addresses, routes and routing rules: rtnetlink(7) tells each change, and which socket asked for it."""

import socket
import struct
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

from gateway.enforcer.change import Change, ChangeKind, Who
from gateway.enforcer.watch.source import Source, subscribe
from gateway.firewall.netlink import attributes, messages
from gateway.wiring.guard import BARRIER

_GROUPS = (
    1,
    5,
    7,
    8,
    9,
    11,
    19,
)  # RTNLGRP_LINK, IPV4_IFADDR, IPV4_ROUTE, IPV4_RULE, IPV6_IFADDR, IPV6_ROUTE, IPV6_RULE
_NEWLINK, _DELLINK, _NEWADDR, _DELADDR, _NEWROUTE, _DELROUTE, _NEWRULE, _DELRULE = 16, 17, 20, 21, 24, 25, 32, 33
_PID_MAX = 1 << 22  # PID_MAX_LIMIT, linux/threads.h
_IFF_UP, _IFF_RUNNING = 0x1, 0x40
_IFLA_IFNAME, _RTA_DST, _RTA_OIF, _RTA_GATEWAY, _RTA_TABLE, _FRA_PRIORITY = 3, 1, 4, 5, 15, 6
_VERSION: dict[int, int] = {socket.AF_INET: 4, socket.AF_INET6: 6}


def source() -> Source:
    """Every change, this process's own among them: only its first socket would be known by its port id. Raises OSError."""
    return subscribe("rtnetlink", socket.NETLINK_ROUTE, _GROUPS, parse)


def parse(datagram: bytes) -> Iterator[Change]:
    """The changes in one datagram. Pure but for the name of a process that is still there."""
    for kind, _, port, payload in messages(datagram):
        told = _TOLD.get(kind)
        if told is None or len(payload) < told[2]:
            continue
        which, read, head = told
        found = dict(attributes(payload[head:]))
        if which is ChangeKind.ROUTING_RULE and _priority(found) == BARRIER:
            continue  # the daemon's own, at every change of others: hearing it would be heard again
        yield Change(which, _who(port), f"{read(payload, found)} {_END[kind % 2]}")


def _link(payload: bytes, told: dict[int, bytes]) -> str:
    flags = struct.unpack_from("=I", payload, 8)[0]
    name = told.get(_IFLA_IFNAME, b"?").rstrip(b"\0").decode(errors="replace")
    state = "down" if not flags & _IFF_UP else "up" if flags & _IFF_RUNNING else "without a cable"
    return f"link {name} ({state})"


def _address(payload: bytes, told: dict[int, bytes]) -> str:
    own = told.get(2) or told.get(1, b"")  # IFA_LOCAL, which on IPv4 is ours; else IFA_ADDRESS
    return f"address {_spelled(own)}/{payload[1]} on link {struct.unpack_from('=I', payload, 4)[0]}"


def _route(payload: bytes, told: dict[int, bytes]) -> str:
    there = f"{_spelled(told[_RTA_DST])}/{payload[1]}" if _RTA_DST in told else "default"
    via = f" via {_spelled(told[_RTA_GATEWAY])}" if _RTA_GATEWAY in told else ""
    table = struct.unpack("=I", told[_RTA_TABLE])[0] if _RTA_TABLE in told else payload[4]
    return f"ipv{_VERSION.get(payload[0], '?')} route to {there}{via} in table {table}"


def _rule(payload: bytes, told: dict[int, bytes]) -> str:
    return f"ipv{_VERSION.get(payload[0], '?')} rule {_priority(told)}"


def _priority(told: dict[int, bytes]) -> int:
    return int(struct.unpack("=I", told[_FRA_PRIORITY])[0]) if _FRA_PRIORITY in told else 0


def _spelled(address: bytes) -> str:
    return str(ip_address(address)) if len(address) in (4, 16) else "?"


def _who(port: int) -> Who | None:
    """A process's first socket has its pid for a port id; further ones have numbers past any pid, the kernel has 0."""
    if not 0 < port < _PID_MAX:
        return None
    try:
        return Who(port, Path(f"/proc/{port}/comm").read_text().strip())
    except OSError:
        return Who(port, "")


_END = ("set", "gone")
"""By the parity of the message's type: NEW is even, DEL is odd."""

Read = Callable[[bytes, dict[int, bytes]], str]
_TOLD: dict[int, tuple[ChangeKind, Read, int]] = {
    # struct ifinfomsg is 16 bytes long, ifaddrmsg 8, rtmsg and fib_rule_hdr 12
    _NEWLINK: (ChangeKind.LINK, _link, 16),
    _DELLINK: (ChangeKind.LINK, _link, 16),
    _NEWADDR: (ChangeKind.ADDRESS, _address, 8),
    _DELADDR: (ChangeKind.ADDRESS, _address, 8),
    _NEWROUTE: (ChangeKind.ROUTE, _route, 12),
    _DELROUTE: (ChangeKind.ROUTE, _route, 12),
    _NEWRULE: (ChangeKind.ROUTING_RULE, _rule, 12),
    _DELRULE: (ChangeKind.ROUTING_RULE, _rule, 12),
}
