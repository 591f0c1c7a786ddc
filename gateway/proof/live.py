"""LIVE sets: what opens and closes while the rules stand. Each may hold anything inside its declared envelope, at any time.

So a lookup in one is a free Boolean within the envelope: the theorems then hold in every state of the schedule, of the grants
and of what was learned. Their names are the contract between the rules, the enforcer and this proof (docs/proof.md).
"""

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import ip_address, ip_network

from gateway.policy.model import Flow, Granted, Policy, Window
from gateway.policy.networks import of_family
from gateway.proof.algebra import Term, any_of
from gateway.proof.fields import Key
from gateway.proof.header import Bits, Header
from gateway.proof.ruleset import Element, NamedSet, Prefix, Span, Table
from gateway.site.layout import Zone
from gateway.site.values import Family, IpNetwork

OWN_TABLE = "inet claim_gateway"
_SIDE = {"saddr4": "saddr", "saddr6": "saddr", "daddr4": "daddr", "daddr6": "daddr"}


def word(name: str) -> str:
    """A flow's or grant's name as nft spells identifiers."""
    return name.replace("-", "_")


def asked_set(family: Family) -> str:
    """Holds the UDP questions whose answers may still come."""
    return f"asked{family}"


class LiveSets:
    """The LIVE sets of one policy."""

    def __init__(self, header: Header, policy: Policy, ports: Mapping[Zone, str]) -> None:
        self._header = header
        self._ports = ports
        self._windows = {f"open_{word(flow.id)}": flow for flow in policy.flows if isinstance(flow.when, Window)}
        self._sources: dict[str, tuple[IpNetwork, ...]] = {}
        self._learned: dict[str, Family] = {}
        self._tunnelled: set[str] = set()
        """The sets of names that lie behind the tunnel: those hold what it protects, and all others nothing of it."""
        self._protected = policy.protected
        self._inside = tuple(network for _, networks in policy.networks for network in networks)
        for flow in policy.flows:
            for family in flow.families:
                if isinstance(flow.when, Granted):
                    name = f"grant_{word(flow.when.name)}{family}"
                    self._sources[name] = (*self._sources.get(name, ()), *of_family(flow.sources, family))
                if flow.names:
                    self._learned[f"names_{word(flow.id)}{family}"] = family
                    if flow.target is Zone.TUNNEL:
                        self._tunnelled.add(f"names_{word(flow.id)}{family}")

    def open(self, flow: Flow, family: Family, side: str) -> Term:
        """Whether the flow is open for a packet whose initiator's address is its `side` (saddr or daddr)."""
        match flow.when:
            case Window():
                return self._header.free("window", f"the window of {flow.id} is open")
            case Granted(name):
                return self._granted(f"grant_{word(name)}{family}", side)
        return self._header.algebra.true

    def learned(self, flow: Flow, family: Family, side: str) -> Term:
        """Whether the address on `side` was learned for the flow's host names."""
        if not flow.names:
            return self._header.algebra.false
        return self._learnt(f"names_{word(flow.id)}{family}", side)

    def asked(self, family: Family) -> Term:
        """Whether the packet answers a UDP question of the last 30 seconds."""
        return self._header.free("asked", f"a question this answers is in {asked_set(family)}")

    def member(self, table: Table, name: str, key: Key) -> Term | None:
        """Whether a LIVE set holds the key; None if the set is none."""
        if str(table) != OWN_TABLE:
            return None
        if name in (asked_set(4), asked_set(6)):
            return self._asked(4 if name == asked_set(4) else 6, key)
        if name in self._windows:
            return self._window(self._windows[name], key)
        if name not in self._sources and name not in self._learned:
            return None
        side = _SIDE.get(key.readings[0].name) if len(key.readings) == 1 else None
        if side is None:
            return self._header.free("member", f"{' . '.join(key.names)} is in {name}")
        return self._granted(name, side) if name in self._sources else self._learnt(name, side)

    def outside(self, tables: Iterable[Table]) -> Iterator[tuple[str, Element]]:
        """Elements the LIVE sets hold now and never may: the set, and the element."""
        for table in tables:
            if str(table) == OWN_TABLE:
                for found in table.sets.values():
                    yield from (
                        (found.name, element) for element in found.elements if not self._may_hold(found, element)
                    )

    def is_live(self, table: Table, name: str) -> bool:
        """Whether the name is a LIVE set's."""
        return str(table) == OWN_TABLE and name in {*self._windows, *self._sources, *self._learned, "asked4", "asked6"}

    def _window(self, flow: Flow, key: Key) -> Term:
        """The set's one possible element is the flow's ordered pair of interfaces."""
        header = self._header
        result = self.open(flow, 4, "saddr")
        wanted = (self._ports.get(flow.origin), self._ports.get(flow.target))
        if len(key.readings) != 2 or None in wanted:
            return header.free("member", f"{' . '.join(key.names)} is in the window of {flow.id}")
        for reading, name in zip(key.readings, wanted, strict=True):
            if reading.kind != "name" or name is None:
                return header.free("member", f"{' . '.join(key.names)} is in the window of {flow.id}")
            result = result & (header.on(reading.bits, name) if reading.name else header.algebra.false)
        return result

    def _granted(self, name: str, side: str) -> Term:
        return self._header.free("granted", f"its {side} is in {name}") & self._in(self._sources[name], side)

    def _learnt(self, name: str, side: str) -> Term:
        family = self._learned[name]
        inside = self._in(of_family(self._inside, family), side)
        protected = self._in(of_family(self._protected, family), side)
        on_its_side = protected if name in self._tunnelled else ~protected
        return self._header.free("learned", f"its {side} is in {name}") & ~inside & on_its_side

    def _in(self, networks: Iterable[IpNetwork], side: str) -> Term:
        return any_of(self._header.algebra, [in_network(self._header, side, network) for network in networks])

    def _asked(self, family: Family, key: Key) -> Term:
        # Only the reversed tuple of the packet itself asks what `asked` means; any other lookup may come out either way.
        reversed_tuple = (f"daddr{family}", "dport", f"saddr{family}", "sport")
        if tuple(reading.name for reading in key.readings) == reversed_tuple:
            return self.asked(family)
        return self._header.free("member", f"{' . '.join(key.names)} is in {asked_set(family)}")

    def _may_hold(self, found: NamedSet, element: Element) -> bool:
        if found.name in self._windows:
            flow = self._windows[found.name]
            wanted = (self._ports.get(flow.origin), self._ports.get(flow.target))
            return element.parts == tuple(Span(name, name) for name in wanted if name is not None)
        if found.name in self._sources:
            return _within(element, self._sources[found.name])
        if found.name not in self._learned:
            return True
        tunnelled = found.name in self._tunnelled
        on_its_side = _within(element, self._protected) if tunnelled else not _overlaps(element, self._protected)
        return on_its_side and not _overlaps(element, self._inside)


