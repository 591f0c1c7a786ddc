"""Where the first record of each kind of file carries what, and how many columns records have (記録条件仕様)."""

from dataclasses import dataclass

from gateway.claims.kind import Kind

ABSENT = -1


@dataclass(frozen=True, slots=True)
class Header:
    """What a first record says about its file.

    Attributes:
        payer … volume: field numbers (0 is the record id), ABSENT where there is no such field.
        columns: how many columns it has, ABSENT if that is not known.
        tariff_code: what stands in the 点数表 field.
        closing: the record that ends the file; empty if that is not known, and then nothing else is taken for known.
    """

    kind: Kind
    payer: int = ABSENT
    prefecture: int = ABSENT
    tariff: int = ABSENT
    institution: int = ABSENT
    month: int = ABSENT
    volume: int = ABSENT
    columns: int = ABSENT
    tariff_code: str = ""
    closing: bytes = b""


HEADERS: dict[bytes, Header] = {
    b"IR": Header(
        Kind.MEDICAL,
        payer=1,
        prefecture=2,
        tariff=3,
        institution=4,
        month=7,
        volume=8,
        columns=10,
        tariff_code="1",
        closing=b"GO",
    ),
    b"UK": Header(
        Kind.DENTAL,
        payer=1,
        prefecture=2,
        tariff=3,
        institution=4,
        month=7,
        volume=9,
        tariff_code="3",
        closing=b"GO",
    ),
    b"YK": Header(
        Kind.PHARMACY,
        payer=1,
        prefecture=2,
        tariff=3,
        institution=4,
        month=6,
        volume=7,
        tariff_code="4",
        closing=b"GO",
    ),
    # 訪問看護: one description only, so it says whose file it is, and no rule that could hold rests on it.
    b"HM": Header(Kind.HOME_NURSING, payer=1, prefecture=2, tariff=3, institution=4, month=6),
    b"HI": Header(Kind.RETURN, payer=1, month=2, closing=b"HG"),
    # 労災 files have their own header; what stands in it is not known to us.
    b"RS": Header(Kind.WORK_INJURY),
}
NO_HEADER = Header(Kind.OTHER)

RECEIPT_COLUMNS = {Kind.MEDICAL: 38, Kind.DPC: 30}
TRAILER_COLUMNS = 4

SINGLE_OR_FIRST = "00"
LAST_VOLUME = "99"

SEARCH_NUMBER = 18
"""RE's 検索番号 in 医科 files: filled where a returned receipt is claimed again."""

MEDICAL_RECORDS = frozenset(
    {b"RE", b"HO", b"KO", b"SN", b"JD", b"MF", b"GR", b"SY", b"SI", b"IY", b"TO", b"CO", b"SJ", b"TI", b"TR", b"TS"}
)
HISTORY_MARKS = frozenset({b"1", b"2", b"3", b"4", b"8", b"11", b"12", b"13", b"14"})
"""First field of a history row, in re-claim and return files."""
