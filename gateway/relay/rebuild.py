"""A new ledger where the old one is damaged, gone, or does not know what lies in the spool.

Nothing is thrown away: the old file stays under another name, and the new chain begins by naming its SHA-256. What was on
its way is held, because only a person can see how far it came; numbers go on from the highest anybody can still see.
"""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.journal import tell
from gateway.relay import decisions, durable, ledger_messages
from gateway.relay.adoption import Adopted
from gateway.relay.audit import Fact
from gateway.relay.ledger import Ledger
from gateway.relay.ledger_file import rebuilt as unfinished
from gateway.relay.parcel import Direction, Hold, State
from gateway.relay.places import Places
from gateway.relay.rebuild_salvage import Row, Salvage, delivered_files, salvage, unknown_file
from gateway.relay.rows import row_of
from gateway.relay.spool_files import digest_in, folder, parcel_files

_LOG, _SHARED = "-wal", "-shm"
_WITHOUT_FILE = {State.RETIRED, State.CLEARED, State.FORGOTTEN}


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What became of the old ledger.

    Attributes:
        old: SHA-256 of the file that was replaced, in hex; empty if there was none.
        kept: where that file lies now.
        parcels: parcels the new ledger knows.
        held: of these, how many wait for a person because of the rebuilding.
        found: of these, how many only a folder still spoke of.
        lost: rows of the old file that made no sense.
    """

    old: str
    kept: Path | None
    parcels: int
    held: int
    found: int
    lost: int


def rebuild(places: Places, now: datetime, source: Path | None = None) -> Rebuilt:
    """Put a new ledger in the old one's place. The caller holds the relay's lock, and knows that it is needed.

    `source` is a backup to read instead of the ledger itself. Broken off anywhere, it can be run again; until then the
    relay does not start. Raises LedgerError, OSError, DiskLied.
    """
    with folder(places.root) as here:
        if not unfinished(places.ledger).exists():
            _build(here, places, now, source or places.ledger)
        with Ledger.open(unfinished(places.ledger), now) as ledger:
            said = next(link.said for link in ledger.links() if link.said["fact"] == Fact.REBUILT)
        _forget(here, *_scratch(places.ledger))
        for word in decisions.read(places):
            # It was said of a parcel held for another reason, or of none.
            decisions.forget(places, word if isinstance(word, str) else word.parcel)
        kept = _swap(here, places.ledger, said["old"])
    result = Rebuilt(said["old"], kept, said["parcels"], said["held"], said["found"], said["lost"])
    tell(ledger_messages.REBUILT, old=result.old, parcels=result.parcels, held=result.held, lost=result.lost)
    return result


def _build(here: int, places: Places, now: datetime, source: Path) -> None:
    copy, new = _scratch(places.ledger)
    _forget(here, copy, new)
    old = _copied(places.ledger, source, copy)
    found = salvage(copy)
    files = parcel_files(places.spool)
    adopted = tuple(_adopted(places, found, files, now, stale=source != places.ledger))
    with Ledger.open(new, now) as ledger:
        ledger.adopt(adopted, {"fact": Fact.REBUILT, "old": old}, found.lost, now)
    _give_away(new, places.root)
    _sync(here, new.name)
    durable.rename(here, new.name, here, unfinished(places.ledger).name)
    durable.sync_folder(here)


def _scratch(ledger: Path) -> tuple[Path, Path]:
    """Where the old file is read from, and where the new one grows."""
    return ledger.with_name(f"{ledger.name}.copy"), ledger.with_name(f"{ledger.name}.new")


def _adopted(places: Places, found: Salvage, files: frozenset[str], now: datetime, *, stale: bool) -> Iterator[Adopted]:
    """Every row of the new ledger, with the steps that lead to it."""
    numbered = set()
    for row in found.rows:
        settled = _settled(row, places.spool, files, stale=stale)
        numbered.add(_numbered(settled))
        yield Adopted(settled, found.steps_of(row["id"]), was=row["state"])
    for parcel_id in sorted(files - {row["id"] for row in found.rows}):
        yield Adopted(row_of(unknown_file(places.spool, parcel_id), now))
    for people, direction in ((places.delivered, Direction.CLAIM), (places.returns, Direction.RETURN)):
        for parcel in delivered_files(people, direction):
            if _numbered(row := row_of(parcel, now)) not in numbered:
                yield Adopted(row)


def _numbered(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in ("direction", "month", "payer", "folded_name", "number"))


def _settled(row: Row, spool: Path, files: frozenset[str], *, stale: bool) -> Row:
    """A salvaged row as it can be vouched for: what was on its way is held, what has no bytes any more is over.

    What was held when a `stale` backup was made may have been released since.
    """
    state = State(row["state"])
    if row["id"] not in files:
        if state in _WITHOUT_FILE:
            return row
        return {**row, "state": str(State.RETIRED if row["digest"] else State.FORGOTTEN)}
    if state is State.HELD:
        # Laid into 保留 anew, so that what lies in 承認 from before decides nothing.
        since = [Hold.REBUILT] if stale else []
        return {**row, "reasons": json.dumps([*dict.fromkeys([*json.loads(row["reasons"]), *since])]), "shown": 0}
    if not state.moving or state is State.DELIVERED:
        return row
    digest, size = digest_in(spool, row["id"])
    held = {"state": str(State.HELD), "reasons": json.dumps([Hold.REBUILT]), "shown": 0}
    return {**row, **held, "digest": digest, "size": size}


def _copied(ledger: Path, source: Path, copy: Path) -> str:
    """Copy `source` and its log aside, so that reading them changes nothing. Returns the digest of `ledger`."""
    for suffix in ("", _LOG):
        with (
            suppress(FileNotFoundError),
            _reading(Path(f"{source}{suffix}")) as descriptor,
            durable.new_file(Path(f"{copy}{suffix}")) as write,
        ):
            for chunk in durable.chunks(descriptor):
                write(chunk)
    with suppress(FileNotFoundError), _reading(ledger) as descriptor:
        return durable.digest_of(descriptor)[0]
    return ""


def _swap(here: int, ledger: Path, old: str) -> Path | None:
    """The old file gets another name, its log goes with it, and the new one takes its place.

    Between the two the relay does not start, since the rebuilt file is still there: an old log is never read into a new file.
    """
    kept = ledger.with_name(f"{ledger.name}.replaced-{old[:16]}") if old else None
    for suffix in ("", _LOG):
        if kept is not None:
            with suppress(FileExistsError, FileNotFoundError):
                durable.link(here, f"{ledger.name}{suffix}", here, f"{kept.name}{suffix}")
    durable.sync_folder(here)
    for suffix in (_LOG, _SHARED):
        durable.remove(here, f"{ledger.name}{suffix}")
    durable.rename(here, unfinished(ledger).name, here, ledger.name)
    durable.sync_folder(here)
    return kept


def _forget(here: int, *files: Path) -> None:
    for file in files:
        for suffix in ("", _LOG, _SHARED):
            durable.remove(here, f"{file.name}{suffix}")


def _sync(here: int, name: str) -> None:
    descriptor = durable.open_existing(here, name)
    try:
        durable.sync(descriptor)
    finally:
        os.close(descriptor)


def _give_away(file: Path, folder_of_relay: Path) -> None:
    """What root made is the relay's."""
    if os.geteuid() == 0:
        owner = folder_of_relay.stat()
        os.chown(file, owner.st_uid, owner.st_gid)


@contextmanager
def _reading(path: Path) -> Iterator[int]:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