def in_network(header: Header, side: str, network: IpNetwork) -> Term:
    """Whether the address on `side` is in the network; says nothing of the family."""
    bits: Bits = header.saddr if side == "saddr" else header.daddr
    if network.version == 4:
        bits = bits[:32]
    return header.between(
        bits, int(network.network_address), int(network.broadcast_address), f"{side}{network.version}"
    )


def _networks(element: Element) -> tuple[int, int, int] | None:
    """The family and the first and last address of an element of one address; None for anything else."""
    try:
        match element.parts:
            case (Span(str(low), str(high)),):
                first, last = ip_address(low), ip_address(high)
            case (Prefix(address, length),):
                network = ip_network(f"{address}/{length}", strict=False)
                first, last = network.network_address, network.broadcast_address
            case _:
                return None
    except ValueError:
        return None
    return (first.version, int(first), int(last)) if first.version == last.version else None


def _within(element: Element, networks: Iterable[IpNetwork]) -> bool:
    found = _networks(element)
    if found is None:
        return False
    family, first, last = found
    return any(
        network.version == family and int(network.network_address) <= first and last <= int(network.broadcast_address)
        for network in networks
    )


def _overlaps(element: Element, networks: Iterable[IpNetwork]) -> bool:
    found = _networks(element)
    if found is None:
        return True
    family, first, last = found
    return any(
        network.version == family and first <= int(network.broadcast_address) and int(network.network_address) <= last
        for network in networks
    )
