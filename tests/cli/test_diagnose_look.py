from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from gateway.report.diagnosis import Outcome, Probe, Side
from gateway.site.layout import Zone
from tests.cli.clinic import PASSWORD, Clinic
from tests.operated import normal, said_of

pytestmark = pytest.mark.root


def test_a_clinic_in_which_everything_works(works: Clinic) -> None:
    works.work()

    code, side, tried = works.verdict()

    assert {*tried.values()} == {Outcome.GOOD}, tried
    assert (code, side) == (0, None)
    assert {*tried} == {*Probe} - {Probe.TUNNEL}


def test_a_terminal_that_asked_nothing_leaves_the_far_side_unseen(works: Clinic) -> None:
    works.rig.run_here("conntrack", "-F")

    code, side, tried = works.verdict()

    assert (code, side) == (3, None)
    assert [probe for probe, outcome in tried.items() if outcome != Outcome.GOOD] == [Probe.NAMES, Probe.SYSTEM]


@contextmanager
def _another_password(works: Clinic) -> Iterator[None]:
    works.smbd.set_password("somebody changed it")
    try:
        yield
    finally:
        works.smbd.set_password(PASSWORD)


FAULTS: dict[str, tuple[Callable[[Clinic], AbstractContextManager[None]], Side, Probe]] = {
    "share password": (_another_password, Side.TERMINAL, Probe.LOGON),
    "terminal off": (lambda works: works.pulled(host=Zone.CLAIM), Side.TERMINAL, Probe.TERMINAL),
    "carrier's router": (lambda works: works.pulled(host=Zone.WAN), Side.LINE, Probe.NEXT_HOP),
    "nothing comes back": (lambda works: works.silent("meta l4proto { tcp, udp }"), Side.LINE, Probe.NAMES),
}


SLOW = ("terminal off",)
"""The kernel asks thrice, a second apart; the silent router is found in the same way."""


@pytest.mark.parametrize("fault", [pytest.param(one, marks=[pytest.mark.long] * (one in SLOW)) for one in FAULTS])
def test_each_fault_is_found_where_it_is(works: Clinic, fault: str) -> None:
    broken, side, probe = FAULTS[fault]
    with broken(works):
        works.work()
        code, verdict, tried = works.verdict()

    assert (code, verdict) == (1, side), tried
    assert next(one for one in Probe if tried.get(one) == Outcome.WRONG) == probe


def test_a_claim_system_that_is_away_is_told_as_the_operators_page_says(works: Clinic) -> None:
    """docs/operate.md."""
    with works.silent("tcp dport 443"):
        works.work()
        done = works.diagnose("--lang", "en")

    assert done.returncode == 1
    assert normal(done.stdout) == normal("\n".join(said_of("claim-gateway diagnose")))


@pytest.mark.long
def test_of_two_cables_that_are_out_the_nearer_is_the_verdict(works: Clinic) -> None:
    with works.pulled(port=Zone.CLAIM), works.pulled(port=Zone.WAN):
        code, verdict, tried = works.verdict()

    assert (code, verdict) == (1, Side.TERMINAL)
    assert (tried[Probe.TERMINAL_LINK], tried[Probe.LINE_LINK]) == (Outcome.WRONG, Outcome.WRONG)
    assert tried[Probe.LAN_LINK] == Outcome.GOOD


def test_it_opened_nothing(works: Clinic) -> None:
    assert works.rig.is_as_declared()
    assert not works.rig.said("repaired")
