"""One case before the theorems: what was declared, and what the kernel's rules do with every packet."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.policy.networks import of_family
from gateway.policy.places import Carrier, own
from gateway.proof.algebra import Algebra, Term, any_of
from gateway.proof.declared import Declared
from gateway.proof.header import Header
from gateway.proof.interfaces import Names, interfaces
from gateway.proof.journey import Journey
from gateway.proof.live import LiveSets, in_network
from gateway.proof.model import Evidence, Path, RoutingRule, Theorem
from gateway.proof.pppoe import Passed, declared_ways
from gateway.proof.read import read
from gateway.proof.ruleset import (
    Concat,
    Element,
    Elements,
    Expression,
    Field,
    Match,
    Ruleset,
    Span,
    Statement,
    Table,
    VerdictMap,
)
from gateway.proof.upkeep import Upkeep
from gateway.proof.widened import widened
from gateway.site.layout import Zone
from gateway.site.model import Site


@dataclass(frozen=True, slots=True)
class Case:
    """Everything a theorem may speak about."""

    header: Header
    policy: Policy
    ports: Mapping[Zone, str]
    ruleset: Ruleset
    live: LiveSets
    journey: Journey
    declared: Declared
    upkeep: Upkeep
    carrier: Carrier
    widened: Journey
    """As if every pair of zones permitted everything."""
    pppoe: frozenset[Passed]
    """The two ways of a terminal's own dial-up that the site declares; nothing else may pass the rules by."""

    def accepted(self, path: Path) -> Term:
        """The packets that get through on this path."""
        return self.journey.accepted(path)

    def state(self, path: Path, *states: int) -> Term:
        """Conntrack's word on the packet is one of these."""
        result = self.header.algebra.false
        for state in states:
            result = result | self.journey.state(path, state)
        return result


class Weight(Enum):
    """What a finding does to its theorem."""

    FALSE = "it does not hold"
    OPEN = "nobody can tell"
    NOTE = "it holds, and a reader should know"


@dataclass(frozen=True, slots=True)
class Violation:
    """Packets for which a theorem is false: there are any only if `packets` can be true on `path`.

    `claim` says in one line what is wrong and what to do. Without packets the claim itself is the finding.
    """

    claim: str
    path: Path = Path.FORWARD
    packets: Term | None = None
    weight: Weight = Weight.FALSE


class Proposition(Protocol):
    """A module of `gateway.proof.theorems`."""

    @property
    def THEOREM(self) -> Theorem:  # noqa: N802 -- a module's constant
        """Its number."""
        ...

    @property
    def STATEMENT(self) -> str:  # noqa: N802 -- a module's constant
        """What it says, in one line."""
        ...

    def violations(self, case: Case) -> Iterator[Violation]:
        """Everything that would make it false."""
        ...


def case_of(site: Site, evidence: Evidence, algebra: Algebra) -> Case:
    """Read the evidence and evaluate it. Raises NotProvable."""
    ruleset = read(evidence.dump)
    return _case(_header(site, ((ruleset, evidence.guard),), algebra), site, ruleset, evidence)


def header_of(site: Site, evidences: Iterable[Evidence], algebra: Algebra) -> Header:
    """Variables for every interface any of the evidences mentions, so that their packets can be compared."""
    return _header(site, [(read(evidence.dump), evidence.guard) for evidence in evidences], algebra)


def case_in(header: Header, site: Site, evidence: Evidence) -> Case:
    """Evaluate the evidence over the variables of `header`. Raises NotProvable."""
    return _case(header, site, read(evidence.dump), evidence)


def _header(site: Site, seen: Iterable[tuple[Ruleset, tuple[RoutingRule, ...]]], algebra: Algebra) -> Header:
    names = set(interfaces(site).values())
    for ruleset, guard in seen:
        names.update(mentioned(ruleset))
        for rule in guard:
            names.update({rule.iif, rule.oif} - {""})
    return Header(algebra, Names(sorted(names)))


def _case(header: Header, site: Site, ruleset: Ruleset, evidence: Evidence) -> Case:
    policy, ports = derive(site), interfaces(site)
    live = LiveSets(header, policy, ports)
    declared = Declared(header, policy, ports, live)
    upkeep = Upkeep(declared)
    addresses = [address for zone in ports for address in of_family(own(site, zone), 4)]
    here = any_of(header.algebra, [in_network(header, "daddr", address) for address in addresses])
    journey = Journey(header, ruleset, evidence.guard, live, own=here, tunnel=ports.get(Zone.TUNNEL))
    open_pairs = journey
    if Zone.TUNNEL in ports:
        open_pairs = Journey(header, widened(ruleset), evidence.guard, live, own=here, tunnel=ports[Zone.TUNNEL])
    ways = declared_ways(site, ports)
    return Case(header, policy, ports, ruleset, live, journey, declared, upkeep, evidence.carrier, open_pairs, ways)


def mentioned(ruleset: Ruleset) -> Iterator[str]:
    """Every interface name and wildcard in the rules and in the sets they look up."""
    for table in ruleset.tables:
        for chain in table.chains.values():
            for rule in chain.rules:
                for statement in rule.statements:
                    yield from _in_statement(table, statement)


def _in_statement(table: Table, said: Statement) -> Iterator[str]:
    match said:
        case Match(left, _, Span(str(name))) if _reads_name(left):
            yield name
        case Match(left, _, Elements(elements)):
            yield from _in_elements(left, elements)
        case Match(left):
            for found in table.sets.values():
                yield from _in_elements(left, found.elements)
        case VerdictMap(key, entries):
            known = (
                entries
                if isinstance(entries, tuple)
                else table.sets[entries.name].entries
                if entries.name in table.sets
                else ()
            )
            yield from _in_elements(key, tuple(entry.element for entry in known))


def _in_elements(key: Expression, elements: tuple[Element, ...]) -> Iterator[str]:
    parts = key.parts if isinstance(key, Concat) else (key,)
    wanted = [at for at, part in enumerate(parts) if _reads_name(part)]
    for element in elements if wanted else ():
        for at in wanted:
            match element.parts[at : at + 1]:
                case (Span(str(name)),):
                    yield name


def _reads_name(said: Expression) -> bool:
    return isinstance(said, Field) and said.name in ("meta iifname", "meta oifname", "meta iif", "meta oif")
