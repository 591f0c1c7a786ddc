"""Reads a claim or return file once, front to back, in constant memory, and says what it is in a `Summary`."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from gateway.claims.examine import Case, examine
from gateway.claims.kind import Kind, Payer
from gateway.claims.named import kind_of
from gateway.claims.names import matches, published_name
from gateway.claims.reading import Reading
from gateway.claims.records import Records
from gateway.claims.site_rules import Place, site_findings
from gateway.claims.summary import Summary

CHUNK_BYTES = 1 << 18
_NUMBER_MAX_DIGITS = 10
_PREFECTURES = frozenset(f"{number:02}" for number in range(1, 48))
# Where in a receipt 件数 and 点数 stand is known for these; 医科 for certain, the others by analogy.
_COUNTED = frozenset({Kind.MEDICAL, Kind.DPC, Kind.DENTAL, Kind.PHARMACY})


@dataclass(frozen=True, slots=True)
class Expected:
    """What the site declares about its files.

    Attributes:
        place: whose claims they are.
        ignore: ids of rules that are not looked at.
        carry: name patterns of files that may travel although their structure is not known.
    """

    place: Place = field(default_factory=Place)
    ignore: frozenset[str] = frozenset()
    carry: tuple[str, ...] = ()


def read(chunks: Iterable[bytes], *, name: str = "", expected: Expected = Expected()) -> Summary:
    """Summarise the bytes of one file with the file rules. Bytes of any kind are read; nothing is raised for them.

    Args:
        chunks: the file's content in pieces of any size; `CHUNK_BYTES` reads well.
        name: the file's name, for kinds that only a name tells; it is looked at and not kept.
        expected: what the site declares. Its place is compared by `inspect`, not here.
    """
    records = Records(chunks)
    reading = Reading()
    reading.read(records)
    summary = _summary(reading, records, name, expected.carry)
    declared = matches(published_name(name), expected.carry)
    found = examine(Case(summary, reading, records, declared))
    return replace(summary, findings=tuple(finding for finding in found if finding.id not in expected.ignore))


def inspect(chunks: Iterable[bytes], *, name: str, expected: Expected, now: datetime) -> Summary:
    """As `read`, with the site rules. `now` carries its zone; ValueError if it does not."""
    summary = read(chunks, name=name, expected=expected)
    found = site_findings(summary, expected.place, now)
    return replace(
        summary,
        findings=(*summary.findings, *(finding for finding in found if finding.id not in expected.ignore)),
    )


def _summary(reading: Reading, records: Records, name: str, carry: tuple[str, ...]) -> Summary:
    header = reading.header
    recorded = Kind.DPC if header.kind is Kind.MEDICAL and reading.dpc else header.kind
    kind = kind_of(recorded, name, carry)
    payer = reading.at(header.payer)
    prefecture = reading.at(header.prefecture)
    structured = bool(header.closing)
    counted = structured and kind in _COUNTED
    return Summary(
        kind=kind,
        size=records.size,
        payer=Payer(payer) if payer in set(Payer) else None,
        prefecture=prefecture if prefecture in _PREFECTURES else "",
        institution_code=_digits(reading.at(header.institution), 7),
        claim_month=reading.month,
        volume=_digits(reading.at(header.volume), 2),
        receipts=reading.receipts if structured else 0,
        declared_count=_number(reading.closing(1)) if structured and kind.claims else None,
        declared_points=_number(reading.closing(2)) if structured and kind.claims else None,
        counted_count=reading.counts if counted else None,
        counted_points=reading.points if counted else None,
        complete=_closed(reading),
        reclaim=structured and kind.claims and (reading.reclaimed or reading.history.times > 0),
    )


def _closed(reading: Reading) -> bool:
    """Whether the closing record is the last one, and itself whole: GO ends in its two-digit volume."""
    closing = reading.header.closing
    volume_whole = closing != b"GO" or bool(_digits(reading.closing(3), 2))
    return closing != b"" and reading.last == closing and volume_whole


def _digits(text: str, length: int) -> str:
    return text if len(text) == length and text.isascii() and text.isdigit() else ""


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _NUMBER_MAX_DIGITS else None
