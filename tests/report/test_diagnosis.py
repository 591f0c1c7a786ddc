import itertools

import pytest

from gateway.report.diagnosis import Diagnosis, Outcome, Probe, Side, Tried, diagnose
from gateway.site.model import Contact, Responsible

STAFF, VENDOR, LINE, PAYER = (Contact(name=name, phone=f"03-0000-000{n}") for n, name in enumerate("abcd"))
EVERYBODY = Responsible(system_manager=STAFF, vendor=VENDOR, line=LINE, payer=PAYER)
GOOD, WRONG, UNKNOWN = Outcome.GOOD, Outcome.WRONG, Outcome.UNKNOWN

VERDICTS = {
    Probe.RULES: (Side.HOUSE, VENDOR),
    Probe.CABLES: (Side.HOUSE, VENDOR),
    Probe.LAN_LINK: (Side.HOUSE, STAFF),
    Probe.TERMINAL_LINK: (Side.TERMINAL, STAFF),
    Probe.TERMINAL: (Side.TERMINAL, STAFF),
    Probe.SHARE: (Side.TERMINAL, VENDOR),
    Probe.LOGON: (Side.TERMINAL, VENDOR),
    Probe.LINE_LINK: (Side.LINE, LINE),
    Probe.NEXT_HOP: (Side.LINE, LINE),
    Probe.TUNNEL: (Side.LINE, LINE),
    Probe.NAMES: (Side.PAYER, PAYER),
    Probe.SYSTEM: (Side.PAYER, PAYER),
    Probe.RECEIPT_PCS: (Side.HOUSE, STAFF),
}
"""What each says when it alone is wrong."""


def found(**outcomes: Outcome) -> Diagnosis:
    """Everything good but these."""
    named = {probe.replace("-", "_"): probe for probe in Probe}
    told = {named[name]: outcome for name, outcome in outcomes.items()}
    return diagnose(tuple(Tried(probe, told.get(probe, GOOD)) for probe in Probe), EVERYBODY)


def test_every_probe_has_a_verdict() -> None:
    assert [*VERDICTS] == [*Probe]


@pytest.mark.parametrize("probe", Probe)
def test_one_fault_is_one_verdict_and_one_desk(probe: Probe) -> None:
    diagnosis = found(**{probe.replace("-", "_"): WRONG})
    (fault,) = diagnosis.faults
    assert (fault.side, fault.desk) == VERDICTS[probe]
    assert diagnosis.verdict is fault
    assert not diagnosis.unsure


@pytest.mark.parametrize(("nearer", "farther"), [*itertools.combinations(Probe, 2)])
def test_of_two_faults_the_nearer_is_the_verdict(nearer: Probe, farther: Probe) -> None:
    diagnosis = found(**{nearer.replace("-", "_"): WRONG, farther.replace("-", "_"): WRONG})
    assert diagnosis.verdict is not None
    assert diagnosis.verdict.probe is nearer


@pytest.mark.parametrize("probe", Probe)
def test_what_was_not_seen_is_neither_good_nor_wrong(probe: Probe) -> None:
    diagnosis = found(**{probe.replace("-", "_"): UNKNOWN})
    assert (diagnosis.faults, diagnosis.unsure) == ((), True)


def test_nothing_wrong_is_nothing_wrong() -> None:
    assert (found().faults, found().unsure) == ((), False)
    assert diagnose((), EVERYBODY) == Diagnosis((), (), unsure=False)


@pytest.mark.parametrize(
    ("names", "system", "sides", "unsure"),
    [
        (GOOD, GOOD, [], False),
        (GOOD, WRONG, [Side.PAYER], False),
        (GOOD, UNKNOWN, [], True),
        (WRONG, GOOD, [Side.PAYER], False),
        (WRONG, WRONG, [Side.LINE], False),
        (WRONG, UNKNOWN, [Side.LINE], True),
        (UNKNOWN, GOOD, [], True),
        (UNKNOWN, WRONG, [], True),  # the far end of the line, or the system: nothing tells which
        (UNKNOWN, UNKNOWN, [], True),
    ],
)
def test_what_comes_back_tells_the_line_from_the_system(
    names: Outcome, system: Outcome, sides: list[Side], unsure: bool
) -> None:
    diagnosis = found(names=names, system=system)
    assert ([fault.side for fault in diagnosis.faults], diagnosis.unsure) == (sides, unsure)


def test_a_site_whose_system_has_no_name_servers_cannot_tell_them_apart() -> None:
    diagnosis = diagnose((Tried(Probe.NEXT_HOP, GOOD), Tried(Probe.SYSTEM, WRONG)), EVERYBODY)
    assert (diagnosis.faults, diagnosis.unsure) == ((), True)


def test_without_desks_of_their_own_the_vendor_is_called() -> None:
    few = Responsible(system_manager=STAFF, vendor=VENDOR)
    for probe in (Probe.NEXT_HOP, Probe.SYSTEM):
        tried = (Tried(Probe.NAMES, GOOD), Tried(probe, WRONG))
        assert [fault.desk for fault in diagnose(tried, few).faults] == [VENDOR]


@pytest.mark.parametrize("probe", Probe)
@pytest.mark.parametrize("lang", ["en", "ja"])
def test_each_is_said_in_one_line(probe: Probe, lang: str) -> None:
    (fault,) = found(**{probe.replace("-", "_"): WRONG}).faults
    assert lang in ("en", "ja")
    for text in (fault.text(lang), fault.side.text(lang), Tried(probe, GOOD).text(lang)):  # type: ignore[arg-type]
        assert text
        assert "\n" not in text
