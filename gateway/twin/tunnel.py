"""A twin's tunnel with real charons at both ends, instead of the wire that otherwise stands for it.

The provider's host holds the far end. What it decrypts it forwards to the hosts behind it, over a wire of its own; what
reached it unencrypted it would forward as well, so nothing hides a leak.
"""

import time
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Self

from pyroute2 import IPRoute, netns

from gateway.enforcer.desired import OwnEnd
from gateway.policy.places import Carrier, protected
from gateway.site.model import Site
from gateway.site.values import IpNetwork
from gateway.tunnel.compile import desired
from gateway.tunnel.decide import Pace
from gateway.tunnel.model import Tunnel
from gateway.tunnel.session import Keeper
from gateway.tunnel.up import observe_up
from gateway.twin.charon import Charon, CharonError
from gateway.twin.far_end import POOL, FarEnd, Trust
from gateway.twin.namespace import Namespace
from gateway.twin.plan import TUNNEL_ENDS

LOOPBACK = 1
CORE = "core0"
"""The provider's port towards the hosts behind the tunnel."""
UP_TIMEOUT_S = 20.0
_PACE = Pace(first_s=0.2, longest_s=0.5, return_s=3600.0)


class RealTunnel:
    """A context manager; leaving it ends both charons and whoever keeps the tunnel up.

    `place` is a folder of its own, for keys and sockets. The preferred provider is the one that answers.
    """

    def __init__(self, site: Site, place: Path, gateway: Namespace, provider: Namespace) -> None:
        wanted = desired(site, Carrier.TUN)
        if wanted is None:
            raise CharonError("this site holds no tunnel")
        self._wanted: Tunnel = wanted
        self._site = site
        self._gateway, self._provider = gateway, provider
        self._near = Charon(place / "near", namespace=gateway.name)
        self._far = Charon(place / "far", namespace=provider.name)
        self.own_end = OwnEnd(place, self._near.door, Carrier.TUN)
        self._keeper = Keeper(self._near.door, pace=_PACE)
        self._thread = Thread(target=self._keep, name="keeper")

    def __enter__(self) -> Self:
        trust, preferred = Trust.made(), self._wanted.connections[0]
        trust.write(self._wanted.connections, self.own_end.folder)
        self._near.__enter__()
        try:
            self._far.__enter__()
            far_end = FarEnd(self._far, self._provider, trust)
            far_end.offer(preferred)
            self._provider.call(_lead_on, protected(self._site))
            given = (POOL,) if preferred.virtual_address else ()
            far_end.lead_back(*given, *(network for child in preferred.children for network in child.local))
        except BaseException:
            self._near.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._keeper.stop()
        if self._thread.is_alive():
            self._thread.join()
        self._far.__exit__(kind, error, trace)
        self._near.__exit__(kind, error, trace)

    @property
    def pid(self) -> int:
        """The box's own charon."""
        return self._near.pid

    def bring_up(self, wanted: Tunnel | None) -> None:
        """Keep it up from now on, and wait until it is. Raises CharonError when it does not come up."""
        self._keeper.want(wanted, self.own_end.folder)
        if not self._thread.is_alive():
            self._thread.start()
        deadline = time.monotonic() + UP_TIMEOUT_S
        while not any(up.children for up in observe_up(self.own_end.door)):
            if time.monotonic() > deadline:
                raise CharonError(f"the tunnel did not come up within {UP_TIMEOUT_S:.0f} s")
            time.sleep(0.02)

    def _keep(self) -> None:
        netns.setns(self._gateway.name)
        self._keeper.run()


def _lead_on(networks: tuple[IpNetwork, ...]) -> None:
    """Between the line and the hosts behind the tunnel: the provider's own network."""
    for setting in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
        (Path("/proc/sys") / setting).write_text("1")
    with IPRoute() as ip:
        (card,) = ip.link_lookup(ifname=CORE)
        ip.link("set", index=card, state="up")
        for network in networks:
            # kernel-libipsec wants an address of its own in what it protects; no host of ours has the last one.
            own = network.broadcast_address - 1
            ip.addr("add", index=LOOPBACK, address=str(own), prefixlen=network.max_prefixlen)
        for near, far in TUNNEL_ENDS:
            ip.addr("add", index=card, address=str(near.ip), prefixlen=near.network.prefixlen)
            for network in networks:
                if network.version == near.version:
                    ip.route("add", dst=str(network), gateway=str(far.ip), oif=card)
