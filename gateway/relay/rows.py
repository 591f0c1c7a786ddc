"""A parcel as a row of the ledger, and back."""

import json
import sqlite3
from collections.abc import Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from gateway.claims.data import data_of, summary_of
from gateway.relay.parcel import Direction, Fingerprint, Parcel, State, series_in, series_of

NAMED = frozenset(
    (
        "name",
        "source",
        "source_key",
        "target",
        "folded_name",
        "month",
        "payer",
        "brought_by",
        "decided_by",
        "decided_why",
    )
)
"""The columns that say a parcel's name or follow from it, and those of a person's decision: an erased parcel keeps none new."""


def row_of(parcel: Parcel, now: datetime) -> dict[str, Any]:
    """The columns of table `parcel`. `now` dates a return's series, as it dates its folder."""
    month, payer, name = series_of(parcel, now) if not parcel.target else series_in(parcel.target)
    return {
        "id": parcel.id,
        "direction": str(parcel.direction),
        "state": str(parcel.state),
        # A name may carry bytes that are no UTF-8, as lone surrogates (PEP 383); text columns take none.
        "name": parcel.name.encode("utf-8", "surrogatepass"),
        "source": parcel.source,
        "source_size": parcel.fingerprint.size,
        "source_key": parcel.fingerprint.key,
        "seen_at": parcel.seen_at.isoformat(),
        "digest": parcel.digest,
        "size": parcel.size,
        "summary": json.dumps(data_of(parcel.summary)) if parcel.summary else None,
        "number": parcel.number,
        "target": str(parcel.target) if parcel.target else None,
        "attempt": parcel.attempt,
        "failures": parcel.failures,
        "differed": parcel.differed,
        "reasons": json.dumps(parcel.reasons),
        "duplicate": int(parcel.duplicate),
        "shown": int(parcel.shown),
        "brought_by": parcel.brought_by,
        "decided_by": parcel.decided_by,
        "decided_why": parcel.decided_why,
        "month": month,
        "payer": payer,
        "folded_name": name.encode("utf-8", "replace").decode(),
    }


def parcel_of(row: sqlite3.Row | Mapping[str, Any]) -> Parcel:
    """The parcel a row describes."""
    return Parcel(
        id=row["id"],
        direction=Direction(row["direction"]),
        name=row["name"].decode("utf-8", "surrogatepass"),
        source=row["source"],
        fingerprint=Fingerprint(row["source_size"], row["source_key"]),
        seen_at=datetime.fromisoformat(row["seen_at"]),
        quiet_since=datetime.fromisoformat(row["seen_at"]),
        state=State(row["state"]),
        digest=row["digest"],
        size=row["size"],
        summary=summary_of(json.loads(row["summary"])) if row["summary"] else None,
        number=row["number"],
        target=PurePosixPath(row["target"]) if row["target"] else None,
        attempt=row["attempt"],
        failures=row["failures"],
        differed=row["differed"],
        reasons=tuple(json.loads(row["reasons"])),
        duplicate=bool(row["duplicate"]),
        shown=bool(row["shown"]),
        brought_by=row["brought_by"],
        decided_by=row["decided_by"],
        decided_why=row["decided_why"],
    )


def erased_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a parcel that lose what a person could read. Its folder stays: months and counts name nobody."""
    return {
        "name": b"",
        "source": b"",
        "source_key": "",  # a share's key begins with the file's name
        "target": str(PurePosixPath(row["target"]).parent) if row["target"] else None,
        "folded_name": "",
        "brought_by": "",
        "decided_by": "",
        "decided_why": "",
        "salt": None,
        "erased": 1,
    }
