"""What is due by the calendar, not by an event: retention, reminders, the people's notice, the chain's head in the journal.

Due times are the wall clock's, looked at often: a box that slept, or a clock that jumped, misses nothing. Only erasing waits
for a day after a jump.
"""

import asyncio
from datetime import datetime, timedelta
from pathlib import PurePosixPath

from gateway.claims.calendar import in_japan
from gateway.journal import tell
from gateway.relay import ledger_messages, messages
from gateway.relay.board import body, notice
from gateway.relay.clock import Clocks, Doubt, doubted
from gateway.relay.courier import Courier
from gateway.relay.directory import DirectoryShelf
from gateway.relay.errors import ShelfError
from gateway.relay.ledger import Ledger, LedgerBusy, LedgerError
from gateway.relay.local import LocalTroubles, Place
from gateway.relay.pace import Pace
from gateway.relay.places import BOARD, SPOOL, Places
from gateway.relay.presence import Presence
from gateway.relay.reminder_messages import remind
from gateway.relay.retention import expired, prune
from gateway.relay.slip import Letterhead
from gateway.relay.standing import Standing, standing
from gateway.relay.threads import in_thread
from gateway.site.model import Relay, Site

RETIRE_EVERY = timedelta(hours=1)
LOOK_EVERY = timedelta(minutes=5)


class Chores:
    """Looks at what is due. A chore that cannot be done now is told once and tried again; it stops nobody else."""

    def __init__(
        self,
        *,
        site: Site,
        declared: Relay,
        places: Places,
        people: DirectoryShelf,
        ledger: Ledger,
        courier: Courier,
        presence: Presence,
        head: Letterhead,
        pace: Pace,
        clocks: Clocks,
    ) -> None:
        self._site = site
        self._declared = declared
        self._places = places
        self._people = people
        self._ledger = ledger
        self._courier = courier
        self._presence = presence
        self._head = head
        self._pace = pace
        self._clocks = clocks
        self._troubles = LocalTroubles()
        self._last: dict[str, datetime] = {}
        self._days: dict[str, str] = {}
        self._told: set[tuple[str, ...]] = set()
        self._notice: tuple[str, ...] = ()
        self._waits = ""
        self._doubt: Doubt | None = None

    async def watch(self) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await asyncio.sleep(self._pace.chores.total_seconds())

    async def look(self) -> None:
        """Do what is due now. A lying disk passes, as everywhere."""
        now = self._clocks.wall()
        try:
            today = f"{in_japan(now):%Y-%m-%d}"
            if self._believes(now):
                self._erase(today, now)
            if self._due("look", LOOK_EVERY, now):
                await self._say(await in_thread(lambda: self._standing(now)), today)
        except LedgerBusy:
            self._wait("ledger-busy")
        except LedgerError:
            # Another connection that cannot be opened is no reason to stop carrying; the relay's own would stop it.
            self._wait("ledger-unreadable")
        else:
            self._waits = ""

    def _erase(self, today: str, now: datetime) -> None:
        if self._due("retention", RETIRE_EVERY, now):
            for parcel, event in expired(self._ledger, self._declared.retention, now):
                self._courier.feed(parcel, event)
        if self._days.get("prune") != today:
            prune(self._ledger, self._declared.retention, now)
            self._days["prune"] = today

    def _believes(self, now: datetime) -> bool:
        """Whether to erase by this clock: what a clock that is years ahead erases does not come back when it is set right."""
        was_over = self._doubt is None or self._doubt.over
        newest = self._ledger.head().at or now
        self._doubt = doubted(self._doubt, now, self._clocks.steady(), newest)
        if was_over and not self._doubt.over:
            tell(messages.CLOCK_DOUBTED)
        return self._doubt.over

    async def _say(self, now: Standing, today: str) -> None:
        if self._days.get("head") != today:
            tell(ledger_messages.HEAD, head=str(now.head))
            self._days["head"] = today
        for reminder in now.reminders:
            if reminder.once not in self._told:
                remind(reminder)
        self._told = {reminder.once for reminder in now.reminders}
        said = (today, *body(now, share_answers=self._presence.up))
        if said == self._notice:
            return
        text = notice(now, self._head, share_answers=self._presence.up)
        try:
            await self._people.replace_text(text, PurePosixPath(SPOOL, "notice.note"), BOARD)
        except ShelfError as error:
            self._troubles.heard(Place.BOARD, "notice", error.code)
            return
        self._troubles.heard(Place.BOARD, "notice", "")
        self._notice = said

    def _standing(self, now: datetime) -> Standing:
        """Over a connection of this thread's own: SQLite's are bound to theirs."""
        with Ledger.read(self._places.ledger) as ledger:
            return standing(ledger, self._places, self._site, now)

    def _due(self, what: str, every: timedelta, now: datetime) -> bool:
        """Whether it is time; a clock that was set back makes it time as well."""
        last = self._last.get(what)
        if last is not None and timedelta(0) <= now - last < every:
            return False
        self._last[what] = now
        return True

    def _wait(self, code: str) -> None:
        if code != self._waits:
            tell(messages.CHORES_WAIT, code=code)
            self._waits = code
        self._last.clear()
