"""What a file says about itself. A `Summary` has no field a patient's data would fit in."""

import re
from dataclasses import dataclass

from gateway.claims.finding import Finding
from gateway.claims.kind import Kind, Payer

__all__ = ["Finding", "Kind", "Payer", "Summary"]

# Text out of a file: the widest is the institution's code, seven digits; a month is `YYYY-MM`.
_SAFE = re.compile(r"[0-9]{0,7}|[0-9]{4}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Summary:
    """One file, in numbers.

    Attributes:
        size: bytes read.
        payer: None when the first record does not say.
        prefecture: two digits, or empty.
        institution_code: seven digits, or empty.
        claim_month: western `YYYY-MM`, or empty.
        volume: the header's volume, `00` for the first or only one, or empty.
        receipts: RE records counted.
        declared_count, declared_points: GO's 総件数 and 総合計点数; None when GO is missing or leaves them blank.
        counted_count, counted_points: the same from the receipts; None where their place in a receipt is not known.
        complete: the first record's closing record (GO, HG) is the last one.
        reclaim: it brings back returned receipts: history rows, or search numbers (検索番号).
    """

    kind: Kind
    size: int
    payer: Payer | None = None
    prefecture: str = ""
    institution_code: str = ""
    claim_month: str = ""
    volume: str = ""
    receipts: int = 0
    declared_count: int | None = None
    declared_points: int | None = None
    counted_count: int | None = None
    counted_points: int | None = None
    complete: bool = False
    reclaim: bool = False
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        # These come out of the file as text. A name or a diagnosis in their place must not travel on.
        for name in ("prefecture", "institution_code", "claim_month", "volume"):
            if not _SAFE.fullmatch(getattr(self, name)):
                raise ValueError(f"{name} is not a short number")

    @property
    def holds(self) -> tuple[Finding, ...]:
        """The findings for which the file waits for a person."""
        return tuple(finding for finding in self.findings if finding.holds)
