"""What is remembered of a file while its records pass: numbers, and the short fields of its first and last record."""

from dataclasses import dataclass, field
from functools import lru_cache

from gateway.claims.headers import (
    ABSENT,
    HEADERS,
    HISTORY_MARKS,
    MEDICAL_RECORDS,
    NO_HEADER,
    RECEIPT_COLUMNS,
    SEARCH_NUMBER,
    TRAILER_COLUMNS,
    Header,
)
from gateway.claims.kind import Kind
from gateway.claims.month import claim_month
from gateway.claims.records import Records

_FIELDS_MOST = 41  # one more than the widest record of the specification that is looked into
_SHORT_MAX_BYTES = 16
_NUMBER_MAX_DIGITS = 10  # 総合計点数, the widest number; int() of megabytes of digits would take minutes
_PLAIN = frozenset(name + b"," for name in MEDICAL_RECORDS - {b"RE", b"HO", b"KO"})


@dataclass(slots=True)
class Spots:
    """How often something was met, and in which record (from 1) first."""

    first: int = 0
    times: int = 0

    def add(self, record: int) -> None:
        """Met once more."""
        self.first = self.first or record
        self.times += 1


@dataclass(slots=True)
class Reading:
    """One file, as far as it was read.

    `counts` is what the receipts add to 総件数, `points` to 総合計点数; `month` is the header's, western or empty; `last`
    is the last record's id.
    """

    header: Header = NO_HEADER
    first: list[str] = field(default_factory=list, repr=False)  # text out of the file: a traceback must not show it
    trailer: list[str] = field(default_factory=list, repr=False)
    dpc: bool = False
    number: int = 0
    last: bytes = field(default=b"", repr=False)
    closed_at: int = 0
    receipts: int = 0
    counts: int = 0
    points: int = 0
    month: str = ""
    newest_treatment: str = ""
    reclaimed: bool = False
    disordered: Spots = field(default_factory=Spots)
    late: Spots = field(default_factory=Spots)
    unknown: Spots = field(default_factory=Spots)
    columns: Spots = field(default_factory=Spots)
    history: Spots = field(default_factory=Spots)
    _insured: bool = False
    _public: int = 0
    _first_public_points: int = 0

    def read(self, records: Records) -> None:
        """Take all records in."""
        number = 0
        record = b""
        for number, record in enumerate(records, start=1):
            if number == 1:
                self._open(record)
            mark = record[:3]
            if mark in _PLAIN:
                continue
            if mark == b"KO,":
                self._public_expense(record)
            elif mark == b"HO,":
                self._insurance(record)
            elif mark == b"RE,":
                self._receipt(record, number)
            else:
                self._other(record, number)
        self.number = number
        self.last = record.partition(b",")[0][:_SHORT_MAX_BYTES]

    def at(self, index: int) -> str:
        """A field of the first record; empty if it has none."""
        return self.first[index] if 0 <= index < len(self.first) else ""

    def closing(self, index: int) -> str:
        """A field of the last GO record; empty if it has none."""
        return self.trailer[index] if index < len(self.trailer) else ""

    def _open(self, record: bytes) -> None:
        fields = record.split(b",", _FIELDS_MOST)
        self.header = HEADERS.get(fields[0], NO_HEADER)
        self.first = _short(fields)
        self.month = claim_month(self.at(self.header.month))
        if self.header.columns not in (ABSENT, len(fields)):
            self.columns.add(1)

    def _receipt(self, record: bytes, number: int) -> None:
        fields = record.split(b",", _FIELDS_MOST)
        if not self.receipts and len(fields) == RECEIPT_COLUMNS[Kind.DPC]:
            self.dpc = True
        self.receipts += 1
        self._insured = False
        self._public = 0
        self._first_public_points = 0
        if _number(fields, 1) != self.receipts:
            self.disordered.add(number)
        if self.header.kind is Kind.MEDICAL:
            self._medical_receipt(fields, number)
        treated = _month(fields[3][:_SHORT_MAX_BYTES]) if len(fields) > 3 else ""
        self.newest_treatment = max(self.newest_treatment, treated)
        if treated and self.month and treated >= self.month:
            self.late.add(number)

    def _medical_receipt(self, fields: list[bytes], number: int) -> None:
        if len(fields) != RECEIPT_COLUMNS[Kind.DPC if self.dpc else Kind.MEDICAL]:
            self.columns.add(number)
        if not self.dpc and len(fields) > SEARCH_NUMBER and fields[SEARCH_NUMBER].strip(b" 0"):
            self.reclaimed = True

    def _insurance(self, record: bytes) -> None:
        """HO: counts once per receipt, and its points are the receipt's."""
        if not self._insured:
            self._insured = True
            self.counts += 1
            self.points += _points(record) - self._first_public_points

    def _public_expense(self, record: bytes) -> None:
        """KO: each counts; the first gives the receipt's points where there is no HO."""
        self.counts += 1
        self._public += 1
        if self._public == 1 and not self._insured:
            self._first_public_points = _points(record)
            self.points += self._first_public_points

    def _other(self, record: bytes, number: int) -> None:
        mark = record.partition(b",")[0]
        if mark in (b"GO", b"HG"):
            fields = record.split(b",", _FIELDS_MOST)
            self.trailer = _short(fields)
            self.closed_at = self.closed_at or number
            if mark == b"GO" and len(fields) != TRAILER_COLUMNS:
                self.columns.add(number)
        elif mark in HISTORY_MARKS:
            self.history.add(number)
        elif number > 1:
            self.unknown.add(number)


def _short(fields: list[bytes]) -> list[str]:
    """The first fields, without room for a name: 16 bytes each, of which only digits will be used."""
    return [value[:_SHORT_MAX_BYTES].decode("ascii", "replace") for value in fields[:11]]


def _points(record: bytes) -> int:
    return _number(record.split(b",", 6), 5) or 0


def _number(fields: list[bytes], index: int) -> int | None:
    value = fields[index] if index < len(fields) else b""
    return int(value) if value.isdigit() and len(value) <= _NUMBER_MAX_DIGITS else None


@lru_cache(maxsize=64)
def _month(value: bytes) -> str:
    return claim_month(value.decode("ascii", "replace"))
