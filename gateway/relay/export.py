"""The fallback for a line that is down (C29): files leave on removable media, encrypted, and the ledger says so.

An export must not lead to a claim that is made twice. So what was still on its way is held from the moment the ledger says
that it was exported; only a person's release delivers it as well. The order: write under a name for unfinished files, read
back, record and hold, and only then give the archive its name. Broken off before the record, there is no archive; after it,
nothing is delivered, and the archive may still bear the other name.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.claims.calendar import JAPAN
from gateway.journal import tell
from gateway.relay import decisions, durable, ledger_messages
from gateway.relay.errors import RelayRefused
from gateway.relay.export_archive import Item, Unreadable, items_of, letter_of, read_back, write
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Hold, Parcel, State
from gateway.relay.places import Places
from gateway.relay.spool_files import folder, parcel_files

_UNDER_WAY = {State.TAKEN, State.INSPECTED, State.DELIVERING, State.RENAMING}


@dataclass(frozen=True, slots=True)
class Exported:
    """An archive that was written, read back and recorded. `digest` is its SHA-256 in hex; `held` of the parcels wait now."""

    archive: Path
    digest: str
    parcels: tuple[Parcel, ...]
    held: int


def undelivered(ledger: Ledger) -> tuple[Parcel, ...]:
    """The claims that were taken and have not arrived, oldest first. Raises LedgerError."""
    return tuple(
        parcel for parcel in ledger.unfinished() if parcel.direction is Direction.CLAIM and parcel.state in _UNDER_WAY
    )


def why_not(parcel: Parcel, spooled: frozenset[str]) -> str:
    """Why a parcel cannot be exported, and what to do; empty if it can."""
    if Hold.VIRUS in parcel.reasons:
        return "a virus was found in it. it is never given out"
    if parcel.id not in spooled or parcel.state is State.TAKING:
        return "its bytes are not in the spool (any more). look in 配達済み, 返戻 or 保留"
    return ""


def export(
    ledger: Ledger, places: Places, parcels: Sequence[Parcel], *, to: Path, password: str, now: datetime
) -> Exported:
    """Write the parcels' files into a new archive in the folder `to`. The caller holds the relay's lock.

    Raises RelayRefused for what a person can mend; then nothing was recorded and nothing is left behind, unless it says so.
    """
    spooled = parcel_files(places.spool)
    for parcel in parcels:
        if reason := why_not(parcel, spooled):
            raise RelayRefused(f"parcel {parcel.id}: {reason}", wrong_input=True)
    archive = to / f"【厳秘】請求ファイル_{now.astimezone(JAPAN):%Y%m%d-%H%M%S}.zip"
    part = f"{archive.name}.part"
    try:
        with folder(to) as medium:
            if archive.exists():
                raise RelayRefused(f"{archive}: it exists. wait a second and run it again", wrong_input=True)
            digest = _written(medium, part, places.spool, items_of(parcels), password=password, now=now)
            for parcel in parcels:
                decisions.forget(places, parcel.id)  # who released it did not know that it would go out
            try:
                ledger.record_export(parcels, digest, now)
            except BaseException:
                _forget(medium, part)
                raise
            _named(medium, part, archive)
    except OSError as error:
        raise RelayRefused(f"{to}: {os.strerror(error.errno or 0)}. name a folder of a medium with room") from error
    held = sum(parcel.state.moving and not parcel.arrived for parcel in parcels)
    tell(ledger_messages.EXPORTED, parcels=len(parcels), archive=digest, held=held)
    return Exported(archive, digest, tuple(parcels), held)


def _written(medium: int, part: str, spool: Path, items: tuple[Item, ...], *, password: str, now: datetime) -> str:
    """Write, make durable, read back from the medium itself. Returns the archive's digest; on any error nothing stays."""
    letter = letter_of(items, now)
    descriptor = durable.create(medium, part)
    try:
        with os.fdopen(descriptor, "w+b") as file, folder(spool) as spooled:
            write(file, ((item, _content(spooled, item.parcel)) for item in items), letter, password)
            durable.sync(file.fileno())
            # Out of the page cache: what is compared shall come from the medium.
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            read_back(file, items, letter, password)
            return durable.digest_of(file.fileno())[0]
    except BaseException as error:
        _forget(medium, part)
        if isinstance(error, Unreadable | durable.DiskLied):
            raise RelayRefused(f"the medium does not give back what was written ({error}). use another one") from error
        raise


def _content(spooled: int, parcel: Parcel) -> Iterator[bytes]:
    """The spool's bytes; RelayRefused at the end if they are not the ones that were taken."""
    descriptor = durable.open_existing(spooled, parcel.id)
    try:
        yield from _checked(durable.chunks(descriptor), parcel)
    finally:
        os.close(descriptor)


def _checked(chunks: Iterable[bytes], parcel: Parcel) -> Iterator[bytes]:
    sha256 = hashlib.sha256()
    for chunk in chunks:
        sha256.update(chunk)
        yield chunk
    if sha256.hexdigest() != parcel.digest:
        raise RelayRefused(f"parcel {parcel.id}: the spool holds other bytes. see: claim-gateway files verify")


def _named(medium: int, part: str, archive: Path) -> None:
    try:
        durable.rename(medium, part, medium, archive.name)
        durable.sync_folder(medium)
    except (OSError, durable.DiskLied) as error:
        raise RelayRefused(
            f"{archive}: the archive is whole and recorded, but may still bear the name {part}. rename it by hand"
        ) from error


def _forget(medium: int, part: str) -> None:
    with suppress(OSError, durable.DiskLied):
        durable.remove(medium, part)
