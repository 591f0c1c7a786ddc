"""No change of the rules passes in silence: it is caught by its theorem, or it lets nothing more through and nothing needed less."""

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice

import pytest

from gateway.proof.algebra import Term
from gateway.proof.case import Case, case_in, header_of
from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.model import Answer, Dump, Evidence, Path, Theorem, Verdict
from gateway.proof.prove import prove
from gateway.site.model import Site
from tests.proof.catalogue import Mutation, catalogue
from tests.proof.changes import NotHere, deletions
from tests.proof.recorded import NAMES, dump_of, site_of

REPRESENTATIVE = "ip-vpn-claim"
CHANGES_MIN = 60


def loosened(site: Site, before: Evidence, after: Evidence) -> list[str]:
    """The paths on which `after` lets a packet through that `before` does not, whatever nobody can tell."""
    header = header_of(site, (before, after), Diagrams())
    one, two = case_in(header, site, before), case_in(header, site, after)
    return [path for path in Path if not header.algebra.never(_through(two, path) & ~_through(one, path))]


def _through(case: Case, path: Path) -> Term:
    return case.accepted(path) & case.journey.world[path] & case.header.calm()


def failing(verdict: Verdict, answer: Answer) -> set[Theorem]:
    return {one.theorem for one in verdict.judgements if one.answer is answer}


def examined(name: str) -> Iterator[tuple[Mutation, str]]:
    """Every change of the catalogue that this sample can suffer, and what is wrong with the proof's answer to it."""
    site, dump = site_of(name), dump_of(name)
    before = Evidence(dump, whole_guard())
    for mutation in catalogue(site):
        try:
            after = Evidence(mutation.dump(dump), mutation.guard(whole_guard()))
        except NotHere:
            continue
        yield mutation, _complaint(name, site, mutation, before, after)


def _complaint(name: str, site: Site, mutation: Mutation, before: Evidence, after: Evidence) -> str:
    verdict = prove(site, after, Diagrams())
    if mutation.caught is None:
        if verdict.answer is not Answer.PROVED:
            return f"{verdict.answer}: {verdict.reason}"
        wider = loosened(site, before, after)
        return f"lets more through on {wider}" if wider else ""
    wanted = Answer.NOT_PROVABLE if mutation.open else Answer.DISPROVED
    if mutation.caught in failing(verdict, wanted):
        return ""
    if name != REPRESENTATIVE and failing(verdict, wanted) == {Theorem.T8}:
        return ""  # here the other layer still stops it, and the proof says that one layer is gone
    if verdict.answer is Answer.PROVED and name != REPRESENTATIVE and not loosened(site, before, after):
        return ""  # without the sessions it would harm, the change changes nothing; in the representative it must
    said = sorted(failing(verdict, Answer.DISPROVED))
    return f"{mutation.caught} is not {wanted}; {verdict.answer}: {said} {verdict.reason}"


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name", [REPRESENTATIVE, *(pytest.param(name, marks=pytest.mark.long) for name in NAMES if name != REPRESENTATIVE)]
)
def test_every_change_is_caught_by_its_theorem_or_harmless_for_its_reason(name: str) -> None:
    found = list(examined(name))
    assert len(found) >= CHANGES_MIN
    assert not [f"{mutation.name}: {complaint}" for mutation, complaint in found if complaint]


def test_every_change_finds_something_to_change() -> None:
    fits: set[str] = set()
    for name in NAMES:
        for mutation in catalogue(site_of(name)):
            with suppress(NotHere):
                mutation.dump(dump_of(name))
                fits.add(mutation.name)
    assert {mutation.name for name in NAMES for mutation in catalogue(site_of(name))} == fits


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.long) for name in NAMES])
def test_a_rule_less_is_caught_or_lets_nothing_more_through(name: str) -> None:
    tally = deleted(site_of(name), dump_of(name))
    assert tally["caught"] > tally["harmless"] / 2


def test_every_fourth_rule_less_is_caught_or_lets_nothing_more_through() -> None:
    tally = deleted(site_of(REPRESENTATIVE), dump_of(REPRESENTATIVE), every=4)
    assert tally["caught"] > 10


def deleted(site: Site, dump: Dump, *, every: int = 1) -> Counter[str]:
    """How many single deletions were caught and how many are harmless; asserts that none of these lets more through.

    What is lost is then nothing any theorem needs (T5 holds still): logs, resets, drops before another drop, a rule for
    speed, and words along a pair that has no session.
    """
    before, tally = Evidence(dump, whole_guard()), Counter[str]()
    for place, said, mutant in islice(deletions(dump), 0, None, every):
        after = Evidence(mutant, whole_guard())
        verdict = prove(site, after, Diagrams())
        tally["caught" if verdict.answer is Answer.DISPROVED else "harmless"] += 1
        if verdict.answer is not Answer.DISPROVED:
            assert verdict.answer is Answer.PROVED, f"{place}: {verdict.reason}"
            assert not loosened(site, before, after), f"{place} {said}"
    return tally
