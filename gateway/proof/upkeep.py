"""What the box itself may hear and say below the level of sessions: itself, its neighbours, its line, its errors.

Each item says which packets are meant, on which path, and whether they must get through for the box to work.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from ipaddress import ip_network

from gateway.proof.algebra import Term, all_of, any_of
from gateway.proof.declared import Declared
from gateway.proof.header import BROADCAST, FIN, ICMP, ICMP6, LOCAL, MULTICAST, NEW, RST, SYN, TCP, UDP
from gateway.proof.live import in_network
from gateway.proof.model import Path
from gateway.site.layout import Zone
from gateway.site.zones import Segment

LOOPBACK = "lo"
_LINK_LOCAL = ip_network("fe80::/10")
_UNSPECIFIED = ip_network("0.0.0.0/32")
_EVERYONE = ip_network("255.255.255.255/32")
SOLICITATION, ADVERTISEMENT = 135, 136  # neighbour discovery, RFC 4861 §4.3 and §4.4
ROUTER_SOLICITATION, ROUTER_ADVERTISEMENT = 133, 134  # RFC 4861 §4.1 and §4.2
LISTENER_QUERY, LISTENER_REPORT = 130, 143  # RFC 3810 §5
FROM_THE_LINK = 255  # hop limit, RFC 4861 §7.1.1


@dataclass(frozen=True, slots=True)
class Item:
    """`packets` may get through on `path`; those in `needed` must. `unroutable` sources are expected here."""

    name: str
    path: Path
    packets: Term
    needed: Term
    unroutable: bool = False


class Upkeep:
    """The items of one policy."""

    def __init__(self, declared: Declared) -> None:
        self._declared = declared
        self._header = declared.header
        self.items = tuple(map(self._by_the_right_way, self._items()))

    def allowed(self, path: Path) -> Term:
        """Everything the box may hear or say on this path besides sessions."""
        result = self._header.algebra.false
        for item in self.items:
            if item.path is path:
                result = result | item.packets
        return result

    def from_nowhere(self, path: Path) -> Term:
        """What may come from a source no route leads back to."""
        result = self._header.algebra.false
        for item in self.items:
            if item.path is path and item.unroutable:
                result = result | item.packets
        return result

    def _by_the_right_way(self, item: Item) -> Item:
        """Nothing the box hears or says excuses what only the tunnel may carry."""
        declared, header = self._declared, self._header
        if item.path is Path.OUTPUT:
            beside = ~declared.goes_to(Zone.TUNNEL) & ~header.on(header.oif, LOOPBACK) & declared.protected("daddr")
        else:
            beside = declared.comes_from(Zone.WAN) & declared.protected("saddr")
        return replace(item, packets=item.packets & ~beside, needed=item.needed & ~beside)

    def _items(self) -> Iterator[Item]:
        header = self._header
        on_ports = [self._declared.comes_from(zone) for zone in self._declared.ports]
        anywhere = header.algebra.false
        for port in on_ports:
            anywhere = anywhere | port
        yield self._item("the box talks to itself", Path.INPUT, header.on(header.iif, LOOPBACK), unroutable=True)
        yield self._item("the box talks to itself", Path.OUTPUT, header.on(header.oif, LOOPBACK))
        for kind in (SOLICITATION, ADVERTISEMENT):
            neighbour = self._icmp6(kind, hops=FROM_THE_LINK)
            in_family = neighbour & header.family(6)
            heard = neighbour & anywhere
            yield Item("neighbour discovery", Path.INPUT, heard, heard & in_family, unroutable=True)
            yield Item("neighbour discovery", Path.OUTPUT, neighbour, in_family)
        query = self._icmp6(LISTENER_QUERY, hops=1) & self._link_local() & anywhere
        yield Item("a multicast listener query", Path.INPUT, query, query & ~header.source_missing)
        report = self._icmp6(LISTENER_REPORT)
        yield Item("a multicast listener report", Path.OUTPUT, report, report & header.family(6))
        yield from self._errors()
        yield from self._routers()
        yield from self._leases()

    def _errors(self) -> Iterator[Item]:
        """The box's own ICMP errors, and its resets to whoever starts sessions."""
        declared, header = self._declared, self._header
        reset = header.transport(TCP) & header.whole & header.flag(RST) & ~header.flag(SYN) & ~header.flag(FIN)
        initiators = {flow.origin for flow in declared.policy.flows}
        for zone in declared.ports:
            errors = declared.goes_to(zone) & declared.error_kinds()
            of_family = (header.family(4) & header.transport(ICMP)) | (header.family(6) & header.transport(ICMP6))
            yield Item("the box's own errors", Path.OUTPUT, errors, errors & of_family)
            if zone in initiators:
                resets = declared.goes_to(zone) & reset
                about = [
                    declared.tuple_of(flow, family, answers=True)
                    for flow in declared.policy.flows
                    if flow.origin is zone and flow.target is not Zone.GATEWAY
                    for family in flow.families
                ]
                yield Item("a reset to our own side", Path.OUTPUT, resets, resets & any_of(header.algebra, about))

    def _routers(self) -> Iterator[Item]:
        declared = self._declared
        advertised = self._icmp6(ROUTER_ADVERTISEMENT, hops=FROM_THE_LINK) & self._link_local()
        solicited = self._icmp6(ROUTER_SOLICITATION, hops=FROM_THE_LINK)
        routed, six = ~self._header.source_missing, self._header.family(6)
        if declared.policy.hears_routers:
            heard = advertised & declared.comes_from(Zone.WAN)
            yield Item("a router of the line", Path.INPUT, heard, heard & routed)
            asks = solicited & declared.goes_to(Zone.WAN)
            yield Item("asks for a router", Path.OUTPUT, asks, asks & six)
        for zone, service in declared.policy.served:
            if service is Segment.RA:
                asked = solicited & declared.comes_from(zone)
                yield Item("asked for a router", Path.INPUT, asked, asked & six, unroutable=True)
                yield self._item("is the router of a segment", Path.OUTPUT, advertised & declared.goes_to(zone))

    def _leases(self) -> Iterator[Item]:
        """DHCP's answers belong to no tracked session: ports and interface decide (RFC 2131 §4.1, RFC 8415 §7.2)."""
        declared, header = self._declared, self._header
        to_server, to_client = self._udp(68, 67), self._udp(67, 68)
        new = (
            header.states[NEW]
            & ~header.source_missing
            & header.one_of(header.destination_type, (LOCAL, BROADCAST, MULTICAST), "destination type")
        )
        tracked = header.tracked()
        if declared.policy.asks_dhcp:
            six = header.family(6) & self._link_local()
            heard = declared.comes_from(Zone.WAN) & tracked & (to_client | (six & self._udp(547, 546)))
            yield Item("a lease on the line", Path.INPUT, heard, heard & new)
            said = declared.goes_to(Zone.WAN) & (to_server | (six & self._udp(546, 547)))
            yield self._item("asks for a lease", Path.OUTPUT, said)
        for zone, service in declared.policy.served:
            if service is Segment.DHCP:
                asked = declared.comes_from(zone) & tracked & to_server
                discover = asked & header.family(4) & in_network(header, "saddr", _UNSPECIFIED)
                discover = discover & in_network(header, "daddr", _EVERYONE)
                broadcast = header.equal(header.destination_type, BROADCAST, "destination type")
                yield Item("asked for a lease", Path.INPUT, asked, asked & new)
                needed = discover & header.states[NEW] & broadcast
                yield Item("asked for a first lease", Path.INPUT, discover, needed, unroutable=True)
                yield self._item("gives a lease", Path.OUTPUT, declared.goes_to(zone) & to_client)

    def _item(self, name: str, path: Path, packets: Term, *, unroutable: bool = False) -> Item:
        return Item(name, path, packets, packets, unroutable)

    def _icmp6(self, kind: int, hops: int | None = None) -> Term:
        header = self._header
        limited = header.algebra.true if hops is None else header.equal(header.hop_limit, hops, "hop limit")
        return all_of(
            header.algebra,
            (
                limited,
                header.whole & header.transport(ICMP6),
                header.equal(header.type, kind, "type"),
            ),
        )

    def _udp(self, sport: int, dport: int) -> Term:
        header = self._header
        ports = header.equal(header.dport, dport, "dport") & header.equal(header.sport, sport, "sport")
        return header.whole & header.transport(UDP) & ports

    def _link_local(self) -> Term:
        return self._header.family(6) & in_network(self._header, "saddr", _LINK_LOCAL)
