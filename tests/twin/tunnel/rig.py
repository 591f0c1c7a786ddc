"""A box, its terminal, a PC in lan, and the provider at the other end of the line, each in a namespace, with two charons.

The wires are direct: what is on the line is what the box sent. The provider's namespace is also the claim system, so that
a question that leaves unencrypted would arrive there and be answered: nothing hides a leak.
"""

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from pyroute2 import IPRoute

from gateway.enforcer.desired import Desired, OwnEnd, desire
from gateway.policy.places import Carrier, inside, protected
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress, IpNetwork
from gateway.tunnel.compile import desired
from gateway.tunnel.model import Connection, Tunnel
from gateway.twin.build import CARD, _configure, _settle_quickly
from gateway.twin.charon import Charon
from gateway.twin.far_end import FarEnd, Trust
from gateway.twin.namespace import Namespace, sweep, twin_name
from gateway.twin.plan import Host, hosts
from gateway.wiring import part as wiring

INSIDE = (Zone.LAN, Zone.CLAIM)
SITE_FILE = "site.yaml"
DOOR = "ours/vici"
"""Where the box's charon is asked, below `home`."""


class Line:
    """A context manager; leaving it removes its processes, namespaces and wires. `home` is the site file's folder."""

    def __init__(self, site: Site, home: Path) -> None:
        self.site = site
        self.home = home
        self.trust = Trust.made()
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        sweep()
        with ExitStack() as undo:
            undo.callback(self._stack.close)
            self._build()
            undo.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    @property
    def tunnel(self) -> Tunnel:
        """What the site asks of its tunnel, over a device of charon's own."""
        found = desired(self.site, Carrier.TUN)
        assert found is not None
        return found

    @property
    def wanted(self) -> Desired:
        """What the site asks of every part of the box."""
        return desire(self.site, own_end=OwnEnd(self.home, self.ours.door, Carrier.TUN))

    @property
    def connection(self) -> Connection:
        """The preferred provider's."""
        return self.tunnel.connections[0]

    @property
    def hidden(self) -> tuple[IpNetwork, ...]:
        """What nobody on the line may read of: both ends' networks."""
        return (*protected(self.site), *(network for zone in INSIDE for network in inside(self.site, zone)))

    def system(self, family: Family) -> IpAddress:
        """The claim system's address."""
        return self._host(Zone.TUNNEL).faces(family)[0]

    def answer_as_provider(self) -> None:
        """Have the provider's charon, which has just started, accept this site."""
        self.far.offer(self.connection)

    def lead_back(self) -> None:
        """The provider's routes to the site; its charon's device must be there."""
        self.far.lead_back(*(network for child in self.connection.children for network in child.local))

    def _build(self) -> None:
        name = twin_name()
        ports = wiring.ports(self.site)
        self.box, self.provider, self.terminal, self.pc = (
            self._namespace(f"{name}-{who}") for who in ("box", "provider", "terminal", "pc")
        )
        for zone, there in ((Zone.WAN, self.provider), (Zone.CLAIM, self.terminal), (Zone.LAN, self.pc)):
            self.box.call(_plug, ports[zone], there.name)
            there.call(_configure, self._host(zone))
        self.provider.call(_stand_for, self._host(Zone.TUNNEL))
        self.trust.write(self.tunnel.connections, self.home)
        self.theirs = Charon(self.home / "theirs", namespace=self.provider.name)
        self.ours = Charon((self.home / DOOR).parent, namespace=self.box.name)
        self.far = FarEnd(self.theirs, self.provider, self.trust)
        for charon in (self.theirs, self.ours):
            self._stack.enter_context(charon)
        self.answer_as_provider()

    def _namespace(self, name: str) -> Namespace:
        made = Namespace(name)
        self._stack.callback(made.close)
        made.call(_settle_quickly)
        return made

    def _host(self, zone: Zone) -> Host:
        return next(host for host in hosts(self.site) if host.zone is zone)


def _plug(port: str, there: str) -> None:
    with IPRoute() as ip:
        ip.link("add", ifname=port, kind="veth", peer={"ifname": CARD, "net_ns_fd": there})


def _stand_for(host: Host) -> None:
    """The hosts behind the tunnel, as addresses on the loopback."""
    with IPRoute() as ip:
        for address in host.services:
            ip.addr("add", index=1, address=str(address.ip), prefixlen=address.network.prefixlen)
