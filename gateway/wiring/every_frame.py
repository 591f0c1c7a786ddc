"""Ports that take frames for any address (IFF_PROMISC, netdevice(7)), as a bridge's do: a card keeps others' frames back.

A terminal that dials through the box is answered by its own hardware address, not by the port's.
"""

from collections.abc import Iterable

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from gateway.wiring.part import WiringError

_PROMISC = 0x100  # IFF_PROMISC, linux/if.h


def observe(ports: Iterable[str]) -> frozenset[str]:
    """Those of `ports` that are there and were told to. Whoever only listens in (packet(7)) does not show here."""
    wanted = set(ports)
    with IPRoute() as ip:
        return frozenset(
            name
            for one in ip.get_links()
            if (name := str(dict(one["attrs"])["IFLA_IFNAME"])) in wanted and one["flags"] & _PROMISC
        )


def tell(ports: Iterable[str], *, take: bool) -> None:
    """Have `ports` take every frame, or no longer; one that is gone needs no telling. Raises WiringError."""
    with IPRoute() as ip:
        for port in ports:
            try:
                for index in ip.link_lookup(ifname=port):
                    ip.link("set", index=index, flags=_PROMISC if take else 0, change=_PROMISC)
            except NetlinkError as error:
                raise WiringError(f"port {port} takes frames for any address: {error.args[1]}") from error
