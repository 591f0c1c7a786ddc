"""What the chains of one table do with packets: which are accepted, which fall off the end, and every rule that is met.

A chain without side effects means the same from wherever it is jumped to, so it is evaluated once, for every packet at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.proof.algebra import Term
from gateway.proof.errors import NotProvable
from gateway.proof.fields import MARK_BITS, Fields, Place
from gateway.proof.header import Header
from gateway.proof.matching import Matching
from gateway.proof.ruleset import (
    Chain,
    Concat,
    Entry,
    Everything,
    Expression,
    Field,
    Kind,
    Limit,
    MarkSet,
    Masked,
    Match,
    NoTrack,
    Rule,
    SetUpdate,
    Statement,
    Table,
    Translate,
    Verdict,
    VerdictMap,
)

DEPTH_MAX = 16
"""NFT_JUMP_STACK_SIZE: the kernel refuses deeper jumps, and loops."""


@dataclass(slots=True)
class Met:
    """A statement that matters beyond its verdict, and the packets that get to it."""

    table: Table
    rule: Rule
    statement: Statement
    packets: Term


@dataclass(slots=True)
class Outcome:
    """`fell` left the chain without a verdict. `hits` are the packets each rule matched; `calls` the summaries it used."""

    accepted: Term
    fell: Term
    hits: dict[str, Term] = field(default_factory=dict)
    met: list[Met] = field(default_factory=list)
    calls: list[tuple["Outcome", Term]] = field(default_factory=list)


class Chains:
    """The evaluator of one table at one place."""

    def __init__(self, table: Table, place: Place, matching: Matching, fields: Fields) -> None:
        self._table, self._place = table, place
        self._matching, self._fields = matching, fields
        self._header: Header = matching.header
        self._algebra = self._header.algebra
        self._summaries: dict[str, Outcome] = {}
        self._pure: dict[str, bool] = {}

    def base(self, chain: Chain, reach: Term) -> Outcome:
        """A base chain, its policy included: what falls off its end is accepted or dropped."""
        outcome = Outcome(self._algebra.false, self._algebra.false)
        fell = self._run(chain.name, reach, outcome, 0)
        if chain.hook is not None and chain.hook.policy is Kind.ACCEPT:
            outcome.accepted = outcome.accepted | fell
        outcome.fell = fell
        return outcome

    def _run(self, name: str, reach: Term, into: Outcome, depth: int) -> Term:
        """Evaluate for the packets in `reach`; what falls off the end."""
        chain = self._table.chains.get(name)
        if chain is None or depth > DEPTH_MAX:
            raise NotProvable("a jump leads nowhere, or deeper than the kernel allows", f"{self._table} {name}")
        if depth and self.is_pure(name):
            summary = self._summary(chain, depth)
            into.accepted = into.accepted | (reach & summary.accepted)
            into.calls.append((summary, reach))
            return reach & summary.fell
        fell = self._algebra.false
        for rule in chain.rules:
            reach, gone = self._rule(rule, reach, into, depth)
            fell = fell | gone
        return fell | reach

    def _summary(self, chain: Chain, depth: int) -> Outcome:
        found = self._summaries.get(chain.name)
        if found is None:
            found = Outcome(self._algebra.false, self._algebra.false)
            reach, fell = self._algebra.true, self._algebra.false
            for rule in chain.rules:
                reach, gone = self._rule(rule, reach, found, depth)
                fell = fell | gone
            found.fell = fell | reach
            self._summaries[chain.name] = found
        return found

    def _rule(self, rule: Rule, reach: Term, into: Outcome, depth: int) -> tuple[Term, Term]:
        """The packets that go on with the next rule, and those that leave the chain without a verdict."""
        here, on = reach, self._algebra.false
        gone = self._algebra.false
        for at, statement in enumerate(rule.statements):
            match statement:
                case Match():
                    matched = here & self._matching.match(statement, self._table, self._place, rule.id)
                    here, on = matched, on | (here & ~matched)
                case Limit(over):
                    room = self._header.free("limit", f"{rule.id}, statement {at + 1}, has room", calm=not over)
                    here, on = here & room, on | (here & ~room)
                case VerdictMap():
                    here, missed, left = self._map(rule, statement, here, into, depth)
                    on, gone = on | missed, gone | left
                case Verdict():
                    next_rule, left = self._verdict(rule, statement, here, into, depth)
                    into.hits[rule.id] = into.hits.get(rule.id, self._algebra.false) | here
                    return on | next_rule, gone | left
                case _:
                    here, missed = self._effect(rule, statement, here, into)
                    on = on | missed
                    if isinstance(statement, Translate) and statement.ends_rule:
                        into.accepted = into.accepted | here
                        into.hits[rule.id] = here
                        return on, gone
        into.hits[rule.id] = into.hits.get(rule.id, self._algebra.false) | here
        return on | here, gone

    def _map(self, rule: Rule, said: VerdictMap, here: Term, into: Outcome, depth: int) -> tuple[Term, Term, Term]:
        """What goes on in the rule, what no element holds and so goes to the next rule, and what leaves the chain."""
        key = self._matching.key(said.key, self._place)
        inside, next_rule, gone = self._algebra.false, self._algebra.false, self._algebra.false
        rest, default = here, None
        for entry in self._entries(said):
            if entry.element.parts == (Everything(),):
                default = entry.verdict
                continue
            taken = rest & self._matching.entry(key, said.key, entry.element, rule.id)
            rest = rest & ~taken
            went_on, left = self._verdict(rule, entry.verdict, taken, into, depth)
            if entry.verdict.kind is Kind.CONTINUE:
                inside = inside | taken
            else:
                next_rule = next_rule | went_on
            gone = gone | left
        if default is not None:
            others = rest & self._matching.readable(key, said.key, rule.id)
            rest = rest & ~others
            went_on, left = self._verdict(rule, default, others, into, depth)
            if default.kind is Kind.CONTINUE:
                inside = inside | others
            else:
                next_rule = next_rule | went_on
            gone = gone | left
        into.hits[rule.id] = into.hits.get(rule.id, self._algebra.false) | (here & ~rest)
        return inside, next_rule | rest, gone

    def _entries(self, said: VerdictMap) -> tuple[Entry, ...]:
        if isinstance(said.entries, tuple):
            return said.entries
        found = self._table.sets.get(said.entries.name)
        if found is None:
            raise NotProvable(f"the map {said.entries.name} is not in the dump", f"table {self._table}")
        if found.moving or any(entry.element.timed for entry in found.entries):
            raise NotProvable(
                "a verdict map whose elements come and go is not understood", f"{self._table} {found.name}"
            )
        return found.entries

    def _verdict(self, rule: Rule, said: Verdict, here: Term, into: Outcome, depth: int) -> tuple[Term, Term]:
        nothing = self._algebra.false
        match said.kind:
            case Kind.ACCEPT:
                into.accepted = into.accepted | here
            case Kind.QUEUE:
                into.accepted = into.accepted | (here & self._header.free("queue", f"{rule.id} lets it go"))
            case Kind.JUMP:
                return self._run(said.chain, here, into, depth + 1), nothing
            case Kind.GOTO:
                return nothing, self._run(said.chain, here, into, depth + 1)
            case Kind.RETURN:
                return nothing, here
            case Kind.CONTINUE:
                return here, nothing
        return nothing, nothing

    def _effect(self, rule: Rule, said: Statement, here: Term, into: Outcome) -> tuple[Term, Term]:
        """What goes on, and what the statement ends the rule for."""
        into.met.append(Met(self._table, rule, said, here))
        match said:
            case MarkSet():
                self._mark(rule, said, here)
            case NoTrack():
                # Conntrack is asked at priority -200: later it is too late to keep a packet from it.
                if not self._place.tracked:
                    self._fields.no_track = self._fields.no_track | here
                    self._fields.changed()
            case SetUpdate(limited=limited):
                # A full set ends the rule, and so do a limit inside the element and a packet that has nothing to put in.
                room = self._header.free("room", f"{rule.id} has room in @{said.set}", calm=None if limited else True)
                key = self._matching.key(said.key, self._place)
                done = here & room & self._matching.readable(key, said.key, rule.id)
                return done, here & ~done
        return here, self._algebra.false

    def _mark(self, rule: Rule, said: MarkSet, here: Term) -> None:
        choose, yes, no = self._algebra.choose, self._algebra.true, self._algebra.false
        for bit in range(MARK_BITS):
            keep, flip = said.keep >> bit & 1, said.flip >> bit & 1
            if said.known and keep and not flip:
                continue
            before = self._fields.mark[bit]
            if not said.known:
                after = self._header.free("mark", f"bit {bit} that {rule.id} writes")
            elif keep:
                after = ~before
            else:
                after = yes if flip else no
            self._fields.mark[bit] = choose(here, after, before)

    def is_pure(self, name: str) -> bool:
        """Whether a chain, and all it jumps to, neither reads nor writes what other rules may change before it is asked again.

        That is the mark, and before conntrack its word on the packet.
        """
        if name not in self._pure:
            self._pure[name] = False  # a loop, which the kernel refuses, is not pure
            chain = self._table.chains.get(name)
            self._pure[name] = chain is not None and all(
                self._is_harmless(statement) for rule in chain.rules for statement in rule.statements
            )
        return self._pure[name]

    def _is_harmless(self, said: Statement) -> bool:
        match said:
            case MarkSet() | NoTrack():
                return False
            case Match(left=left):
                return not self._reads_changing(left)
            case Verdict(kind, chain):
                return kind not in (Kind.JUMP, Kind.GOTO) or self.is_pure(chain)
            case VerdictMap():
                verdicts = [entry.verdict for entry in self._entries(said)]
                return not self._reads_changing(said.key) and all(self._is_harmless(verdict) for verdict in verdicts)
        return True

    def _reads_changing(self, said: Expression) -> bool:
        return any(
            name == "meta mark" or (name.startswith("ct ") and not self._place.tracked) for name in _fields(said)
        )


def _fields(said: Expression) -> Iterator[str]:
    match said:
        case Field(name):
            yield name
        case Masked(inner, _):
            yield from _fields(inner)
        case Concat(parts):
            for part in parts:
                yield from _fields(part)


def flattened(outcome: Outcome, algebra_false: Term) -> tuple[dict[str, Term], list[Met]]:
    """The hits and effects of an outcome and of every chain it used, for the packets that really got there."""
    visits: dict[int, tuple[Outcome, Term]] = {}
    order: list[Outcome] = []
    _collect(outcome, order, set())
    hits, met = dict(outcome.hits), list(outcome.met)
    for summary, reach in outcome.calls:
        visits[id(summary)] = (summary, visits.get(id(summary), (summary, algebra_false))[1] | reach)
    # A summary is finished before those that use it: from the last to the first, every visit is known in time.
    for summary in reversed(order):
        if summary is outcome or id(summary) not in visits:
            continue
        reach = visits[id(summary)][1]
        for rule, packets in summary.hits.items():
            hits[rule] = hits.get(rule, algebra_false) | (reach & packets)
        met.extend(Met(one.table, one.rule, one.statement, reach & one.packets) for one in summary.met)
        for called, packets in summary.calls:
            before = visits.get(id(called), (called, algebra_false))[1]
            visits[id(called)] = (called, before | (reach & packets))
    return hits, met


def _collect(outcome: Outcome, order: list[Outcome], seen: set[int]) -> None:
    if id(outcome) in seen:
        return
    seen.add(id(outcome))
    for called, _ in outcome.calls:
        _collect(called, order, seen)
    order.append(outcome)


def named_by(rule: Rule) -> Iterator[str]:
    """The sets a rule updates from the packet's path."""
    for statement in rule.statements:
        if isinstance(statement, SetUpdate):
            yield statement.set
