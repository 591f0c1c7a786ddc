"""The site rules, as data, and the looking: what can be told from a summary once the site and the date are known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from gateway.claims.calendar import month_to_claim
from gateway.claims.finding import Certainty, Finding, Rule, Severity, Text
from gateway.claims.kind import Kind
from gateway.claims.summary import Summary

INSTITUTION_DIFFERS = Rule(
    "S001",
    "institution-differs",
    checks=Text("the institution's code is the site's own", "医療機関コードがこの施設のものである"),
    says=Text("the institution's code is not this site's", "医療機関コードがこの施設のものと異なります"),
    todo=Text("see whether it is another site's file", "別の施設のファイルでないか確認してください"),
    severity=Severity.HOLD,
    kinds=frozenset({Kind.MEDICAL, Kind.DPC, Kind.DENTAL, Kind.PHARMACY}),
    certainty=Certainty.CERTAIN,
    source="記録条件仕様: first record, field 4",
)
PREFECTURE_DIFFERS = Rule(
    "S002",
    "prefecture-differs",
    checks=Text("the prefecture is the site's own", "都道府県がこの施設のものである"),
    says=Text("the prefecture is not this site's", "都道府県がこの施設のものと異なります"),
    todo=Text("see whether it is another site's file", "別の施設のファイルでないか確認してください"),
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source="記録条件仕様: first record, field 2",
)
MONTH_UNEXPECTED = Rule(
    "S003",
    "month-unexpected",
    checks=Text(
        "the claim month is the one whose window is open or opens next",
        "請求年月が今回（または次回）の請求期間のものである",
    ),
    says=Text("the claim month is not the one claimed now", "請求年月が今回の請求期間のものではありません"),
    todo=Text("see whether it is an old file", "古いファイルでないか確認してください"),
    severity=Severity.WARN,
    certainty=Certainty.CERTAIN,
    source="claims in month M are sent from the 5th to the 12th of M",
)

SITE_RULES = (INSTITUTION_DIFFERS, PREFECTURE_DIFFERS, MONTH_UNEXPECTED)


@dataclass(frozen=True, slots=True)
class Place:
    """Whose files are expected: the site's seven digits and its prefecture's two. Empty ones are not compared."""

    institution_code: str = ""
    prefecture: str = ""


def site_findings(summary: Summary, place: Place, now: datetime) -> Iterator[Finding]:
    """What the site rules find in one claim file. `now` carries its zone; raises ValueError if it does not."""
    if not summary.kind.claims:
        return
    # A 訪問看護 file that is known by its name only says neither; for the others saying nothing readable is a difference.
    silent = summary.kind is Kind.HOME_NURSING and not summary.institution_code
    noticed = {
        INSTITUTION_DIFFERS: not silent and place.institution_code not in ("", summary.institution_code),
        PREFECTURE_DIFFERS: not silent and place.prefecture not in ("", summary.prefecture),
        MONTH_UNEXPECTED: summary.claim_month not in ("", month_to_claim(now)),
    }
    for rule, found in noticed.items():
        if found:
            yield Finding(rule, rule.severity_for(summary.kind))
