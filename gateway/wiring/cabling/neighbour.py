"""Is somebody there? The kernel is told to look for an address on a port, by ARP or neighbour discovery, and says whether it found it.

No packet of ours is made for it: what it sends is what it sends before any session, so no rule is needed and none is opened.
"""

import errno
import socket
import time
from collections.abc import Iterable, Mapping
from ipaddress import ip_address

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.site.values import IpAddress

PATIENCE_S = 4.0
"""It asks three times, a second apart (mcast_solicit and ucast_solicit, arp(7))."""
LOOK_EVERY_S = 0.05
_USE = 0x01  # NTF_USE, linux/neighbour.h: behave as if a packet had to go there
_INCOMPLETE, _REACHABLE, _PROBE, _FAILED = 0x01, 0x02, 0x10, 0x20  # NUD_…
_FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
_LOOKING = _INCOMPLETE | _PROBE

Wanted = tuple[str, IpAddress]
"""A port, and an address that should be behind it."""


def ask(wanted: Iterable[Wanted], patience_s: float = PATIENCE_S) -> Mapping[Wanted, bool]:
    """Who is there. Raises OSError if this process may not ask; a port that is not there has nobody."""
    all_wanted = tuple(wanted)
    with IPRoute() as ip:
        indexes = {port: next(iter(ip.link_lookup(ifname=port)), 0) for port, _ in all_wanted}
        asked = [(port, address) for port, address in all_wanted if _begin(ip, indexes[port], address)]
        deadline = time.monotonic() + patience_s
        states = _states(ip)
        while time.monotonic() < deadline and any(
            states.get((indexes[port], address), _INCOMPLETE) & _LOOKING for port, address in asked
        ):
            time.sleep(LOOK_EVERY_S)
            states = _states(ip)
    return {one: one in asked and states.get((indexes[one[0]], one[1]), _FAILED) == _REACHABLE for one in all_wanted}


def _begin(ip: IPRoute, index: int, address: IpAddress) -> bool:
    """Let the kernel look for it, anew if it thinks that it knows; False if it cannot look there at all."""
    if not index:
        return False
    words = {"dst": str(address), "ifindex": index, "family": _FAMILY[address.version]}
    known = next((one for one in ip.get_neighbours(**words) if dict(one["attrs"]).get("NDA_LLADDR")), None)
    try:
        if known is not None:
            ip.neigh("replace", **words, lladdr=dict(known["attrs"])["NDA_LLADDR"], state=_PROBE)
        else:
            ip.neigh("add", **words, state=0, flags=_USE)
    except NetlinkError as error:
        if error.code in (errno.EPERM, errno.EACCES):
            raise PermissionError(error.code, "Operation not permitted") from error
        return False  # ENETDOWN and the like: the port is off
    return True


def _states(ip: IPRoute) -> dict[tuple[int, IpAddress], int]:
    return {
        (one["ifindex"], ip_address(dict(one["attrs"])["NDA_DST"])): one["state"]
        for family in _FAMILY.values()
        for one in ip.get_neighbours(family=family)
        if "NDA_DST" in dict(one["attrs"])
    }
