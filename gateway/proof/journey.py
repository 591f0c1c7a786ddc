"""The whole way of a packet: hooks in their order, routing between them, for every packet at once.

Each piece is a function of the packet alone, so a theorem can leave one out: the table without the guard, the guard without
the table.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations

from gateway.proof.algebra import Term, all_of
from gateway.proof.chains import Chains, Met, flattened, named_by
from gateway.proof.errors import NotProvable
from gateway.proof.fields import MARK_BITS, Fields, Place
from gateway.proof.header import NEW, UNTRACKED, Header
from gateway.proof.interfaces import NONE
from gateway.proof.live import LiveSets
from gateway.proof.matching import Matching
from gateway.proof.model import Path, RoutingRule
from gateway.proof.routing import Routing
from gateway.proof.ruleset import Chain, Hook, Rule, Ruleset, Table, Translate

CONNTRACK = -200  # NF_IP_PRI_CONNTRACK, linux/netfilter_ipv4.h
DESTINATION_NAT = -100  # NF_IP_PRI_NAT_DST
SOURCE_NAT = 100  # NF_IP_PRI_NAT_SRC
_TRANSLATION_HOOK = {
    "prerouting": DESTINATION_NAT,
    "input": SOURCE_NAT,
    "output": DESTINATION_NAT,
    "postrouting": SOURCE_NAT,
}
"""Where conntrack asks every nat chain of a hook, whatever their priorities; those order them among themselves (nf_nat_core.c)."""
_NAT = "nat"
IP_FAMILIES = {"ip": (4,), "ip6": (6,), "inet": (4, 6)}
_HOOKS: Mapping[str, tuple[bool, bool]] = {
    "prerouting": (True, False),
    "input": (True, False),
    "forward": (True, True),
    "output": (False, True),
    "postrouting": (True, True),
}
"""Which interfaces each hook sees; postrouting of the box's own packets sees no incoming one, whose number is then 0."""


@dataclass(frozen=True, slots=True)
class _Base:
    table: Table
    chain: Chain
    hook: Hook

    @property
    def turn(self) -> int:
        """The priority at which it is really asked."""
        translates = self.hook.type == _NAT
        return _TRANSLATION_HOOK.get(self.hook.hook, self.hook.priority) if translates else self.hook.priority

    @property
    def order(self) -> tuple[int, int]:
        """Its place among all of its hook."""
        return self.turn, self.hook.priority


@dataclass(slots=True)
class Passed:
    """What one hook lets through, and the rules met there in the order they are asked."""

    accepted: Term
    hits: list[tuple[Table, Rule, Term]]
    policies: list[tuple[Table, Chain, Term]]
    met: list[Met]


