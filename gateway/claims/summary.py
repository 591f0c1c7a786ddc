"""What a claim or return file says about itself. A `Summary` has no field a patient's data would fit in."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

_SAFE = re.compile(r"[0-9-]{0,7}")


class Kind(StrEnum):
    """What a file is, told from its first record (and, for DPC, from the width of its receipts)."""

    MEDICAL = "medical"
    DPC = "dpc"
    DENTAL = "dental"
    PHARMACY = "pharmacy"
    RETURN = "return"
    OTHER = "other"


class Payer(StrEnum):
    """審査支払機関, as the first record's field 1 numbers them."""

    FUND = "1"
    FEDERATION = "2"

    @property
    def folder(self) -> str:
        """The word clinics use for this payer, which is also the folder's name."""
        return "社保" if self is Payer.FUND else "国保"

    @property
    def full_name(self) -> str:
        """The payer's name in full."""
        return "支払基金" if self is Payer.FUND else "国保連合会"


class Finding(StrEnum):
    """One thing the reading noticed. Only what the official record specification makes certain may hold a file."""

    EMPTY = "empty"
    UNKNOWN_KIND = "unknown-kind"
    NUL_BYTES = "nul-bytes"
    NOT_CP932 = "not-cp932"
    TRUNCATED = "truncated"
    NO_PAYER_OR_MONTH = "no-payer-or-month"
    COUNT_DIFFERS = "count-differs"
    POINTS_DIFFER = "points-differ"
    INSTITUTION_DIFFERS = "institution-differs"
    RECEIPT_ORDER = "receipt-order"

    @property
    def holds(self) -> bool:
        """Whether a file with this finding waits for a person. The rest are notes."""
        return self is not Finding.RECEIPT_ORDER

    @property
    def may_pass(self) -> bool:
        """Whether the file may still be growing, so that a second look a little later can find it whole."""
        return self in {Finding.EMPTY, Finding.NUL_BYTES, Finding.TRUNCATED}


@dataclass(frozen=True, slots=True)
class Summary:
    """One file, in numbers.

    Attributes:
        size: bytes read.
        payer: None when the first record does not say.
        institution_code: seven digits, or empty.
        claim_month: western `YYYY-MM`, or empty.
        volume: the file's own volume, `00` for a single one, or empty.
        receipts: RE records counted.
        declared_count, declared_points: GO's 総件数 and 総合計点数; None when GO is missing or leaves them blank.
        counted_count, counted_points: the same from the receipts (medical files; None for the other kinds).
        complete: the first record's closing record (GO, HG) is the last one.
    """

    kind: Kind
    size: int
    payer: Payer | None = None
    institution_code: str = ""
    claim_month: str = ""
    volume: str = ""
    receipts: int = 0
    declared_count: int | None = None
    declared_points: int | None = None
    counted_count: int | None = None
    counted_points: int | None = None
    complete: bool = False
    findings: tuple[Finding, ...] = field(default=())

    def __post_init__(self) -> None:
        # These three come out of the file as text. A name or a diagnosis in their place must not travel on.
        for name in ("institution_code", "claim_month", "volume"):
            if not _SAFE.fullmatch(getattr(self, name)):
                raise ValueError(f"{name} is not a short number")

    @property
    def holds(self) -> tuple[Finding, ...]:
        """The findings for which the file waits for a person."""
        return tuple(finding for finding in self.findings if finding.holds)
