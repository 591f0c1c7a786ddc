"""The differential test: shoot, compare with the model, and shoot alone whatever came out otherwise."""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from gateway.firewall.live import grant_set, open_set
from gateway.firewall.table import FAMILY, TABLE, literal
from gateway.policy.model import FAMILIES, Granted, Policy, Window
from gateway.policy.networks import of_family
from gateway.proof.case import Case
from gateway.site.layout import Zone
from gateway.site.values import Family
from gateway.twin.build import Twin
from gateway.twin.differential.prediction import Outcome, Predictor
from gateway.twin.differential.range import Range, Seen
from gateway.twin.differential.shot import Shot, Standing
from gateway.twin.differential.shots import Shots
from gateway.twin.differential.terrain import Terrain, terrain

VOLLEY = 512
"""Packets between two clean starts."""
LAST_PATIENCE_S = 0.5
"""How long a packet sent alone may take, on a machine that does other things too."""


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A packet whose fate the model did not foretell, the second time as well."""

    shot: Shot
    predicted: Outcome
    arrived: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class Tally:
    """What one run saw. `hurried` came out right when sent again alone: lost, or limited, in the crowd."""

    shots: int = 0
    passed: int = 0
    limited: int = 0
    limited_passed: int = 0
    hurried: int = 0
    disagreements: tuple[Disagreement, ...] = ()
    kinds: Counter[str] = field(default_factory=Counter)


def compare(twin: Twin, case: Case, *, family: Family, seed: int, count: int, opened: bool = False) -> Tally:
    """Send `count` packets of one family or a few more. The twin's box must stand under the rules of `case`.

    `opened` says that every window and grant stands open in its LIVE sets.
    """
    ground = terrain(twin.site, case.policy)
    shots, predictor = Shots(case.policy, ground, family, seed), Predictor(case, ground, opened=opened)
    tally = Tally()
    with tempfile.TemporaryDirectory() as scratch, Range(twin, ground, Path(scratch)) as field_:
        while tally.shots < count:
            volley = shots.batch(min(VOLLEY, count - tally.shots))
            if not volley:
                break  # no session of this family is declared: there is nothing to be near to
            tally = _added(tally, field_, tuple(_foretold(predictor, ground, volley)))
    return tally


@dataclass(frozen=True, slots=True)
class _Foretold:
    """A packet, what is to become of it, and the question it answers, if any."""

    shot: Shot
    outcome: Outcome
    zone: Zone
    question: Shot | None = None

    @property
    def kind(self) -> str:
        """For the tally: what conntrack knows, the protocol, and the outcome."""
        return f"{self.shot.standing} {self.shot.protocol} {self.outcome}"

    def agrees(self, seen: Seen) -> bool:
        zones = {zone for tag, zone in seen if tag == self.shot.tag}
        match self.outcome:
            case Outcome.PASSES:
                return zones == {self.zone}
            case Outcome.LIMITED | Outcome.EITHER:
                return zones <= {self.zone}
            case Outcome.STOPS:
                return not zones


def _foretold(predictor: Predictor, ground: Terrain, volley: tuple[Shot, ...]) -> Iterator[_Foretold]:
    before: _Foretold | None = None
    for shot in volley:
        question = before if before and shot.standing is Standing.ASKED and before.shot.tag == shot.tag + 1 else None
        asked = question is not None and question.outcome is Outcome.PASSES
        outcome = predictor.outcome(shot, asked=asked)
        if question is not None and question.outcome in (Outcome.LIMITED, Outcome.EITHER):
            outcome = Outcome.EITHER
        zone = predictor.route(shot).leaves_to or Zone.GATEWAY
        # What went out under the box's own address is answered there.
        sent_to = ground.hidden_behind(question.shot.source, question.zone) if question and asked else None
        before = _Foretold(replace(shot, sent_to=sent_to), outcome, zone, question.shot if question else None)
        yield before


def _added(tally: Tally, field_: Range, volley: tuple[_Foretold, ...]) -> Tally:
    expected = _arrivals(volley)
    seen = field_.fire((one.shot for one in volley), expected)
    wrong, hurried = [], 0
    for one in volley:
        if not one.agrees(seen):
            alone = (one.question, one.shot) if one.question else (one.shot,)
            again = field_.fire(alone, _arrivals((one,)), LAST_PATIENCE_S)
            if one.agrees(again):
                hurried += 1
            else:
                zones = tuple(zone for tag, zone in again if tag == one.shot.tag)
                wrong.append(Disagreement(one.shot, one.outcome, zones))
    limited = {one.shot.tag for one in volley if one.outcome is Outcome.LIMITED}
    return Tally(
        tally.shots + len(volley),
        tally.passed + len(expected & seen),
        tally.limited + len(limited),
        tally.limited_passed + len({tag for tag, _ in seen} & limited),
        tally.hurried + hurried,
        (*tally.disagreements, *wrong),
        tally.kinds + Counter(one.kind for one in volley),
    )


def _arrivals(volley: tuple[_Foretold, ...]) -> Seen:
    return frozenset((one.shot.tag, one.zone) for one in volley if one.outcome is Outcome.PASSES)


def opening_commands(policy: Policy, ports: Mapping[Zone, str]) -> str:
    """Commands for nft that open every window and grant, as the enforcer would, inside their declared envelope."""
    return "".join(_openings(policy, ports))


def _openings(policy: Policy, ports: Mapping[Zone, str]) -> Iterator[str]:
    for flow in policy.flows:
        match flow.when:
            case Window():
                pair = f'"{ports[flow.origin]}" . "{ports[flow.target]}"'
                yield f"add element {FAMILY} {TABLE} {open_set(flow)} {{ {pair} timeout 1h }}\n"
            case Granted() as when:
                for family in FAMILIES:
                    sources = of_family(flow.sources, family)
                    if sources:
                        held = ", ".join(f"{literal(one)} timeout 1h" for one in sources)
                        yield f"add element {FAMILY} {TABLE} {grant_set(when, family)} {{ {held} }}\n"