class Journey:
    """One ruleset and one set of routing rules, evaluated.

    `own` holds where the destination is an IPv4 address of the box; `tunnel` is the interface of its own tunnel, if any.
    """

    def __init__(
        self,
        header: Header,
        ruleset: Ruleset,
        guard: Iterable[RoutingRule],
        live: LiveSets,
        *,
        own: Term,
        tunnel: str | None,
    ) -> None:
        self.header, self.ruleset = header, ruleset
        self.fields = Fields(header, own)
        moving = {
            str(table): frozenset(
                name for chain in table.chains.values() for rule in chain.rules for name in named_by(rule)
            )
            for table in ruleset.tables
        }
        self._matching = Matching(header, self.fields, live, moving)
        self._translates = any(
            isinstance(statement, Translate)
            for table in ruleset.tables
            for chain in table.chains.values()
            for rule in chain.rules
            for statement in rule.statements
        )
        self.routing = Routing(header, tuple(guard))
        self.fields.mark = self._arriving(tunnel)
        self.arriving = tuple(self.fields.mark)
        self.prerouting = self._hook("prerouting")
        self.mark = tuple(self.fields.mark)
        self.forward = self._hook("forward")
        self.input = self._hook("input")
        self.fields.mark = list(self.mark)
        self.postrouting = self._hook("postrouting")
        self.fields.mark = list(self.arriving)
        self._untracked, self.fields.no_track = self.fields.no_track, header.algebra.false
        self.fields.changed()
        self.output = self._hook("output")
        self.sent_mark = tuple(self.fields.mark)
        self.own_postrouting = self._hook("postrouting")
        self._sent_untracked = self.fields.no_track
        self.pieces: Mapping[Path, tuple[Passed, ...]] = {
            Path.FORWARD: (self.prerouting, self.forward, self.postrouting),
            Path.INPUT: (self.prerouting, self.input),
            Path.OUTPUT: (self.output, self.own_postrouting),
        }
        self.world = {path: header.world() & self._shape(path) for path in Path}
        self._accepted = {
            path: all_of(header.algebra, (self.routed(path), *(piece.accepted for piece in pieces)))
            for path, pieces in self.pieces.items()
        }

    def accepted(self, path: Path) -> Term:
        """The packets that get through on this path, the guard included."""
        return self._accepted[path]

    def routed(self, path: Path) -> Term:
        """The packets routing lets through with the marks the rules gave them."""
        return self.routing.lets(path, self.sent_mark if path is Path.OUTPUT else self.mark)

    def state(self, path: Path, state: int) -> Term:
        """What conntrack's word on the packet is once the rules that take packets from it were asked."""
        taken = self._sent_untracked if path is Path.OUTPUT else self._untracked
        return self.header.states[state] | taken if state == UNTRACKED else self.header.states[state] & ~taken

    def _arriving(self, tunnel: str | None) -> list[Term]:
        """Packets come without a mark, but what a tunnel hands on may keep the one of the packet it came in."""
        header, none = self.header, self.header.algebra.false
        if tunnel is None:
            return [none] * MARK_BITS
        inner = header.on(header.iif, tunnel)
        return [inner & header.free("mark", f"bit {bit} comes out of the tunnel") for bit in range(MARK_BITS)]

    def _shape(self, path: Path) -> Term:
        """Which interfaces a packet of this path has."""
        header = self.header
        no_iif, no_oif = header.on(header.iif, NONE), header.on(header.oif, NONE)
        match path:
            case Path.FORWARD:
                return ~no_iif & ~no_oif
            case Path.INPUT:
                return ~no_iif & no_oif
            case Path.OUTPUT:
                return no_iif & ~no_oif

    def _hook(self, hook: str) -> Passed:
        """Every base chain of the hook, by priority; a drop anywhere is final, an accept ends its own chain only."""
        algebra = self.header.algebra
        passed = Passed(algebra.true, [], [], [])
        for base in self._bases(hook):
            asked = self._asked(base)
            outcome = self._chains(base).base(base.chain, asked)
            hits, met = flattened(outcome, algebra.false)
            passed.accepted = passed.accepted & (outcome.accepted | ~asked)
            passed.met += met
            rules = {rule.id: rule for one in base.table.chains.values() for rule in one.rules}
            passed.hits += [(base.table, rules[rule], packets) for rule, packets in hits.items()]
            passed.policies.append((base.table, base.chain, outcome.fell))
        return passed

    def _asked(self, base: _Base) -> Term:
        """The packets a base chain is asked about: those of its family, and for translation the first of a session."""
        header = self.header
        families = IP_FAMILIES[base.table.family]
        result = header.algebra.true if len(families) > 1 else header.family(families[0])
        return result & header.states[NEW] if base.hook.type == _NAT else result

    def _chains(self, base: _Base) -> Chains:
        hook, priority = base.hook.hook, base.turn
        sees_iif, sees_oif = _HOOKS[hook]
        translated = ""
        if self._translates and hook == "prerouting" and priority <= DESTINATION_NAT:
            translated = "daddr"
        if self._translates and hook == "postrouting" and priority >= SOURCE_NAT and base.hook.type != _NAT:
            translated = "saddr"
        tracked = priority > CONNTRACK or hook not in ("prerouting", "output")
        return Chains(base.table, Place(hook, sees_iif, sees_oif, tracked, translated), self._matching, self.fields)

    def _bases(self, hook: str) -> list[_Base]:
        bases = [
            _Base(table, chain, chain.hook)
            for table in self.ruleset.tables
            if table.family in IP_FAMILIES
            for chain in table.chains.values()
            if chain.hook is not None and chain.hook.hook == hook
        ]
        bases.sort(key=lambda base: base.order)
        for before, after in combinations(bases, 2):
            self._refuse_tie(before, after)
        for base in bases:
            if base.hook.priority == CONNTRACK and hook in ("prerouting", "output"):
                raise NotProvable(
                    "whether conntrack comes before it cannot be told. give it another priority",
                    f"chain {base.table} {base.chain.name}",
                )
        return bases

    def _refuse_tie(self, one: _Base, two: _Base) -> None:
        """The dump does not tell which of two came first, and the kernel asks the later one first (nf_hook_entries_grow).

        It matters only if one writes what the other reads.
        """
        if one.turn != two.turn:
            return
        if one.hook.type == two.hook.type == _NAT and one.order != two.order:
            return
        pure = [self._chains(base).is_pure(base.chain.name) for base in (one, two)]
        if not any(pure) or (not all(pure) and one.hook.priority < CONNTRACK):
            raise NotProvable(
                f"it stands at the priority of {one.table} {one.chain.name}, and both use marks. give it another priority",
                f"chain {two.table} {two.chain.name}",
            )
