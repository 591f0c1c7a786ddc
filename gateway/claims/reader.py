"""Reads a claim or return file once, front to back, in constant memory, and says what it is in a `Summary`."""

import codecs
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from gateway.claims.month import claim_month
from gateway.claims.summary import Finding, Kind, Payer, Summary

CHUNK_BYTES = 1 << 18
RECORD_HEAD_BYTES = 4096  # every field counted here stands in the first few hundred bytes of its record
_END_MARK = b"\x1a"  # one after the last CRLF, sometimes missing in the field: tolerated
_DPC_RECEIPT_COLUMNS = 30
_FIRST_RECORD = {b"IR": Kind.MEDICAL, b"UK": Kind.DENTAL, b"YK": Kind.PHARMACY, b"HI": Kind.RETURN}
_SINGLE_VOLUME = ("00", "99")  # the header's and GO's volume field when a claim is one file


def read(chunks: Iterable[bytes], *, institution_code: str = "") -> Summary:
    """Summarise the bytes of one file.

    Args:
        chunks: the file's content in pieces of any size; `CHUNK_BYTES` reads well.
        institution_code: the site's own seven digits; empty skips that comparison.
    """
    reading = _Reading()
    for record in _records(_watched(chunks, reading)):
        reading.take(record)
    return reading.summary(institution_code)


def _watched(chunks: Iterable[bytes], reading: "_Reading") -> Iterator[bytes]:
    """Pass the chunks on, noting their size, their NUL bytes and whether they decode."""
    decoder = codecs.getincrementaldecoder("cp932")()
    for chunk in chunks:
        reading.size += len(chunk)
        reading.nul_bytes |= b"\0" in chunk
        if reading.cp932:
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError:
                reading.cp932 = False
        yield chunk
    if reading.cp932:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            reading.cp932 = False


