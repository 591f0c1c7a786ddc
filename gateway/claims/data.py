"""A `Summary` as plain data, for the ledger and for `--json`, and back."""

from typing import Any

from gateway.claims.catalogue import RULES
from gateway.claims.finding import Finding, Severity
from gateway.claims.kind import Kind, Payer
from gateway.claims.summary import Summary

_PLAIN = (
    "size", "prefecture", "institution_code", "claim_month", "volume", "receipts", "declared_count", "declared_points",
    "counted_count", "counted_points", "complete", "reclaim",
)  # fmt: skip


def data_of(summary: Summary) -> dict[str, Any]:
    """Numbers, short codes and rule ids; what `json.dumps` takes."""
    data: dict[str, Any] = {"kind": str(summary.kind), "payer": str(summary.payer) if summary.payer else None}
    data |= {name: getattr(summary, name) for name in _PLAIN}
    data["findings"] = [
        {
            "rule": finding.id,
            "severity": str(finding.severity),
            "record": finding.record,
            "figures": list(finding.figures),
        }
        for finding in summary.findings
    ]
    return data


def summary_of(data: dict[str, Any]) -> Summary:
    """The summary that `data_of` wrote, now or in an earlier version: what is unknown by now is left out.

    Raises KeyError, TypeError or ValueError if it is no such data.
    """
    return Summary(
        kind=Kind(data["kind"]),
        payer=Payer(data["payer"]) if data["payer"] else None,
        findings=tuple(_finding(found) for found in data["findings"] if _known(found)),
        **{name: data[name] for name in _PLAIN if name in data},
    )


def _known(found: Any) -> bool:
    # Before rules had numbers a finding was one word; the parcel's reasons still carry it.
    return isinstance(found, dict) and found["rule"] in RULES


def _finding(found: dict[str, Any]) -> Finding:
    return Finding(RULES[found["rule"]], Severity(found["severity"]), found["record"], tuple(found["figures"]))
