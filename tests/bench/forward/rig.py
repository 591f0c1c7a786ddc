"""One gateway under one ruleset, with a host on each of three wires.

The hosts are wired to the gateway directly, not through the twin's switches: a bridge on both sides costs as much as the
rules do, and would hide half of what is measured.
"""

from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from pyroute2 import IPRoute

from gateway.firewall.nft import Nft
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress
from gateway.twin.build import CARD
from gateway.twin.namespace import Namespace, twin_name
from gateway.twin.plan import Host, hosts
from gateway.wiring import part as wiring
from gateway.wiring.model import difference
from tests.bench.forward.raw import End
from tests.bench.forward.variants import Variant

ZONES = (Zone.LAN, Zone.CLAIM, Zone.WAN)
RAW_PORT = 40_001
"""The initiator's port of raw sessions. Hosts drop such packets as they arrive: their own stack must not answer."""

_FAMILY_NUMBER: dict[Family, int] = {4: 2, 6: 10}  # AF_INET, AF_INET6
_PERMANENT = 0x80  # NUD_PERMANENT, linux/neighbour.h
_HOST_RULES = f"""table netdev bench {{
  chain arriving {{
    type filter hook ingress device "{CARD}" priority 0;
    meta l4proto {{ tcp, udp }} th dport {RAW_PORT} drop
    meta l4proto {{ tcp, udp }} th sport {RAW_PORT} drop
  }}
}}"""


class Rig:
    """A context manager; leaving it removes its namespaces and wires."""

    def __init__(self, site: Site, variant: Variant) -> None:
        self.variant = variant
        self._site = site
        self._hosts = {zone: next(host for host in hosts(site) if host.zone is zone) for zone in ZONES}
        self._namespaces: dict[Zone, Namespace] = {}
        self._cards: dict[Zone, str] = {}
        self._ports: dict[Zone, str] = {}
        self._stack = ExitStack()

    def __enter__(self) -> Self:
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
        """Where the ruleset stands."""
        return self._namespaces[Zone.GATEWAY]

    def at(self, zone: Zone) -> Namespace:
        """Where the host of a zone lives."""
        return self._namespaces[zone]

    def address(self, zone: Zone, family: Family) -> IpAddress:
        """Where the host of a zone is reached."""
        return self._hosts[zone].faces(family)[0]

    def end(self, zone: Zone, family: Family, port: int) -> End:
        """A session's end at the host of a zone, for frames it sends through the gateway."""
        return End(self.address(zone, family), port, self._cards[zone], self._ports[zone])

    def arrived(self, zone: Zone) -> int:
        """Frames the host of a zone has got so far, those it drops included."""
        return self.at(zone).call(_frames_received)

    def _build(self) -> None:
        name = twin_name()
        for zone in (Zone.GATEWAY, *ZONES):
            namespace = Namespace(f"{name}-{zone}")
            self._stack.callback(namespace.close)
            self._namespaces[zone] = namespace
            namespace.call(_settle_quickly)
        ports = wiring.ports(self._site)
        for zone in ZONES:
            self.gateway.call(_plug, ports[zone], self.at(zone).name)
        self.gateway.call(self._settle_gateway)
        for zone in ZONES:
            self._ports[zone] = self.gateway.call(_hardware_address, ports[zone])
            self._cards[zone] = self.at(zone).call(_hardware_address, CARD)
        for zone, host in self._hosts.items():
            self.at(zone).call(_configure, host, self._ports[zone])
            self.gateway.call(_know, ports[zone], [address.ip for address in host.addresses], self._cards[zone])
            self.at(zone).call(_load, _HOST_RULES)

    def _settle_gateway(self) -> None:
        wanted = self.variant.wiring
        found = wiring.observe(wanted)
        if not wanted.rules:
            wanted = replace(wanted, rules=found.rules)  # no guard: what the kernel has by itself stays
        wiring.apply(difference(wanted, found))
        if self.variant.ruleset:
            _load(self.variant.ruleset)


def _load(ruleset: str) -> None:
    with Nft() as nft:
        nft.run(ruleset)


def _settle_quickly() -> None:
    for scope in ("all", "default"):
        Path(f"/proc/sys/net/ipv6/conf/{scope}/accept_dad").write_text("0")
    # Every connect takes a port of its own; a port used again would meet the entry of the former session.
    Path("/proc/sys/net/ipv4/ip_local_port_range").write_text("1024 65535")
    with IPRoute() as ip:
        ip.link("set", index=1, state="up")  # lo is always the first


def _plug(port: str, host: str) -> None:
    with IPRoute() as ip:
        ip.link("add", ifname=port, kind="veth", peer={"ifname": CARD, "net_ns_fd": host})


def _index(ip: IPRoute, name: str) -> int:
    found: int = ip.link_lookup(ifname=name)[0]
    return found


def _hardware_address(name: str) -> str:
    with IPRoute() as ip:
        link = ip.get_links(_index(ip, name))[0]
        address: str = dict(link["attrs"])["IFLA_ADDRESS"]
        return address


def _configure(host: Host, next_hop: str) -> None:
    with IPRoute() as ip:
        card = _index(ip, CARD)
        ip.link("set", index=card, state="up")
        for index, addresses in ((card, host.addresses), (1, host.services)):
            for address in addresses:
                ip.addr("add", index=index, address=str(address.ip), prefixlen=address.network.prefixlen)
        for gateway in host.gateways:
            ip.route("add", family=_FAMILY_NUMBER[gateway.version], dst="default", gateway=str(gateway), oif=card)
    _know(CARD, list(host.gateways), next_hop)


def _know(port: str, neighbours: list[IpAddress], card: str) -> None:
    """Enter neighbours for good: a question to one of them must not fall into a measurement."""
    with IPRoute() as ip:
        index = _index(ip, port)
        for address in neighbours:
            ip.neigh(
                "replace",
                family=_FAMILY_NUMBER[address.version],
                dst=str(address),
                lladdr=card,
                ifindex=index,
                state=_PERMANENT,
            )


def _frames_received() -> int:
    with IPRoute() as ip:
        link = ip.get_links(_index(ip, CARD))[0]
        count: int = dict(link["attrs"])["IFLA_STATS64"]["rx_packets"]
        return count
