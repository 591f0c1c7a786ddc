"""Builds a site's twin: a namespace per host, one for the gateway, and one that holds a bridge per segment as its switch."""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pyroute2 import IPRoute

from gateway.enforcer.desired import OwnEnd
from gateway.enforcer.transaction import Applied, Desired, apply, desire
from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.policy.places import Carrier, protected
from gateway.proof.inventory.surroundings import Surroundings, surroundings
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress, IpInterface, IpNetwork
from gateway.twin.namespace import Namespace, sweep, twin_name
from gateway.twin.plan import TUNNEL_ENDS, Host, hosts
from gateway.twin.tunnel import CORE, RealTunnel
from gateway.twin.wires import plugged
from gateway.wiring import part as wiring
from gateway.wiring.model import Wiring, difference

CARD = "eth0"
"""The name of a host's only network card."""

_QUICK = {
    "net/ipv6/conf/all/accept_dad": "0",  # duplicate address detection would hold every address back for a second
    "net/ipv6/conf/default/accept_dad": "0",
    "net/ipv6/conf/default/router_solicitations": "0",
}

_LAST = 65_000
"""A metric behind every other: with the wire gone, there is no way."""

_CHARONS = {
    "ipv4/conf/{}/accept_redirects": "0",
    "ipv4/conf/{}/send_redirects": "0",
    "ipv4/conf/{}/accept_source_route": "0",
    "ipv4/conf/{}/arp_ignore": "1",
    "ipv6/conf/{}/accept_ra": "0",
    "ipv6/conf/{}/accept_redirects": "0",
}


class Twin:
    """A context manager; leaving it removes every namespace and wire, whatever happened inside.

    With `charons`, a folder for their keys, the site's tunnel is a real one; else a wire stands for it, which is faster.
    """

    def __init__(self, site: Site, charons: Path | None = None) -> None:
        self.site = plugged(site)
        self.name = twin_name()
        self.hosts: dict[str, Host] = {host.name: host for host in hosts(self.site)}
        self._namespaces: dict[str, Namespace] = {}
        self._stack = ExitStack()
        self._charons = charons
        self.tunnel: RealTunnel | None = None

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
    def gateway(self) -> Namespace:
        """Where the box lives."""
        return self._namespaces["gateway"]

    def namespace(self, host: str) -> Namespace:
        """Where one host lives, by its name in `hosts`."""
        return self._namespaces[host]

    def at(self, zone: Zone) -> Host:
        """The first host of a zone: the one that speaks for it."""
        return next(host for host in self.hosts.values() if host.zone is zone)

    def enter(self, resource: ExitStack) -> None:
        """Have `resource` closed before the namespaces go."""
        self._stack.enter_context(resource)

    def reached(self, zone: Zone, family: Family) -> IpAddress | None:
        """Where the host that speaks for a zone is asked in one family."""
        return next(iter(self.at(zone).faces(family)), None)

    def open_router(self, wired: Wiring) -> None:
        """Wire the gateway as the unguarded router of today: it forwards everything. The positive control of every probe."""

        def make() -> None:
            found = wiring.observe(wired)
            wiring.apply(difference(replace(wired, rules=found.rules), found))

        self.gateway.call(make)

    def desire(self, policy: Policy | None = None) -> Desired:
        """What the site asks of this twin's gateway. `policy` stands in for the site's own."""
        return desire(self.site, policy, self._own_end)

    def surroundings(self) -> Surroundings:
        """What the proof judges this twin's gateway against."""
        return surroundings(self.site, derive(self.site), self._own_end.carrier)

    def apply(self, desired: Desired) -> Applied:
        """Apply in the gateway's namespace, exactly as on a box. Raises ApplyError."""
        applied = self.gateway.call(apply, desired)
        if self.tunnel is not None:
            self.tunnel.bring_up(desired.tunnel)
        return applied

    @property
    def _own_end(self) -> OwnEnd:
        return OwnEnd(carrier=Carrier.WIRE) if self.tunnel is None else self.tunnel.own_end

    def _build(self) -> None:
        for name in ("gateway", "wires", *self.hosts):
            namespace = Namespace(f"{self.name}-{name}")
            self._stack.callback(namespace.close)
            self._namespaces[name] = namespace
            namespace.call(_settle_quickly)
        wires = self._namespaces["wires"]
        ports = wiring.ports(self.site)
        plugs = [(zone, self.gateway.name, port) for zone, port in ports.items()]
        if self._charons is not None:
            provider = self.namespace("provider").name
            plugs = [(zone, provider, CORE) if zone is Zone.TUNNEL else (zone, at, port) for zone, at, port in plugs]
        plugs += [(host.zone, self.namespace(host.name).name, CARD) for host in self.hosts.values()]
        wires.call(_plug, plugs)
        for host in self.hosts.values():
            self.namespace(host.name).call(_configure, host)
        if self._charons is not None:
            real = RealTunnel(self.site, self._charons, self.gateway, self.namespace("provider"))
            self.tunnel = self._stack.enter_context(real)
        elif Zone.TUNNEL in ports:
            self.gateway.call(_lead_into_tunnel, ports[Zone.TUNNEL], protected(self.site))


