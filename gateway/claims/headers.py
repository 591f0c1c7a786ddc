"""Where the first record of each kind of file carries what, and how many columns records have (記録条件仕様)."""

from dataclasses import dataclass

from gateway.claims.kind import Kind

ABSENT = -1


@dataclass(frozen=True, slots=True)
class Header:
    """Field numbers in the first record (0 is the record id), and how many columns it has; ABSENT where there is none."""

    kind: Kind
    payer: int = ABSENT
    prefecture: int = ABSENT
    tariff: int = ABSENT
    institution: int = ABSENT
    month: int = ABSENT
    volume: int = ABSENT
    columns: int = ABSENT


HEADERS: dict[bytes, Header] = {
    b"IR": Header(Kind.MEDICAL, payer=1, prefecture=2, tariff=3, institution=4, month=7, volume=8, columns=10),
    b"UK": Header(Kind.DENTAL, payer=1, prefecture=2, tariff=3, institution=4, month=7, volume=9),
    b"YK": Header(Kind.PHARMACY, payer=1, prefecture=2, tariff=3, institution=4, month=6, volume=7),
    b"HI": Header(Kind.RETURN, payer=1, month=2),
    # 労災 files have their own header; what stands in it is not known to us.
    b"RS": Header(Kind.WORK_INJURY),
}
NO_HEADER = Header(Kind.OTHER)

RECEIPT_COLUMNS = {Kind.MEDICAL: 38, Kind.DPC: 30}
TRAILER_COLUMNS = 4
TARIFF_MEDICAL = "1"

SINGLE_OR_FIRST = "00"
LAST_VOLUME = "99"

SEARCH_NUMBER = 18
"""RE's 検索番号 in 医科 files: filled where a returned receipt is claimed again."""

MEDICAL_RECORDS = frozenset(
    {b"RE", b"HO", b"KO", b"SN", b"JD", b"MF", b"GR", b"SY", b"SI", b"IY", b"TO", b"CO", b"SJ", b"TI", b"TR", b"TS"}
)
HISTORY_MARKS = frozenset({b"1", b"2", b"3", b"4", b"8", b"11", b"12", b"13", b"14"})
"""First field of a history row, in re-claim and return files."""
