"""One box in the place of another: what the ledger says of parcels whose bytes stayed behind, and what it does not know yet.

The ledger is as old as its export. What the old box delivered after that, only the terminal can tell: its share has every
claim under the number it got. So the first claim waits until the share was read; then numbers go on from there, and a file
that lies there already is found out as such, and is not delivered twice.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath

from gateway.journal import tell
from gateway.relay import takeover_messages
from gateway.relay.audit import Fact
from gateway.relay.chain import Head
from gateway.relay.errors import InUse
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import TEMPORARY_FOLDER, Direction, Fingerprint, Hold, Parcel, State
from gateway.relay.route import Route

_NUMBERED = re.compile(r"(\d{2,})回目_.+")
_TEMPORARY = re.compile(r"([0-9a-f]{32})\.\d+")
_GONE_BY = {State.RETIRED, State.CLEARED, State.FORGOTTEN}


def take_over(ledger: Ledger, exported: Head, now: datetime) -> tuple[Parcel, ...]:
    """Settle what an exported ledger says of files that are not here. Returns what was on its way. Raises LedgerError."""
    there = tuple(_without_bytes(ledger))
    ledger.record_takeover(there, {"fact": Fact.TAKEN_OVER, "exported": str(exported)}, now)
    return tuple(parcel for parcel in there if Hold.LEFT_BEHIND in parcel.reasons)


def _without_bytes(ledger: Ledger) -> Iterator[Parcel]:
    for state in State:
        if state not in _GONE_BY:
            yield from map(settled, ledger.in_state(state))


def settled(parcel: Parcel) -> Parcel:
    """A parcel without its bytes: what arrived has arrived; what was on its way, or waited, never left the old box. Pure."""
    match parcel.state:
        case State.DELIVERED | State.NOTED:
            return replace(parcel, state=State.RETIRED, reasons=(), shown=False)
        case State.SEEN | State.SETTLED | State.TAKING:
            return replace(parcel, state=State.FORGOTTEN, shown=False)
        case State.REJECTED:
            # Decided and done with; the reasons it was held for say that it never arrived.
            return replace(parcel, state=State.RETIRED, shown=False)
        case _:
            reasons = tuple(dict.fromkeys((*parcel.reasons, str(Hold.LEFT_BEHIND))))
            return replace(parcel, state=State.RETIRED, reasons=reasons, shown=False)


class CatchUp:
    """Reads the terminal's share once, before the first claim of a box that took over gets its number."""

    def __init__(self, route: Route, ledger: Ledger) -> None:
        self._route = route
        self._ledger = ledger
        self._alone = asyncio.Lock()
        self._done = False

    async def __call__(self, now: datetime) -> None:
        """Return at once if there is nothing to catch up with. Raises ShelfError, LedgerBusy: then nothing was taken in."""
        async with self._alone:
            if self._done or not self._ledger.owes_a_look:
                self._done = True
                return
            found = [parcel async for parcel in self._unknown(now)]
            await self._sweep()
            self._ledger.record_takeover(found, {"fact": Fact.CAUGHT_UP, "parcels": len(found)}, now)
            self._done = True
        tell(takeover_messages.CAUGHT_UP, parcels=len(found))

    async def _unknown(self, now: datetime) -> AsyncIterator[Parcel]:
        terminal, claims = self._route.terminal, PurePosixPath(self._route.share.claims)
        for month in await terminal.folders(claims):
            for payer in await terminal.folders(month):
                for sending in await terminal.folders(payer):
                    numbered = _NUMBERED.fullmatch(sending.name)
                    for entry in await terminal.list(sending) if numbered else ():
                        target = entry.path.relative_to(claims)
                        known = self._ledger.delivered_as(target)
                        if known is not None and known.arrived:
                            continue
                        digest = await terminal.digest(entry.path, flushed=True)
                        if digest is None:
                            continue
                        if known is not None:
                            # Its name is its own: it did arrive, after all.
                            if known.digest == digest and Hold.LEFT_BEHIND in known.reasons:
                                yield replace(known, reasons=())
                        elif numbered and not self._ledger.has_number(target, int(numbered[1])):
                            yield _delivered(target, int(numbered[1]), digest, entry.fingerprint.size, now)

    async def _sweep(self) -> None:
        """Remove what attempts of the old box left half-made: no ledger but its own knew them."""
        terminal = self._route.terminal
        for entry in await terminal.list(PurePosixPath(TEMPORARY_FOLDER)):
            named = _TEMPORARY.fullmatch(entry.path.name)
            if named is not None and self._ledger.parcel(named[1]) is None:
                with suppress(InUse):  # the server still holds it for the dead box; it keeps no claim waiting
                    await terminal.remove(entry.path, entry.fingerprint)


def _delivered(target: PurePosixPath, number: int, digest: str, size: int, now: datetime) -> Parcel:
    return Parcel(
        id=hashlib.sha256(f"{Direction.CLAIM}/{target}".encode("utf-8", "surrogateescape")).hexdigest()[:32],
        direction=Direction.CLAIM,
        name=target.name,
        source=b"",
        fingerprint=Fingerprint(size, ""),
        seen_at=now,
        quiet_since=now,
        state=State.RETIRED,
        digest=digest,
        size=size,
        number=number,
        target=target,
    )
