"""The courier's hands: each effect as one act on the spool, the ledger or a shelf, answered by the event it led to.

A ShelfError or a busy ledger becomes the event Failed; what else goes wrong is the courier's to judge.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime
from itertools import count
from pathlib import PurePosixPath

from gateway.claims.names import name_trouble
from gateway.claims.reader import Expected
from gateway.claims.summary import Summary
from gateway.journal import tell
from gateway.relay import effects as do
from gateway.relay import messages
from gateway.relay.antivirus import DOWN_MOST, Clamd, Verdict, held_for
from gateway.relay.clearing import Clearing
from gateway.relay.effects import Effect
from gateway.relay.errors import Absent, Changed, Differed, InUse, Occupied, ShelfError
from gateway.relay.events import (
    Begun,
    Busy,
    Engaged,
    Event,
    Failed,
    Inspected,
    Noted,
    NothingTaken,
    Numbered,
    Occupant,
    PlacedErased,
    Published,
    Shown,
    TargetLooked,
    Trouble,
    TwinLooked,
    Unshown,
    Verified,
)
from gateway.relay.lanes import Lanes
from gateway.relay.ledger import Ledger, LedgerBusy
from gateway.relay.local import LocalTroubles, is_local, place_of
from gateway.relay.notes import Notes
from gateway.relay.parcel import Direction, Hold, Parcel, Reason, State
from gateway.relay.presence import Presence
from gateway.relay.room import COPIES
from gateway.relay.route import Route
from gateway.relay.shelf import Entry, Shelf
from gateway.relay.shelf import Verified as VerifiedFile
from gateway.relay.spool import Spool
from gateway.relay.takeover import CatchUp
from gateway.relay.threads import in_thread


class Hands:
    """Acts for parcels. `jitter` gives numbers in [0, 1); `clock` a time with its zone."""

    def __init__(
        self,
        *,
        spool: Spool,
        ledger: Ledger,
        route: Route,
        notes: Notes,
        clearing: Clearing,
        presence: Presence,
        expected: Mapping[Direction, Expected],
        clock: Callable[[], datetime],
        jitter: Callable[[], float],
        scanner: Clamd | None = None,
    ) -> None:
        self._spool = spool
        self._ledger = ledger
        self._route = route
        self._notes = notes
        self._clearing = clearing
        self._presence = presence
        self._expected = expected
        self._clock = clock
        self._jitter = jitter
        self._scanner = scanner
        self._catch_up = CatchUp(route, ledger)
        self._verified: dict[str, VerifiedFile] = {}
        self._troubles = LocalTroubles()
        self._lanes = Lanes()
        self._promised = 0

    async def act(self, parcel: Parcel, effect: Effect) -> Event | None:
        """Carry out one effect."""
        try:
            async with self._lanes.of(parcel, effect):
                event = await self._act(parcel, effect)
        except ShelfError as error:
            if is_local(error):
                self._troubles.heard(place_of(parcel.direction, effect), parcel.id, error.code)
                await self._tidy(parcel)
            return self._failed(error)
        except LedgerBusy:
            return Failed(Trouble.TRANSIENT, self._jitter())
        if not isinstance(effect, do.Wait):
            self._troubles.heard(place_of(parcel.direction, effect), parcel.id, "")
        return event

    async def _tidy(self, parcel: Parcel) -> None:
        """Give back the room that an act which broke off has taken."""
        with suppress(ShelfError):
            await in_thread(lambda: self._spool.erase_half_made(parcel))
        with suppress(ShelfError):
            if parcel.direction is Direction.RETURN:
                await self._route.people.remove(parcel.temporary)

    async def _act(self, parcel: Parcel, effect: Effect) -> Event | None:
        match effect:
            case do.Wait(length):
                await self._presence.wait(length)
                return None
            case do.Begin():
                return Begun()
            case do.Number():
                return Numbered(self._ledger.next_number(parcel, self._clock()))
            case do.Engage() | do.Take() | do.LookInSpool() | do.EraseSpool():
                return await self._act_on_spool(parcel, effect)
            case do.ShowHeld() | do.Unshow() | do.ErasePlaced() | do.EraseNames():
                return await self._act_on_placed(parcel, effect)
            case do.Inspect():
                return await self._inspect(parcel)
            case do.Note():
                await self._note(parcel)
                return Noted()
            case _:
                return await self._act_on_target(parcel, effect)

    async def _act_on_placed(self, parcel: Parcel, effect: Effect) -> Event | None:
        match effect:
            case do.ShowHeld():
                self._spool.require_room(parcel.size)
                await self._clearing.take_back(parcel)
                await self._notes.show_held(parcel, self._spool.path(parcel))
                return Shown()
            case do.Unshow():
                await self._clearing.unshow(parcel)
                if parcel.state is State.REJECTED and parcel.decided_by:
                    await self._notes.rejected(parcel)
                return Unshown()
            case do.ErasePlaced():
                if kept := await self._clearing.erase_placed(parcel):
                    tell(messages.NOT_ERASED, files=kept)
                return PlacedErased()
            case _:
                # A return that is left on the share is known by its name: forgotten, it would be fetched again.
                if parcel.direction is Direction.CLAIM or self._route.returns.after != "leave":
                    self._ledger.erase_names(parcel.id, self._clock())
                return None

    async def _act_on_spool(self, parcel: Parcel, effect: Effect) -> Event | None:
        claim = parcel.direction is Direction.CLAIM
        match effect:
            case do.Engage():
                return await in_thread(lambda: self._spool.engage(parcel)) if claim else Engaged()
            case do.Take() if claim:
                return await in_thread(lambda: self._spool.take(parcel))
            case do.Take():
                return await self._fetch(parcel)
            case do.LookInSpool():
                return await in_thread(lambda: self._spool.look(parcel))
            case _:
                await in_thread(lambda: self._spool.erase(parcel))
                return None

    async def _fetch(self, parcel: Parcel) -> Event:
        """Copy a return from the share. Rewritten or gone since it was listed: the next look starts a new parcel."""
        if not self._spool.path(parcel).exists():
            self._spool.erase_part(parcel)
            try:
                with self._room_for(COPIES * parcel.fingerprint.size):
                    await self._route.terminal.fetch(source_entry(parcel), self._spool.part(parcel))
            except (Changed, Absent) as error:
                if error.local:
                    raise
                return NothingTaken()
            except InUse:
                return Busy()
            except ShelfError:
                self._spool.erase_part(parcel)
                raise
            await in_thread(lambda: self._spool.complete_part(parcel))
        return await in_thread(lambda: self._spool.hash(parcel))

    @contextmanager
    def _room_for(self, size: int) -> Iterator[None]:
        """Room that was found for one return is not given to another while the bytes still come. Raises Refused."""
        self._spool.require_room(self._promised + size)
        self._promised += size
        try:
            yield
        finally:
            self._promised -= size

    async def _inspect(self, parcel: Parcel) -> Event:
        verdict = await self._scanner.scan(self._spool.path(parcel)) if self._scanner else Verdict.CLEAN
        if verdict is Verdict.DOWN and parcel.failures < DOWN_MOST:
            return Failed(Trouble.TRANSIENT, self._jitter())
        expected = self._expected[parcel.direction]
        now = self._clock()
        summary = await in_thread(lambda: self._spool.summary(parcel, expected, now))
        trouble = name_trouble(parcel.name)
        reasons: tuple[Reason, ...] = (*held_for(verdict), *((trouble,) if trouble else ()))
        if parcel.direction is Direction.RETURN:
            # What the terminal downloaded reaches its people, whatever it is.
            return Inspected(summary, reasons, "" if reasons else self._left_twin_of(parcel))
        reasons += tuple(finding.name for finding in summary.holds)
        if summary.kind.returns:
            reasons += (Hold.NOT_A_CLAIM,)
        # What a person overruled does not keep the file from being a second copy of one that was delivered.
        if {*reasons} - {*parcel.reasons}:
            return Inspected(summary, reasons)
        # What another box delivered before us counts for the twin and for the number.
        await self._catch_up(self._clock())
        return Inspected(summary, reasons, self._twin_of(parcel, summary))

    def _twin_of(self, parcel: Parcel, summary: Summary) -> str:
        """The id of the newest parcel of the same series if it carries the same bytes and was not held back."""
        newest = self._ledger.newest_of_series(replace(parcel, summary=summary), self._clock())
        same = newest is not None and newest.digest == parcel.digest and newest.state is not State.HELD
        return newest.id if newest is not None and same else ""

    def _left_twin_of(self, parcel: Parcel) -> str:
        """The id of the parcel that brought the same return before, if nobody downloaded it again.

        With `after: leave` the same bytes in the same place were only touched. Else the same times say that the terminal
        lost our putting it away: a power cut undoes a rename that was not flushed.
        """
        newest = self._ledger.newest_from(parcel.source, apart_from=parcel.id)
        if newest is None or newest.digest != parcel.digest:
            return ""
        resting = self._route.returns.after == "leave" or newest.fingerprint == parcel.fingerprint
        return newest.id if resting else ""

    async def _act_on_target(self, parcel: Parcel, effect: Effect) -> Event:
        shelf = self._route.target(parcel.direction)
        match effect:
            case do.PutVerified():
                await self._abandon(parcel)
                if parcel.direction is Direction.RETURN:
                    self._spool.require_room(parcel.size)
                source = self._spool.path(parcel)
                self._verified[parcel.id] = await shelf.put_verified(source, parcel.temporary, parcel.digest)
                return Verified()
            case do.Publish():
                await self._verified[parcel.id].publish(self._route.final(parcel))
                del self._verified[parcel.id]
                return Published()
            case do.LookAtTarget():
                await self._abandon(parcel)
                return await self._look(shelf, parcel)
            case do.LookForTwin(twin_id):
                return await self._look_for_twin(shelf, parcel, twin_id)
        raise TypeError(f"no hand for {type(effect).__name__}")

    async def _look(self, shelf: Shelf, parcel: Parcel) -> TargetLooked:
        # The rename may have happened without its FLUSH; nothing is called delivered that a power cut could undo.
        digest = await shelf.digest(self._route.final(parcel), flushed=True)
        if digest is not None:
            return TargetLooked(Occupant.OURS if digest == parcel.digest else Occupant.OTHER, temporary=False)
        return TargetLooked(Occupant.NOTHING, temporary=await shelf.exists(parcel.temporary))

    async def _look_for_twin(self, shelf: Shelf, parcel: Parcel, twin_id: str) -> Event:
        twin = self._ledger.parcel(twin_id)
        if twin is None or twin.target is None or twin.state is State.HELD:
            return TwinLooked(there=False, number=0, target="")
        if twin.state.moving:
            return Failed(Trouble.TRANSIENT, self._jitter())  # still on its way: ask again when it rests
        if parcel.direction is Direction.RETURN:
            return TwinLooked(there=True, number=twin.number, target=str(twin.target))  # people may have moved theirs
        there = await shelf.digest(self._route.final(twin)) == twin.digest
        return TwinLooked(there, twin.number, str(twin.target))

    async def _abandon(self, parcel: Parcel) -> None:
        """Let go of the handle of an attempt that did not become a file; the sweep removes its temporary."""
        if (verified := self._verified.pop(parcel.id, None)) is not None:
            await verified.abandon()

    async def _note(self, parcel: Parcel) -> None:
        match parcel.direction, self._route.returns.after:
            case Direction.CLAIM, _ if parcel.duplicate:
                await self._notes.duplicate(parcel)
            case Direction.CLAIM, _:
                self._spool.require_room(parcel.size)
                await self._notes.delivered(parcel, self._spool.path(parcel))
            case Direction.RETURN, "move":
                await self._put_away(parcel)
            case Direction.RETURN, "remove":
                with suppress(Changed):
                    entry = source_entry(parcel)
                    await self._route.terminal.remove(entry.path, entry.fingerprint)

    async def _put_away(self, parcel: Parcel) -> None:
        """Move the fetched file out of the way, over nothing. Rewritten or gone since: not ours to move any more."""
        entry = source_entry(parcel)
        for name in free_names(entry.path.name):
            try:
                await self._route.terminal.move(entry, self._route.fetched_folder / name)
            except Occupied:
                continue
            except (Changed, Absent):
                return
            return

    def _failed(self, error: ShelfError) -> Failed:
        # Our own disk's trouble is no word of the terminal's: a person mends it, and the parcel goes on.
        trouble = Trouble.PERSON if is_local(error) and error.trouble is Trouble.BUG else error.trouble
        return Failed(trouble, self._jitter(), differed=isinstance(error, Differed))


def source_entry(parcel: Parcel) -> Entry:
    """A return as the terminal's shelf listed it."""
    return Entry(PurePosixPath(os.fsdecode(parcel.source)), parcel.fingerprint)


def free_names(name: str) -> Iterator[str]:
    """`X.HEN`, then `X_2.HEN`, `X_3.HEN` and so on."""
    path = PurePosixPath(name)
    yield name
    for number in count(2):
        yield f"{path.stem}_{number}{path.suffix}"
