"""Files in 請求, from first sight until they have rested long enough to be taken."""

import errno
import os
import uuid
from dataclasses import replace
from datetime import timedelta

from gateway.claims.names import published_name
from gateway.claims.reader import Expected
from gateway.journal import tell
from gateway.relay import drop, messages
from gateway.relay.clock import Clocks
from gateway.relay.courier import Acting, Courier, one_parcel_s
from gateway.relay.drop import Found, Oddity
from gateway.relay.errors import Fault, ShelfError
from gateway.relay.events import Looked, NothingTaken
from gateway.relay.hints import Hints
from gateway.relay.local import LocalTroubles, Place
from gateway.relay.notes import Notes, name_before_held
from gateway.relay.pace import Pace
from gateway.relay.parcel import Direction, Fingerprint, Parcel, State
from gateway.relay.places import Places
from gateway.relay.room import has_room
from gateway.relay.step import step
from gateway.relay.threads import in_thread

SHORTEST_LOOK = timedelta(milliseconds=50)


class Arrivals:
    """Looks at 請求 at each hint and on a timer, and hands what has settled to the courier."""

    def __init__(
        self,
        *,
        places: Places,
        courier: Courier,
        hands: Acting,
        notes: Notes,
        expected: Expected,
        pace: Pace,
        clocks: Clocks,
    ) -> None:
        self._places = places
        self._courier = courier
        self._hands = hands
        self._notes = notes
        self._expected = expected
        self._pace = pace
        self._clocks = clocks
        self._seen: dict[bytes, Parcel] = {}
        self._whole: dict[bytes, tuple[Fingerprint, bool]] = {}
        self._left_alone: set[Found] = set()
        self._troubles = LocalTroubles()
        self._told = ""

    async def watch(self, hints: Hints) -> None:
        """Look for ever; after `look` came back once, the first look is done."""
        while True:
            await hints.wait(self._next_look())
            await self.look()

    async def look(self) -> None:
        """One look at everything."""
        try:
            found = await in_thread(lambda: drop.look(self._places.drop))
        except OSError as error:
            self._cannot_read(error)
            return
        self._told = ""
        for one in found:
            if one.oddity is not None:
                await self._leave_alone(one)
            elif not self._courier.taking(one.path):
                await self._look_at(one)
        self._forget({one.path for one in found})

    async def _look_at(self, found: Found) -> None:
        parcel = self._seen.get(found.path)
        now = self._clocks.steady()
        if parcel is None:
            self._seen[found.path] = _first_seen(found, self._clocks)
            return
        rested = found.fingerprint == parcel.fingerprint and now - parcel.quiet_since >= self._pace.settle
        whole = rested and await self._is_whole(found)
        before = parcel
        parcel, effects = step(parcel, Looked(found.fingerprint, whole), now, self._pace)
        if parcel.state is not State.SETTLED:
            self._seen[found.path] = parcel
            return
        if not await self._may_take(found):
            self._seen[found.path] = before
            return
        del self._seen[found.path]
        for effect in effects:
            event = await self._hands.act(parcel, effect)
            if event is None:
                continue
            after, _ = step(parcel, event, self._clocks.steady(), self._pace)
            if after.state is State.SEEN:
                self._seen[found.path] = after
            elif not isinstance(event, NothingTaken):
                self._courier.feed(parcel, event)

    async def _may_take(self, found: Found) -> bool:
        """Whether the disk is fit for more; a file that must wait for it gets a note, and loses it again."""
        waits = replace(found, oddity=Oddity.NO_ROOM)
        try:
            # Taking is a rename and needs no room; only once the reserve itself is touched must no more come in. That the
            # claim reaches the terminal matters more than our own copy of it, which waits for room.
            if not has_room(self._places.spool, 0):
                await self._leave_alone(waits)
                return False
            await self._notes.not_left_any_more(found)  # perhaps written before we were started
        except ShelfError as error:
            self._troubles.heard(Place.SPOOL, os.fsdecode(found.path), error.code)
            return False
        self._troubles.heard(Place.SPOOL, os.fsdecode(found.path), "")
        self._left_alone.discard(waits)
        return True

    async def _is_whole(self, found: Found) -> bool:
        """Read each writing of a file once."""
        known = self._whole.get(found.path)
        if known is None or known[0] != found.fingerprint:
            known = (found.fingerprint, await self._read(found))
            self._whole[found.path] = known
        return known[1]

    async def _read(self, found: Found) -> bool:
        try:
            with one_parcel_s():
                return await in_thread(lambda: drop.is_whole(self._places.drop, found, self._expected))
        except Fault:
            return True  # reading it again once it is taken holds it, with a parcel's id to its name

    async def _leave_alone(self, found: Found) -> None:
        if found.oddity is None or found in self._left_alone:
            return
        try:
            await self._notes.left_alone(found, found.oddity)
        except ShelfError as error:
            self._troubles.heard(Place.HELD, os.fsdecode(found.path), error.code)
            return  # the next look tries again
        self._troubles.heard(Place.HELD, os.fsdecode(found.path), "")
        self._left_alone.add(found)
        tell(messages.LEFT_ALONE, oddity=found.oddity)

    def _forget(self, present: set[bytes]) -> None:
        """What its owner took away again is no parcel."""
        self._seen = {path: parcel for path, parcel in self._seen.items() if path in present}
        self._whole = {path: known for path, known in self._whole.items() if path in present}
        self._left_alone = {found for found in self._left_alone if found.path in present}

    def _next_look(self) -> timedelta:
        """When the first of the seen files may have settled; the ordinary interval if there is none."""
        now = self._clocks.steady()
        waits = [parcel.quiet_since + self._pace.settle - now for parcel in self._seen.values()]
        # One that rested and is not whole yet is looked at again after another settling time.
        waits = [wait if wait > timedelta(0) else self._pace.settle for wait in waits]
        return max(SHORTEST_LOOK, min([*waits, self._pace.scan]))

    def _cannot_read(self, error: OSError) -> None:
        cause = errno.errorcode.get(error.errno or 0, "unknown")
        if cause != self._told:
            tell(messages.DROP_UNREADABLE, cause=cause)
            self._told = cause


def _first_seen(found: Found, clocks: Clocks) -> Parcel:
    name = published_name(os.fsdecode(found.name))
    return Parcel(
        id=uuid.uuid4().hex,
        direction=Direction.CLAIM,
        name=name_before_held(name) or name,  # people put a held one in again
        source=found.path,
        fingerprint=found.fingerprint,
        seen_at=clocks.wall(),
        quiet_since=clocks.steady(),
    )
