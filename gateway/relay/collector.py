"""Return files on the terminal's share, from first sight until they are fetched; and our own leavings there."""

import os
import uuid
from dataclasses import replace
from datetime import datetime
from pathlib import Path, PurePosixPath

from gateway.claims.names import is_temporary, matches, published_name
from gateway.journal import tell
from gateway.relay import messages
from gateway.relay.clock import Clocks
from gateway.relay.courier import Courier
from gateway.relay.errors import InUse, ShelfError
from gateway.relay.events import Engaged, Looked
from gateway.relay.ledger import Ledger, LedgerBusy
from gateway.relay.pace import Pace
from gateway.relay.parcel import TEMPORARY_FOLDER, Direction, Parcel, State
from gateway.relay.room import COPIES, FILE_MOST_BYTES, has_room
from gateway.relay.route import Route
from gateway.relay.share_hints import ShareHints
from gateway.relay.shelf import Entry, Shelf
from gateway.relay.step import step


class Collector:
    """Polls the share. A share that is down is `presence`'s to tell, not ours; the next poll asks again."""

    def __init__(
        self, route: Route, courier: Courier, ledger: Ledger, pace: Pace, clocks: Clocks, *, spool: Path
    ) -> None:
        self._spool = spool
        self._route = route
        self._courier = courier
        self._ledger = ledger
        self._pace = pace
        self._clocks = clocks
        self._seen: dict[PurePosixPath, Parcel] = {}
        self._left: dict[PurePosixPath, str] = {}
        self._read_at: dict[PurePosixPath, datetime] = {}

    async def watch(self, hints: ShareHints) -> None:
        """Poll for ever, at once when the share tells of a change, and again when what was seen may have settled."""
        while True:
            await self.poll()
            await hints.wait(min(self._pace.settle, self._pace.poll) if self._seen else self._pace.poll)

    async def poll(self) -> None:
        """One look at the returns and at our temporaries."""
        try:
            entries = await self._route.terminal.list(self._route.returns_folder)
            for entry in entries:
                await self._look_at(entry)
            present = {entry.path for entry in entries}
            self._seen = {path: parcel for path, parcel in self._seen.items() if path in present}
            self._read_at = {path: when for path, when in self._read_at.items() if path in present}
            self._left = {path: code for path, code in self._left.items() if path in present}
            await sweep(self._route.terminal, self._ledger)
        except (ShelfError, LedgerBusy):
            return

    async def _look_at(self, entry: Entry) -> None:
        name = entry.path.name
        if is_temporary(name) or not matches(name, self._route.returns.patterns):
            return
        if self._courier.taking(os.fsencode(entry.path)):
            return
        if self._ledger.fetched(entry.fingerprint.key, resting=self._route.returns.after == "leave"):
            await self._look_again(entry)
            return
        if self._must_stay(entry):
            return
        now = self._clocks.steady()
        parcel = self._seen.get(entry.path)
        if parcel is None:
            self._seen[entry.path] = _first_seen(entry, self._clocks)
            return
        parcel, effects = step(parcel, Looked(entry.fingerprint, whole=entry.fingerprint.size > 0), now, self._pace)
        if parcel.state is State.SETTLED and effects:
            # On a share the promise comes with the opening: `fetch` shuts writers out while it reads.
            del self._seen[entry.path]
            self._courier.feed(parcel, Engaged())
        else:
            self._seen[entry.path] = parcel

    async def _look_again(self, entry: Entry) -> None:
        """Now and then read a return that is left on the share: other bytes under the same times are a new return."""
        newest = self._ledger.newest_from(os.fsencode(entry.path))
        if newest is None or newest.state.moving or self._route.returns.after != "leave":
            return
        now = self._clocks.wall()
        if now - max(newest.seen_at, self._read_at.get(entry.path, newest.seen_at)) < self._pace.rehash:
            return
        self._read_at[entry.path] = now
        if await self._route.terminal.digest(entry.path) not in {None, newest.digest} and not self._must_stay(entry):
            self._courier.feed(replace(_first_seen(entry, self._clocks), state=State.SETTLED), Engaged())

    def _must_stay(self, entry: Entry) -> bool:
        """Whether a return is too big for us, or for our disk now; said once, until that changes."""
        size = entry.fingerprint.size
        code = ""
        if size > FILE_MOST_BYTES:
            code = "too-big"
        elif not has_room(self._spool, COPIES * size):
            code = "disk-reserve"
        if code and self._left.get(entry.path) != code:
            tell(messages.RETURN_LEFT, size=size, code=code)
        self._left[entry.path] = code
        return bool(code)


async def sweep(shelf: Shelf, ledger: Ledger) -> None:
    """Remove temporaries of attempts that are over. Only names our ledger knows; patient data must not lie about."""
    for entry in await shelf.list(PurePosixPath(TEMPORARY_FOLDER)):
        parcel_id, _, attempt = entry.path.name.partition(".")
        parcel = ledger.parcel(parcel_id)
        if parcel is None or not (attempt.isascii() and attempt.isdecimal()):
            continue
        in_use = parcel.state in {State.DELIVERING, State.RENAMING} and int(attempt) == parcel.attempt
        if not in_use:
            try:
                await shelf.remove(entry.path, entry.fingerprint)
            except InUse:
                continue  # an attempt the server still holds open; the next sweep finds it


def _first_seen(entry: Entry, clocks: Clocks) -> Parcel:
    return Parcel(
        id=uuid.uuid4().hex,
        direction=Direction.RETURN,
        name=published_name(entry.path.name),
        source=os.fsencode(entry.path),
        fingerprint=entry.fingerprint,
        seen_at=clocks.wall(),
        quiet_since=clocks.steady(),
    )
