"""Where an upload becomes a parcel: in the relay's own loop, which alone writes the ledger.

The file is whole, durable, and nobody can write to it any more, so it needs no time to settle and is not renamed out of 請求: its
life begins with the intent to take it. Then it gets its parcel's name in the spool, and only then its client is told OK. Cut
off in between, the ledger knows the intent, and the next start finds the file in the spool or forgets the parcel; the client
was told nothing, sends again, and the same digest is not sent twice.
"""

import asyncio
import os

from gateway.claims.names import published_name
from gateway.relay.clock import Clocks
from gateway.relay.courier import Courier
from gateway.relay.errors import ShelfError
from gateway.relay.events import Restarted
from gateway.relay.ledger import Ledger, LedgerBusy
from gateway.relay.notes import name_before_held
from gateway.relay.pace import Pace
from gateway.relay.parcel import Direction, Fingerprint, Parcel, State
from gateway.relay.sftp_drop.paths import Folder, Location
from gateway.relay.sftp_drop.refusal import Refusal
from gateway.relay.sftp_drop.staging import OnTheWay
from gateway.relay.sftp_drop.upload import Offer
from gateway.relay.spool import Spool
from gateway.relay.threads import in_thread

LEDGER_TRIES = 5  # a backup or a check holds the ledger for a moment; a client waits longer than that
QUIET_S, LATEST_S = 0.25, 5.0  # a file in the shared folder settles for five seconds
TAKEN = "HandedIn"
_SHOWN = {State.TAKING, State.TAKEN, State.INSPECTED, State.DELIVERING, State.RENAMING}


class Reception:
    """Takes uploads for the courier. `group` owns the work: a lying disk or a broken ledger in it stops the relay."""

    def __init__(
        self, *, ledger: Ledger, spool: Spool, courier: Courier, pace: Pace, clocks: Clocks, group: asyncio.TaskGroup
    ) -> None:
        self._ledger = ledger
        self._spool = spool
        self._courier = courier
        self._pace = pace
        self._clocks = clocks
        self._group = group
        self._last = 0.0
        self._waiting: set[asyncio.Task[None]] = set()
        self._known: dict[str, OnTheWay] = {}

    async def accept(self, offer: Offer) -> None:
        """Take the upload, durably. Raises Refusal, and then nothing was taken."""
        refusal = await self._group.create_task(self._accepted(offer), name=f"upload {offer.id}")
        if refusal is not None:
            raise refusal

    async def on_the_way(self) -> tuple[OnTheWay, ...]:
        """Every claim that is being carried, as it lay in 請求."""
        carried = [one for one in self._courier.carried if one.direction is Direction.CLAIM and one.state in _SHOWN]
        known = self._known
        self._known = {one.id: known.get(one.id) or _on_the_way(one) for one in carried}
        return tuple(self._known.values())

    async def _accepted(self, offer: Offer) -> Refusal | None:
        parcel = self._parcel(offer)
        if not await self._recorded(parcel):
            return Refusal("the gateway's ledger is busy. try again")
        try:
            await in_thread(lambda: self._spool.complete_upload(parcel))
        except ShelfError:
            self._courier.feed(parcel, Restarted())  # it finds no file, and forgets the parcel
            return Refusal("the gateway's disk refuses. ask the vendor")
        self._last = asyncio.get_running_loop().time()
        waiting = self._group.create_task(self._carried_later(parcel), name=f"handed in {parcel.id}")
        self._waiting.add(waiting)
        waiting.add_done_callback(self._waiting.discard)
        return None

    async def _carried_later(self, parcel: Parcel) -> None:
        """Let the courier have it once nobody waits for an OK any more: of five hundred files the person sees the last one first."""
        loop = asyncio.get_running_loop()
        latest = loop.time() + LATEST_S
        while True:  # others may be handed in while this one waits
            wait = min(self._last + QUIET_S, latest) - loop.time()
            if wait <= 0:
                break
            await asyncio.sleep(wait)
        self._courier.feed(parcel, Restarted())

    def stop(self) -> None:
        """Hand nothing more to the courier. The ledger knows what waits."""
        for waiting in self._waiting:
            waiting.cancel()

    async def _recorded(self, parcel: Parcel) -> bool:
        for _ in range(LEDGER_TRIES):
            try:
                self._ledger.record(parcel, TAKEN, self._clocks.wall())
            except LedgerBusy:
                await asyncio.sleep(self._pace.ledger.total_seconds())
            else:
                return True
        return False

    def _parcel(self, offer: Offer) -> Parcel:
        name = published_name(offer.at.name)
        return Parcel(
            id=offer.id,
            direction=Direction.CLAIM,
            name=name_before_held(name) or name,  # people put a held one in again
            source=offer.source,
            fingerprint=Fingerprint(offer.size, f"sftp:{offer.id}"),
            seen_at=self._clocks.wall(),
            quiet_since=self._clocks.steady(),
            state=State.TAKING,
            brought_by=offer.person,
        )


def _on_the_way(parcel: Parcel) -> OnTheWay:
    at = Location(Folder.CLAIMS, tuple(os.fsdecode(parcel.source).split("/")))
    return OnTheWay(parcel.id, at, parcel.fingerprint.size, parcel.seen_at)