def _settle_quickly() -> None:
    for path, value in _QUICK.items():
        (Path("/proc/sys") / path).write_text(value)
    with IPRoute() as ip:
        ip.link("set", index=1, state="up")  # lo is always the first


def _plug(plugs: list[tuple[Zone, str, str]]) -> None:
    """A bridge per zone, and a wire from it to each (zone, namespace, card)."""
    with IPRoute() as ip:
        bridges: dict[Zone, int] = {}
        for number, (zone, namespace, card) in enumerate(plugs):
            if zone not in bridges:
                # Snooping would drop neighbour discovery until a querier speaks, and nobody does.
                ip.link("add", ifname=zone.value, kind="bridge", br_mcast_snooping=0)
                bridges[zone] = ip.link_lookup(ifname=zone.value)[0]
                ip.link("set", index=bridges[zone], state="up")
            wire = f"wire{number}"
            ip.link("add", ifname=wire, kind="veth", peer={"ifname": card, "net_ns_fd": namespace})
            ip.link("set", index=ip.link_lookup(ifname=wire)[0], master=bridges[zone], state="up")


def _configure(host: Host) -> None:
    with IPRoute() as ip:
        card = ip.link_lookup(ifname=CARD)[0]
        ip.link("set", index=card, state="up")
        for index, addresses in ((card, host.addresses), (1, host.services)):
            for address in addresses:
                ip.addr("add", index=index, address=str(address.ip), prefixlen=address.network.prefixlen)
        for gateway in host.gateways:
            if not _knows(host.addresses, gateway.version):
                continue
            ip.route("add", family=_family(gateway.version), dst="default", gateway=str(gateway), oif=card)


def _lead_into_tunnel(port: str, networks: tuple[IpNetwork, ...]) -> None:
    """The box's end of the wire that stands for the tunnel: what charon's interface and routes would be."""
    # charon makes its interface after the box was wired, so that it begins with the defaults of then.
    for setting, value in _CHARONS.items():
        (Path("/proc/sys/net") / setting.format(port)).write_text(value)
    with IPRoute() as ip:
        card = ip.link_lookup(ifname=port)[0]
        ip.link("set", index=card, state="up")
        for near, far in TUNNEL_ENDS:
            ip.addr("add", index=card, address=str(near.ip), prefixlen=near.network.prefixlen)
            for network in networks:
                if network.version == near.version:
                    family = _family(near.version)
                    ip.route("add", family=family, dst=str(network), type="blackhole", priority=_LAST)
                    ip.route("add", family=family, dst=str(network), gateway=str(far.ip), oif=card)


def _knows(addresses: tuple[IpInterface, ...], version: int) -> bool:
    return any(address.version == version for address in addresses)


def _family(version: int) -> int:
    return 2 if version == 4 else 10  # AF_INET, AF_INET6
