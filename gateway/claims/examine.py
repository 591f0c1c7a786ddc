"""Looks at a reading with the file rules. Each rule has one small function here: where it was met, or None."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from gateway.claims import file_rules as rules
from gateway.claims.finding import Finding, Rule
from gateway.claims.headers import LAST_VOLUME, SINGLE_OR_FIRST
from gateway.claims.kind import Kind
from gateway.claims.month import following
from gateway.claims.reading import Reading, Spots
from gateway.claims.records import Records
from gateway.claims.summary import Summary


@dataclass(frozen=True, slots=True)
class Case:
    """One file under the rules: the summary so far, and what it was made of. `declared`: its name is one that may travel."""

    summary: Summary
    reading: Reading
    records: Records
    declared: bool

    @property
    def claim(self) -> bool:
        """Whether it is a claim file whose structure we know."""
        return self.reading.header.closing == b"GO"

    @property
    def structured(self) -> bool:
        """Whether the file's structure is one we know."""
        return bool(self.reading.header.closing)

    @property
    def comparable(self) -> bool:
        """Whether GO's totals and the receipts' are of the same receipts: a single, whole volume that declares some."""
        summary = self.summary
        single = (summary.volume, self.reading.closing(3)) == (SINGLE_OR_FIRST, LAST_VOLUME)
        readable = summary.declared_count is not None and summary.declared_points is not None
        return self.claim and summary.complete and single and readable and not self.zero

    @property
    def zero(self) -> bool:
        """Whether GO declares nothing at all."""
        return (self.summary.declared_count, self.summary.declared_points) == (0, 0)


@dataclass(frozen=True, slots=True)
class Met:
    """Where a rule was met (record from 1, 0 for the file), and its figures."""

    record: int = 0
    figures: tuple[int, ...] = ()


_THE_FILE = Met()
Look = Callable[[Case], Met | None]


def examine(case: Case) -> Iterator[Finding]:
    """What the file rules find, in the rules' order."""
    for rule, look in LOOKS.items():
        met = look(case)
        if met is not None:
            yield Finding(rule, rule.severity_for(case.summary.kind), met.record, met.figures)


def _empty(case: Case) -> Met | None:
    return _THE_FILE if not case.summary.size else None


def _unknown_kind(case: Case) -> Met | None:
    unknown = case.summary.kind in {Kind.OTHER, Kind.WORK_INJURY}
    return _THE_FILE if bool(case.summary.size) and unknown and not case.declared else None


def _textual(case: Case) -> bool:
    """A carried report may be anything; everything else is records of text."""
    return case.structured or not case.declared


def _nul_bytes(case: Case) -> Met | None:
    return _THE_FILE if case.records.nul_bytes and _textual(case) else None


def _not_cp932(case: Case) -> Met | None:
    # A character that is cut in two at the end of a claim that is cut off as a whole is told as that.
    cut = case.records.cut and not (case.claim and not case.summary.complete)
    return _THE_FILE if _textual(case) and (cut or not case.records.cp932) else None


def _truncated(case: Case) -> Met | None:
    return Met(case.reading.number) if case.claim and not case.summary.complete else None


def _last_line_open(case: Case) -> Met | None:
    return Met(case.reading.number) if case.summary.complete and case.records.open_end else None


def _no_payer(case: Case) -> Met | None:
    return Met(1) if case.structured and case.summary.payer is None else None


def _no_month(case: Case) -> Met | None:
    return Met(1) if case.structured and not case.summary.claim_month else None


def _no_totals(case: Case) -> Met | None:
    unreadable = case.summary.declared_count is None or case.summary.declared_points is None
    last = case.summary.complete and case.reading.closing(3) == LAST_VOLUME
    return Met(case.reading.closed_at) if case.claim and last and unreadable else None


def _count_differs(case: Case) -> Met | None:
    return _differs(case, case.summary.declared_count, case.summary.counted_count)


def _points_differ(case: Case) -> Met | None:
    return _differs(case, case.summary.declared_points, case.summary.counted_points)


def _differs(case: Case, declared: int | None, counted: int | None) -> Met | None:
    if declared is None or counted is None or declared == counted or not case.comparable:
        return None
    return Met(case.reading.number, (declared, counted))


def _volumes_disagree(case: Case) -> Met | None:
    if not case.claim or not case.summary.complete:
        return None
    volume, closing = case.summary.volume, case.reading.closing(3)
    fits = bool(volume) and (closing == LAST_VOLUME or int(closing) == int(volume) + 1)
    return None if fits else Met(case.reading.number)


