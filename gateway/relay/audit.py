"""What the audit chain says about a parcel: ids, digests and counts, and of everything a person could read a commitment.

The commitment is HMAC-SHA-256 (RFC 2104) over the readable columns under the parcel's own random salt. Whoever has the row
can check it; once name and salt are erased it says nothing, and cannot be guessed at, though most names are well known.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from gateway.relay.chain import PRUNED, canonical
from gateway.relay.parcel import State

SALT_BYTES = 32

# What a person could read (a decision's reason is free text and may quote a file), and what the plain fields say less exactly.
COMMITTED = (
    "name", "source", "source_key", "source_size", "seen_at", "target", "folded_name", "summary", "reasons", "decided_by",
    "decided_why",
)  # fmt: skip
COMMITTED_IF_SAID = ("brought_by",)
_COUNTS = {"declared_count": "count", "declared_points": "points", "receipts": "receipts", "kind": "kind"}

_OUTSIDE = {State.SEEN, State.SETTLED, State.TAKING, State.FORGOTTEN}
_UNDER_WAY = {State.INSPECTED, State.DELIVERING, State.RENAMING}
_DECISIONS = {"Released": "released", "Rejected": "rejected"}


class Fact(StrEnum):
    """What happened to the chain itself, or by hand; a parcel's own facts are named by `standing` and decisions."""

    BEGUN = "begun"
    ADOPTED = "adopted"
    REBUILT = "rebuilt"
    EXPORTED = "exported"
    TAKEN_OVER = "taken-over"
    """Another box goes on with this ledger, as it stood at an export."""
    CAUGHT_UP = "caught-up"
    """It has read on the terminal what the old box delivered after that."""
    ERASED = "erased"
    PRUNED = PRUNED


def new_salt() -> bytes:
    """A parcel's salt."""
    return secrets.token_bytes(SALT_BYTES)


def standing(state: str) -> str:
    """What the chain knows of a state: intents are the step table's, so three states are one here. Empty: not ours yet."""
    if state in _OUTSIDE:
        return ""
    return "numbered" if state in _UNDER_WAY else str(state)


def covered(row: Mapping[str, Any]) -> dict[str, Any]:
    """What the chain says of a row of table `parcel`. It never changes without a new link saying so."""
    counts = _counts(row["summary"])
    return {
        "parcel": row["id"],
        "direction": row["direction"],
        "standing": standing(row["state"]),
        "digest": row["digest"],
        "size": row["size"],
        "number": row["number"],
        # Before it has its number, a return's month is the month of today.
        "month": row["month"] if row["number"] else "",
        "payer": row["payer"] if row["number"] else "",
        "duplicate": row["duplicate"],
        "reasons": json.loads(row["reasons"]),
        "commitment": "" if row["erased"] else _commitment(row),
        **counts,
    }


def fact_of(before: Mapping[str, Any] | None, after: Mapping[str, Any], event: str) -> dict[str, Any] | None:
    """The fields of the link for a step, if the step made a fact: something covered changed, or a person decided."""
    said = covered(after)
    if event in _DECISIONS:
        return {"fact": _DECISIONS[event], **said}
    if not said["standing"] and (before is None or not standing(before["state"])):
        return None
    if before is not None and covered(before) == said:
        return None
    return {"fact": said["standing"] or str(State.FORGOTTEN), **said}


def _commitment(row: Mapping[str, Any]) -> str:
    # What was sealed before a column was there must stay what it was.
    said = {**row}
    names = (*COMMITTED, *(name for name in COMMITTED_IF_SAID if said.get(name)))
    readable = {name: value.hex() if isinstance(value := row[name], bytes) else value for name in names}
    return hmac.new(row["salt"], canonical(readable).encode(), hashlib.sha256).hexdigest()


def _counts(summary: str | None) -> dict[str, Any]:
    said = json.loads(summary) if summary else {}
    return {short: said[name] for name, short in _COUNTS.items() if name in said}
