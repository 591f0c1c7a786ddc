"""Is the ledger what was written, and is the spool what the ledger says? Reads only, also beside a running relay."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from gateway.claims.finding import Text
from gateway.relay.audit import covered, standing
from gateway.relay.chain import Head, Link, breaks, keeps
from gateway.relay.ledger import Ledger, LedgerError, Stored
from gateway.relay.parcel import State
from gateway.relay.places import Places
from gateway.relay.spool_files import FileState, file_state, parcel_files

DAMAGES_MOST = 20  # lines of SQLite's own check: the first says it all, the rest where
_SPOOLED = {
    State.TAKEN, State.INSPECTED, State.DELIVERING, State.RENAMING, State.DELIVERED, State.NOTED, State.HELD, State.REJECTED,
}  # fmt: skip
"""While a parcel is one of these, the spool holds its bytes."""


class Trouble(StrEnum):
    """What can be wrong."""

    DAMAGED = "damaged"
    BROKEN = "chain-broken"
    CUT = "chain-cut"
    UNSEALED = "unsealed"
    DIFFERS = "differs-from-chain"
    GONE = "row-gone"
    SENSELESS = "senseless-row"
    HISTORY = "history-differs"
    FILE_GONE = "file-gone"
    FILE_DIFFERS = "file-differs"
    FILE_UNREADABLE = "file-unreadable"
    FILE_UNKNOWN = "file-unknown"

    @property
    def says(self) -> Text:
        """In words."""
        return _SAYS[self]


_SAYS = {
    Trouble.DAMAGED: Text("the ledger's file is damaged", "台帳のファイルが壊れています"),
    Trouble.BROKEN: Text("the audit chain does not hold here", "監査チェーンがここで途切れています"),
    Trouble.CUT: Text("the audit chain no longer holds this head", "監査チェーンにこの末尾がありません"),
    Trouble.UNSEALED: Text("the audit chain does not know this parcel", "監査チェーンにない配送物です"),
    Trouble.DIFFERS: Text("the row is not what was sealed", "台帳の行が監査チェーンと異なります"),
    Trouble.GONE: Text("the row is gone; the audit chain knows the parcel", "監査チェーンにある配送物の行がありません"),
    Trouble.SENSELESS: Text("the row makes no sense", "台帳の行が読めません"),
    Trouble.HISTORY: Text("its last step says another state", "最後の履歴と状態が異なります"),
    Trouble.FILE_GONE: Text("its file is not in the spool", "保管庫にファイルがありません"),
    Trouble.FILE_DIFFERS: Text("its file in the spool has another digest", "保管庫のファイルの内容が異なります"),
    Trouble.FILE_UNREADABLE: Text("its file in the spool cannot be read", "保管庫のファイルを読めません"),
    Trouble.FILE_UNKNOWN: Text(
        "the ledger does not know this file of the spool", "台帳にないファイルが保管庫にあります"
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `where` is `link N`, `parcel ID`, `spool NAME`, `head …` or `file`; never a file's name."""

    where: str
    trouble: Trouble
    detail: str = ""

    def line(self, lang: str) -> str:
        """One line for people."""
        detail = f" ({self.detail})" if self.detail else ""
        return f"{self.where}: {self.trouble.says.line(lang)}{detail}"


@dataclass(frozen=True, slots=True)
class Verified:
    """What was looked at, and what was found. `untold`: heads from before the last pruning, which nothing can check."""

    findings: tuple[Finding, ...]
    untold: tuple[Head, ...] = ()
    parcels: int = 0
    links: int = 0
    files: int = 0
    head: Head | None = None

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.findings


