"""The spool: files the gateway has taken, one for each parcel, named by its id. Blocking; the courier gives it a thread."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from gateway.claims.reader import Expected, inspect
from gateway.claims.summary import Summary
from gateway.relay import durable
from gateway.relay.directory import fingerprint_of
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import Refused
from gateway.relay.events import Busy, Engaged, NothingTaken, Taken
from gateway.relay.lease import Writing, read_lease
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Parcel, State
from gateway.relay.room import require_room

_HALF_MADE = {"part", "copy", "note"}


class Spool:
    """Takes files out of `claims` (people write there) into `place` (only we do). Raises ShelfError, DiskLied."""

    def __init__(self, place: Path, claims: Path) -> None:
        self._place = place
        self._claims = claims

    def require_room(self, size: int) -> None:
        """Refused if `size` more bytes would eat the disk's reserve."""
        require_room(self._place, size)

    def path(self, parcel: Parcel) -> Path:
        """Where a parcel's bytes lie."""
        return self._place / parcel.id

    def engage(self, parcel: Parcel) -> Engaged | Busy | NothingTaken:
        """Whether the file is the one that settled and nobody has it open for writing."""
        try:
            with disk_errors_but_absent(), self._source(parcel) as (here, name):
                descriptor = durable.open_existing(here, name)
                try:
                    if fingerprint_of(os.fstat(descriptor)) != parcel.fingerprint:
                        return Busy()
                    with read_lease(descriptor):
                        return Engaged()
                finally:
                    os.close(descriptor)
        except Writing:
            return Busy()
        except FileNotFoundError:
            return NothingTaken()

    def take(self, parcel: Parcel) -> Taken | Busy | NothingTaken:
        """Rename the file into the spool, then hash it there under a lease.

        The rename moves whatever stands under the name at that moment. Should a writer have come in since `engage`, they
        go on writing into the spool's file, no lease is granted, and we wait for them: nothing of theirs is lost.
        """
        if not self.path(parcel).exists():
            try:
                with disk_errors_but_absent(), self._source(parcel) as (here, name):
                    if fingerprint_of(os.stat(name, dir_fd=here, follow_symlinks=False)) != parcel.fingerprint:
                        return NothingTaken()
                    with _root(self._place) as spool:
                        durable.move(here, name, spool, parcel.id)
            except FileNotFoundError:
                return NothingTaken()
        return self.hash(parcel)

    def look(self, parcel: Parcel) -> Taken | Busy | NothingTaken:
        """After a crash: the spool's file if the rename happened. A copy from the share that broke off does not count."""
        self.erase_part(parcel)
        if not self.path(parcel).exists():
            return NothingTaken()
        with disk_errors(), _root(self._place) as spool, self._source_folder(parcel) as here:
            durable.sync_folder(spool)
            if here is not None:
                durable.sync_folder(here)
        return self.hash(parcel)

    def hash(self, parcel: Parcel) -> Taken | Busy:
        """Digest and size of the spool's file, or Busy while somebody can still change it."""
        with disk_errors(), _root(self._place) as spool:
            descriptor = durable.open_existing(spool, parcel.id)
            try:
                if os.fstat(descriptor).st_nlink != 1:
                    # Somebody else's name leads here too, and nothing but a person removing it will end that.
                    raise Refused("disk-second-link", local=True)
                with read_lease(descriptor):
                    os.fchmod(descriptor, durable.FILE_MODE)
                    return Taken(*durable.digest_of(descriptor))
            except Writing:
                return Busy()
            finally:
                os.close(descriptor)

    def summary(self, parcel: Parcel, expected: Expected, now: datetime) -> Summary:
        """What the file says about itself, and what the rules say of it at this moment."""
        with disk_errors(), self._opened(parcel) as descriptor:
            return inspect(durable.chunks(descriptor), name=parcel.name, expected=expected, now=now)

    def part(self, parcel: Parcel) -> Path:
        """Where a copy from the share grows, until it is whole."""
        return self._place / f"{parcel.id}.part"

    def complete_part(self, parcel: Parcel) -> None:
        """A whole copy becomes the parcel's spool file."""
        with disk_errors(), _root(self._place) as spool:
            durable.publish(spool, f"{parcel.id}.part", spool, parcel.id)

    def complete_upload(self, parcel: Parcel) -> None:
        """A whole and durable upload becomes the parcel's spool file. Its id is new, so nothing can be replaced."""
        with disk_errors(), _root(self._place) as spool:
            durable.move(spool, f"{parcel.id}.part", spool, parcel.id)

    def erase_part(self, parcel: Parcel) -> None:
        """Forget a copy that broke off."""
        with disk_errors(), _root(self._place) as spool:
            durable.remove(spool, f"{parcel.id}.part")

    def erase_half_made(self, parcel: Parcel) -> None:
        """Forget everything of this parcel that is not whole: on a full disk it would keep the room others need."""
        with disk_errors(), _root(self._place) as spool:
            for suffix in _HALF_MADE:
                durable.remove(spool, f"{parcel.id}.{suffix}")

    def erase(self, parcel: Parcel) -> None:
        """Remove the parcel's bytes."""
        with disk_errors(), _root(self._place) as spool:
            durable.remove(spool, parcel.id)

    def sweep(self, ledger: Ledger) -> int:
        """At the start: remove what crashes left half-made and what is retired.

        Returns how many files the ledger does not know. They stay: each may be the only copy of somebody's claim.
        """
        unknown = 0
        with disk_errors(), _root(self._place) as spool:
            for name in durable.names(spool):
                parcel_id, _, suffix = name.partition(".")
                parcel = ledger.parcel(parcel_id)
                if suffix in _HALF_MADE or (parcel is not None and parcel.state in {State.RETIRED, State.CLEARED}):
                    durable.remove(spool, name)
                elif parcel is None:
                    unknown += 1
        return unknown

    @contextmanager
    def _opened(self, parcel: Parcel) -> Iterator[int]:
        with _root(self._place) as spool:
            descriptor = durable.open_existing(spool, parcel.id)
            try:
                yield descriptor
            finally:
                os.close(descriptor)

    @contextmanager
    def _source(self, parcel: Parcel) -> Iterator[tuple[int, bytes]]:
        *folders, name = parcel.source.split(b"/")
        with _root(self._claims) as root, durable.folder(root, tuple(map(os.fsdecode, folders))) as here:
            yield here, name

    @contextmanager
    def _source_folder(self, parcel: Parcel) -> Iterator[int | None]:
        """The folder a claim came from; None if it is gone or the parcel came from the share."""
        try:
            with self._source(parcel) as (here, _):
                yield here
        except FileNotFoundError:
            yield None


@contextmanager
def disk_errors_but_absent() -> Iterator[None]:
    """As `disk_errors`, but a file that is gone stays FileNotFoundError: people may take theirs away."""
    absent: FileNotFoundError | None = None
    with disk_errors():
        try:
            yield
        except FileNotFoundError as error:
            absent = error
    if absent is not None:
        raise absent


@contextmanager
def _root(path: Path) -> Iterator[int]:
    descriptor = durable.open_root(path)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