def _volume_totals(case: Case) -> Met | None:
    summary = case.summary
    later = summary.complete and summary.volume not in ("", SINGLE_OR_FIRST) and case.reading.closing(3) == LAST_VOLUME
    pairs = ((summary.declared_count, summary.counted_count), (summary.declared_points, summary.counted_points))
    short = any(declared is not None and counted is not None and declared <= counted for declared, counted in pairs)
    return Met(case.reading.number) if case.claim and later and short and not case.zero else None


def _receipt_order(case: Case) -> Met | None:
    return _spots(case.reading.disordered) if case.claim else None


def _end_in_the_middle(case: Case) -> Met | None:
    reading = case.reading
    return Met(reading.closed_at + 1) if case.structured and 0 < reading.closed_at < reading.number else None


def _line_end(case: Case) -> Met | None:
    return Met(case.records.odd_end) if case.structured and case.records.odd_end else None


def _treatment_late(case: Case) -> Met | None:
    late = case.reading.late
    return Met(late.first, (late.times,)) if case.claim and late.times else None


def _treatment_apart(case: Case) -> Met | None:
    newest = case.reading.newest_treatment
    apart = bool(newest and case.summary.claim_month) and following(newest) != case.summary.claim_month
    return _THE_FILE if case.claim and apart else None


def _no_prefecture(case: Case) -> Met | None:
    return Met(1) if case.claim and not case.summary.prefecture else None


def _no_institution(case: Case) -> Met | None:
    return Met(1) if case.claim and not case.summary.institution_code else None


def _other_tariff(case: Case) -> Met | None:
    header = case.reading.header
    return Met(1) if case.claim and case.reading.at(header.tariff) != header.tariff_code else None


def _unclosed_return(case: Case) -> Met | None:
    return Met(case.reading.number) if case.summary.kind.returns and not case.summary.complete else None


def _unknown_record(case: Case) -> Met | None:
    return _counted(case.reading.unknown) if case.summary.kind is Kind.MEDICAL else None


def _unknown_columns(case: Case) -> Met | None:
    return _counted(case.reading.columns) if case.claim else None


def _no_end_mark(case: Case) -> Met | None:
    whole = case.summary.complete and not case.records.open_end
    return _THE_FILE if case.claim and whole and not case.records.end_mark else None


def _history(case: Case) -> Met | None:
    return _counted(case.reading.history) if case.claim else None


def _zero_totals(case: Case) -> Met | None:
    return Met(case.reading.number) if case.claim and case.summary.complete and case.zero else None


def _carried_by_name(case: Case) -> Met | None:
    by_name = not case.structured and case.summary.kind is not Kind.OTHER
    return (
        _THE_FILE
        if bool(case.summary.size) and by_name and (case.declared or case.summary.kind is Kind.HOME_NURSING)
        else None
    )


def _unknown_report(case: Case) -> Met | None:
    return _THE_FILE if bool(case.summary.size) and case.summary.kind is Kind.OTHER and case.declared else None


def _spots(spots: Spots) -> Met | None:
    return Met(spots.first) if spots.times else None


def _counted(spots: Spots) -> Met | None:
    return Met(spots.first, (spots.times,)) if spots.times else None


LOOKS: dict[Rule, Look] = {
    rules.EMPTY: _empty,
    rules.UNKNOWN_KIND: _unknown_kind,
    rules.NUL_BYTES: _nul_bytes,
    rules.NOT_CP932: _not_cp932,
    rules.TRUNCATED: _truncated,
    rules.LAST_LINE_OPEN: _last_line_open,
    rules.NO_PAYER: _no_payer,
    rules.NO_MONTH: _no_month,
    rules.NO_TOTALS: _no_totals,
    rules.COUNT_DIFFERS: _count_differs,
    rules.POINTS_DIFFER: _points_differ,
    rules.VOLUMES_DISAGREE: _volumes_disagree,
    rules.VOLUME_TOTALS: _volume_totals,
    rules.RECEIPT_ORDER: _receipt_order,
    rules.END_IN_THE_MIDDLE: _end_in_the_middle,
    rules.LINE_END: _line_end,
    rules.TREATMENT_LATE: _treatment_late,
    rules.TREATMENT_APART: _treatment_apart,
    rules.NO_PREFECTURE: _no_prefecture,
    rules.NO_INSTITUTION: _no_institution,
    rules.OTHER_TARIFF: _other_tariff,
    rules.UNCLOSED_RETURN: _unclosed_return,
    rules.UNKNOWN_RECORD: _unknown_record,
    rules.UNKNOWN_COLUMNS: _unknown_columns,
    rules.NO_END_MARK: _no_end_mark,
    rules.HISTORY: _history,
    rules.ZERO_TOTALS: _zero_totals,
    rules.CARRIED_BY_NAME: _carried_by_name,
    rules.UNKNOWN_REPORT: _unknown_report,
}