def verify(places: Places, heads: Sequence[Head] = ()) -> Verified:
    """Walk the chain, the rows and the spool. `heads` were noted elsewhere, as the journal's. Raises LedgerError, OSError."""
    damages = tuple(damage(places.ledger))
    if damages:
        return Verified(damages)
    # In this order: the ledger knows a file before the spool has it, and knows no file less until it is erased.
    files = parcel_files(places.spool)
    with Ledger.read(places.ledger) as ledger:
        stored = ledger.stored()
        links, rows = stored.links, stored.rows
        findings = [*chain_findings(links, heads), *row_findings(rows, links), *history_findings(stored)]
        findings += _spool(ledger, places.spool, rows, files)
    return Verified(
        tuple(findings),
        untold=tuple(head for head in heads if keeps(links, head) is None),
        parcels=len(rows),
        links=len(links),
        files=len(files),
        head=Head(links[-1].sequence, links[-1].hash) if links else None,
    )


def damage(ledger: Path) -> Iterator[Finding]:
    """What SQLite's own check finds (https://sqlite.org/pragma.html#pragma_integrity_check). Raises LedgerError if it is not there."""
    if not ledger.exists():
        raise LedgerError(f"{ledger}: it is not there. is the relay's state directory right, and has the relay run?")
    try:
        with closing(sqlite3.connect(f"{ledger.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            found = [said for (said,) in connection.execute(f"PRAGMA integrity_check({DAMAGES_MOST})")]
    except sqlite3.OperationalError as error:
        raise LedgerError(f"{ledger}: {error}. run as the relay's user or as root") from error
    except sqlite3.DatabaseError as error:
        found = [str(error)]
    for said in found:
        if said != "ok":
            yield Finding("file", Trouble.DAMAGED, " ".join(said.split()))


def chain_findings(links: Sequence[Link], heads: Sequence[Head]) -> Iterator[Finding]:
    """Where the chain does not hold, by itself and against the heads."""
    for found in breaks(links):
        yield Finding(f"link {found.sequence}", Trouble.BROKEN, found.why)
    for head in heads:
        if keeps(links, head) is False:
            yield Finding(f"head {head.sequence}", Trouble.CUT)


def row_findings(rows: Iterable[Mapping[str, Any]], links: Iterable[Link]) -> Iterator[Finding]:
    """Where table `parcel` is not what the chain said last of each."""
    last: dict[str, dict[str, Any]] = {said["parcel"]: said for link in links if (said := link.said).get("parcel")}
    for row in rows:
        where, said = f"parcel {row['id']}", last.pop(row["id"], {})
        try:
            now = covered(row)
        except (ValueError, TypeError, KeyError, AttributeError):
            yield Finding(where, Trouble.SENSELESS)
            continue
        if not said:
            if standing(row["state"]):
                yield Finding(where, Trouble.UNSEALED)
        elif different := [name for name, value in now.items() if said.get(name) != value]:
            yield Finding(where, Trouble.DIFFERS, ", ".join(different))
    for parcel_id in last:
        yield Finding(f"parcel {parcel_id}", Trouble.GONE)


def history_findings(stored: Stored) -> Iterator[Finding]:
    """Where a parcel's newest step and its row disagree."""
    for row in stored.rows:
        said = stored.last_states.get(row["id"], "")
        if said != row["state"]:
            yield Finding(f"parcel {row['id']}", Trouble.HISTORY, said)


def _spool(ledger: Ledger, spool: Path, rows: Iterable[Mapping[str, Any]], files: frozenset[str]) -> Iterator[Finding]:
    known = {row["id"] for row in rows}
    for name in sorted(files - known):
        yield Finding(f"spool {name}", Trouble.FILE_UNKNOWN)
    troubles = {
        FileState.GONE: Trouble.FILE_GONE,
        FileState.OTHER: Trouble.FILE_DIFFERS,
        FileState.UNREADABLE: Trouble.FILE_UNREADABLE,
    }
    for row in rows:
        if row["state"] not in _SPOOLED:
            continue
        found = file_state(spool, row["id"], row["digest"])
        # Meanwhile the relay may have erased it, as it should.
        if found in troubles and ledger.state(row["id"]) in _SPOOLED:
            yield Finding(f"parcel {row['id']}", troubles[found])