def _records(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The records' heads, without their line ends. A line of any length costs RECORD_HEAD_BYTES."""
    head = b""
    for chunk in chunks:
        *whole, rest = chunk.split(b"\n")
        for line in whole:
            yield (head + line[:RECORD_HEAD_BYTES]).rstrip(b"\r")
            head = b""
        head = (head + rest[:RECORD_HEAD_BYTES])[:RECORD_HEAD_BYTES]
    if head.strip(_END_MARK + b"\r"):
        yield head.rstrip(_END_MARK + b"\r")


@dataclass(slots=True)
class _Receipt:
    """What one receipt adds to the totals (record specification, GO: 総件数, 総合計点数)."""

    insured: bool = False
    public: int = 0
    insured_points: int = 0
    first_public_points: int = 0

    @property
    def count(self) -> int:
        return int(self.insured) + self.public

    @property
    def points(self) -> int:
        return self.insured_points if self.insured else self.first_public_points


@dataclass(slots=True)
class _Reading:
    """Everything remembered between records: numbers and the header's few short fields."""

    size: int = 0
    nul_bytes: bool = False
    cp932: bool = True
    kind: Kind | None = None
    header: list[str] = field(default_factory=list)
    last: bytes = b""
    receipts: int = 0
    in_order: bool = True
    count: int = 0
    points: int = 0
    trailer: list[str] = field(default_factory=list)
    receipt: _Receipt = field(default_factory=_Receipt)

    def take(self, record: bytes) -> None:
        fields = record.split(b",")
        name = fields[0]
        if self.kind is None:
            self.kind = _FIRST_RECORD.get(name, Kind.OTHER)
            self.header = _short(fields)
        self.last = name
        match name:
            case b"RE":
                self._open_receipt(fields)
            case b"HO" if not self.receipt.insured:
                self.receipt.insured = True
                self.receipt.insured_points = _number(fields, 5) or 0
            case b"KO":
                if not self.receipt.public:
                    self.receipt.first_public_points = _number(fields, 5) or 0
                self.receipt.public += 1
            case b"GO":
                self.trailer = _short(fields)

    def _open_receipt(self, fields: list[bytes]) -> None:
        self._close_receipt()
        if self.kind is Kind.MEDICAL and not self.receipts and len(fields) == _DPC_RECEIPT_COLUMNS:
            self.kind = Kind.DPC
        self.receipts += 1
        self.in_order &= _number(fields, 1) == self.receipts

    def _close_receipt(self) -> None:
        self.count += self.receipt.count
        self.points += self.receipt.points
        self.receipt = _Receipt()

    def summary(self, institution_code: str) -> Summary:
        self._close_receipt()
        kind = self.kind or Kind.OTHER
        payer = _at(self.header, 1)
        known = kind is not Kind.OTHER
        summary = Summary(
            kind=kind,
            size=self.size,
            payer=Payer(payer) if known and payer in set(Payer) else None,
            institution_code=_digits(_at(self.header, 4), 7) if known and kind is not Kind.RETURN else "",
            claim_month=claim_month(_at(self.header, _month_field(kind))) if known else "",
            volume=_digits(_at(self.header, _volume_field(kind)), 2) if known else "",
            receipts=self.receipts,
            declared_count=_whole(_at(self.trailer, 1)),
            declared_points=_whole(_at(self.trailer, 2)),
            counted_count=self.count if kind is Kind.MEDICAL else None,
            counted_points=self.points if kind is Kind.MEDICAL else None,
            complete=self._closed(kind),
        )
        return _with_findings(summary, self, institution_code)

    def _closed(self, kind: Kind) -> bool:
        """Whether the closing record is the last one, and itself whole: GO ends in its two-digit volume."""
        match kind:
            case Kind.OTHER:
                return False
            case Kind.RETURN:
                return self.last == b"HG"
            case _:
                return self.last == b"GO" and bool(_digits(_at(self.trailer, 3), 2))


def _with_findings(summary: Summary, reading: _Reading, institution_code: str) -> Summary:
    claim = summary.kind not in {Kind.OTHER, Kind.RETURN}
    single = (summary.volume, _at(reading.trailer, 3)) == _SINGLE_VOLUME
    # Files that came back from the payer may carry 0/0 (record specification): nothing to compare then.
    comparable = single and summary.kind is Kind.MEDICAL and (summary.declared_count, summary.declared_points) != (0, 0)
    noticed = {
        Finding.EMPTY: not summary.size,
        Finding.UNKNOWN_KIND: bool(summary.size) and summary.kind is Kind.OTHER,
        Finding.NUL_BYTES: reading.nul_bytes,
        Finding.NOT_CP932: not reading.cp932,
        Finding.TRUNCATED: claim and not summary.complete,
        Finding.NO_PAYER_OR_MONTH: claim and not (summary.payer and summary.claim_month),
        Finding.COUNT_DIFFERS: comparable and summary.complete and summary.declared_count != summary.counted_count,
        Finding.POINTS_DIFFER: comparable and summary.complete and summary.declared_points != summary.counted_points,
        Finding.INSTITUTION_DIFFERS: claim and bool(institution_code) and summary.institution_code != institution_code,
        Finding.RECEIPT_ORDER: claim and not reading.in_order,
    }
    findings = tuple(finding for finding, found in noticed.items() if found)
    return replace(summary, findings=findings)


def _month_field(kind: Kind) -> int:
    """Where the first record carries 請求年月: HI 2, YK 6, IR and UK 7."""
    return {Kind.RETURN: 2, Kind.PHARMACY: 6}.get(kind, 7)


def _volume_field(kind: Kind) -> int:
    """Where the first record carries its volume: YK 7, IR 8, UK 9; HI has none."""
    return {Kind.RETURN: -1, Kind.PHARMACY: 7, Kind.DENTAL: 9}.get(kind, 8)


def _short(fields: list[bytes]) -> list[str]:
    return [value[:16].decode("ascii", "replace") for value in fields[:10]]


def _at(fields: list[str], index: int) -> str:
    return fields[index] if 0 <= index < len(fields) else ""


def _digits(text: str, length: int) -> str:
    return text if len(text) == length and text.isascii() and text.isdigit() else ""


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() else None


def _number(fields: list[bytes], index: int) -> int | None:
    # At most ten digits: the widest number of the specification is eight, and int() of megabytes of digits takes minutes.
    value = fields[index] if index < len(fields) else b""
    return int(value) if value.isdigit() and len(value) <= 10 else None
