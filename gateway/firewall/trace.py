"""What the compiled table does with the first packet of a session, rule by rule. Pure: it reads the table's own text.

A second opinion beside `policy.verdict`: the policy says what may start, this says what the rules made of it. It covers what
`compile` writes and nothing else; a rule it does not know is an error, never a guess.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_network
from types import MappingProxyType

from gateway.firewall.grammar import Compare, Lookup, Mark, TcpFlags, Unreadable, Verdict, read_entry, read_rule
from gateway.firewall.packet import FIELDS, Field, Packet, Value
from gateway.firewall.table import Chain, Table
from gateway.policy.marks import MAY_FORWARD, TABLE_ALIVE
from gateway.policy.model import Protocol
from gateway.site.values import IpNetwork

__all__ = ["Met", "Packet", "Traced", "Unreadable", "trace"]

GUARD = "guard"
"""Where a packet is said to end that nftables let pass unmarked: the routing rules (gateway/wiring/guard.py)."""
_HOOK = re.compile(r"type filter hook (?P<hook>\w+) priority \w+; policy (?P<policy>accept|drop);")
_SYN = frozenset({"syn"})
_NOTHING_LIVE: Mapping[str, Collection[str]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Met:
    """A rule the packet matched, in its chain."""

    chain: str
    rule: str


@dataclass(frozen=True, slots=True)
class Traced:
    """Whether the packet gets through, and every rule it matched on its way, the deciding one last."""

    accepted: bool
    rules: tuple[Met, ...]

    @property
    def final(self) -> Met:
        """The rule, or the policy of a chain, that decided."""
        return self.rules[-1]


def trace(table: Table, packet: Packet, live: Mapping[str, Collection[str]] = _NOTHING_LIVE) -> Traced:
    """Walk the packet through prerouting, the routing guard, and forward, input or output.

    `live` gives elements of LIVE sets, by the set's name, as nft writes them. Raises Unreadable for a rule outside the
    compiler's grammar, a set or a chain that is not there, or a hook with no chain or several.
    """
    walk = _Walk(table, packet, live)
    return Traced(walk.passes(), tuple(walk.met))


@dataclass(slots=True)
class _Walk:
    table: Table
    packet: Packet
    live: Mapping[str, Collection[str]]
    mark: int = 0
    met: list[Met] = field(default_factory=list)

    def passes(self) -> bool:
        if self.packet.comes_by is None:
            return self._hook("output")
        if not self._hook("prerouting") or not self._guard():
            return False
        return self._hook("input" if self.packet.leaves_by is None else "forward")

    def _guard(self) -> bool:
        """Routing sees the packet between prerouting and the rest, and drops it if a mark is missing."""
        needed = TABLE_ALIVE if self.packet.protocol in (Protocol.TCP, Protocol.UDP) else 0
        needed |= MAY_FORWARD if self.packet.leaves_by is not None else 0
        missing = needed & ~self.mark
        if missing:
            self.met.append(Met(GUARD, f"fwmark 0/{missing:#x} blackhole"))
        return not missing

    def _hook(self, hook: str) -> bool:
        bases = [(chain, found["policy"]) for chain in self.table.chains if (found := _base(chain, hook))]
        if len(bases) != 1:
            raise Unreadable(f"{len(bases)} chains at the hook {hook}, not one")
        chain, policy = bases[0]
        verdict = self._chain(chain)
        if verdict is None:
            self.met.append(Met(chain.name, f"policy {policy}"))
            return policy == "accept"
        return verdict == "accept"

    def _chain(self, chain: Chain) -> str | None:
        """Accept or drop; None when the end is reached, which leads back to whoever jumped here."""
        for rule in chain.rules:
            verdict = self._rule(chain, rule)
            match verdict:
                case Verdict("goto", target):
                    return self._chain(self._named(target))
                case Verdict("jump", target):
                    decided = self._chain(self._named(target))
                    if decided is not None:
                        return decided
                case Verdict(kind):
                    return kind
        return None

    def _rule(self, chain: Chain, rule: str) -> Verdict | None:
        """The rule's verdict, or None if it does not match or decides nothing."""
        verdict = None
        for part in read_rule(rule):
            match part:
                case Compare() if not self._holds(part):
                    return None
                case TcpFlags(mask, value) if self.packet.protocol is not Protocol.TCP or _SYN & mask != value:
                    return None
                case Lookup(fields, named):
                    entries = map(read_entry, self._elements(named))
                    verdict = next((found for key, found in entries if self._among((key,), fields)), None)
                    if verdict is None:
                        return None
                case Mark(more, keep):
                    self.mark = self.mark & keep | more
                case Verdict():
                    verdict = part
        self.met.append(Met(chain.name, rule))
        return verdict

    def _holds(self, part: Compare) -> bool:
        values = self._values(part.fields)
        if values is None:
            return False
        if part.comparison == "<=":
            (value,), (limit,) = values, part.elements
            return isinstance(value, int) and value <= int(limit)
        elements = self._elements(part.named) if part.named else part.elements
        return _found(values, elements) is (part.comparison == "==")

    def _among(self, elements: Iterable[str], fields: tuple[Field, ...]) -> bool:
        values = self._values(fields)
        return values is not None and _found(values, elements)

    def _values(self, fields: tuple[Field, ...]) -> tuple[Value, ...] | None:
        """The packet's values; None if it lacks one of the fields."""
        values = tuple(FIELDS[one](self.packet) for one in fields)
        present = tuple(value for value in values if value is not None)
        return present if len(present) == len(values) else None

    def _elements(self, name: str) -> Iterable[str]:
        found = next((one for one in self.table.sets if one.name == name), None)
        if found is None:
            raise Unreadable(f"the table has no set {name}")
        return self.live.get(name, ()) if found.live else found.elements

    def _named(self, name: str) -> Chain:
        found = next((one for one in self.table.chains if one.name == name), None)
        if found is None:
            raise Unreadable(f"the table has no chain {name}")
        return found


def _base(chain: Chain, hook: str) -> re.Match[str] | None:
    found = _HOOK.fullmatch(chain.hook)
    return found if found and found["hook"] == hook else None


def _found(values: tuple[Value, ...], elements: Iterable[str]) -> bool:
    return any(
        all(_covers(part, value) for part, value in zip(element.split(" . "), values, strict=True))
        for element in elements
    )


def _covers(part: str, value: Value) -> bool:
    match value:
        case IPv4Address() | IPv6Address():
            network = _network(part)
            return value.version == network.version and value in network
        case int():
            first, _, last = part.partition("-")
            return int(first) <= value <= int(last or first)
    return part.strip('"') == value


@lru_cache(maxsize=65_536)
def _network(text: str) -> IpNetwork:
    return ip_network(text)
