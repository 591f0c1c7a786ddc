"""What people decide of held files: a command's word, a file moved into 承認 or 却下, a file taken out of 保留.

A file counts by its bytes. Who moved it the share does not say: each person who may release has a folder of their own in 承認,
and the share's rights say who may write there.
"""

from datetime import datetime

from gateway.claims.names import folded
from gateway.journal import tell
from gateway.relay import decisions, messages
from gateway.relay.clock import Clocks
from gateway.relay.courier import Courier
from gateway.relay.decisions import Decision, Word
from gateway.relay.directory import DirectoryShelf
from gateway.relay.disk_errors import disk_errors
from gateway.relay.errors import ShelfError
from gateway.relay.events import Event, Rejected, Released, Withdrawn
from gateway.relay.held_files import HeldFile, held_files
from gateway.relay.hints import Hints
from gateway.relay.ledger import Ledger, LedgerBusy
from gateway.relay.local import LocalTroubles, Place
from gateway.relay.notes import Notes, held_name
from gateway.relay.pace import Pace
from gateway.relay.parcel import Hold, Parcel, State
from gateway.relay.places import APPROVED, HELD, REJECTED, Places
from gateway.relay.threads import in_thread

MOVED_IN = "保留フォルダーで移動"
SOMEBODY = "共有フォルダーの利用者"

_REFUSALS = {
    "changed": "保留にしたときと内容が違います。直したファイルは請求フォルダーに入れてください。",
    "unknown": "保留のファイルではありません。配達するファイルは請求フォルダーに入れてください。",
    "never": "この理由の保留は解除できません。",
    "nobody": "承認できる人の名前のフォルダーに入れてください。そのフォルダーがないときは、保守窓口に連絡してください。",
}


class Approvals:
    """Looks at 保留 and at the commands' decisions, and feeds what was decided to the courier."""

    def __init__(
        self,
        *,
        places: Places,
        people: DirectoryShelf,
        ledger: Ledger,
        courier: Courier,
        notes: Notes,
        pace: Pace,
        clocks: Clocks,
        releasers: tuple[str, ...],
    ) -> None:
        self._places = places
        self._people = people
        self._ledger = ledger
        self._courier = courier
        self._notes = notes
        self._pace = pace
        self._clocks = clocks
        self._releasers = releasers
        self._troubles = LocalTroubles()
        self._first_seen: dict[HeldFile, datetime] = {}
        self._missing_since: dict[str, datetime] = {}
        self._refused: set[HeldFile] = set()

    async def watch(self, hints: Hints) -> None:
        """Look for ever."""
        while True:
            await self.look()
            await hints.wait(self._pace.settle if self._unsure else self._pace.scan)

    async def look(self) -> None:
        """One look at everything people may have decided. Our own disk's trouble is told; the next look tries again."""
        try:
            await self._hear_commands()
            await self._look_at_held()
        except ShelfError as error:
            self._troubles.heard(Place.HELD, "decisions", error.code)
        except LedgerBusy:
            return
        else:
            self._troubles.heard(Place.HELD, "decisions", "")

    @property
    def _unsure(self) -> bool:
        """Whether something was seen that only the next look can tell."""
        return bool(self._missing_since) or any(file not in self._refused for file in self._first_seen)

    async def _hear_commands(self) -> None:
        for decision in await in_thread(self._decisions):
            match decision:
                case Decision(parcel=parcel_id):
                    await self._hear(decision, self._ledger.parcel(parcel_id))
                case str():
                    await self._ignore(decision, "unreadable")

    async def _hear(self, decision: Decision, parcel: Parcel | None) -> None:
        if parcel is not None and self._courier.carries(parcel.id):
            return  # heard already, or still being shown: the next look will tell
        if parcel is None or parcel.state is not State.HELD:
            await self._ignore(decision.parcel, "not-held")
        elif decision.word is Word.RELEASE and not parcel.releasable:
            await self._ignore(decision.parcel, "never")
        elif self._still_waits(decision):
            said = Released if decision.word is Word.RELEASE else Rejected
            self._courier.feed(parcel, said(decision.by, decision.why))

    def _still_waits(self, decision: Decision) -> bool:
        """Whether it lies there at this very moment: a decision that was carried out meanwhile must not count twice."""
        return decisions.path_of(self._places, decision.parcel).exists()

    async def _ignore(self, name: str, code: str) -> None:
        tell(messages.DECISION_REFUSED, code=code)

        def forget() -> None:
            with disk_errors():
                decisions.forget(self._places, name)

        await in_thread(forget)

    async def _look_at_held(self) -> None:
        files = await in_thread(self._files)
        held = [one for one in self._ledger.in_state(State.HELD) if one.shown and not self._courier.carries(one.id)]
        now = self._clocks.steady()
        unfinished = self._ledger.unfinished()
        names = {folded(held_name(one)) for one in (*held, *unfinished)}
        leaving = {one.size for one in unfinished if one.shown}  # what they were decided by may have any name
        files = tuple(file for file in files if folded(file.path.name) in names or not _is_letter(file))
        self._first_seen = {file: self._first_seen.get(file, now) for file in files if file.decides}
        self._refused &= {*files}
        there = await self._parcels_of(files, held)
        for file, parcel in there.items():
            if file.decides:
                await self._decide(file, parcel, now)
        for file in self._first_seen:
            if file in there:
                continue
            if any(file.named(held_name(one)) for one in held):
                await self._refuse(file, "changed", now)
            elif folded(file.path.name) not in names and file.fingerprint.size not in leaving:
                await self._refuse(file, "unknown", now)
        self._notice_missing(held, {parcel.id for parcel in there.values()}, files, now)

    async def _parcels_of(self, files: tuple[HeldFile, ...], held: list[Parcel]) -> dict[HeldFile, Parcel]:
        """Which files hold a parcel's very bytes: those of its name first, then those that people renamed."""
        found: dict[HeldFile, Parcel] = {}
        sizes = {parcel.size for parcel in held}
        names = {folded(held_name(parcel)) for parcel in held}
        for file in sorted(files, key=lambda file: folded(file.path.name) not in names):
            if file.fingerprint.size not in sizes:
                continue
            in_place = not file.decides
            namesake = next((one for one in held if file.named(held_name(one))), None)
            if in_place and namesake is not None:
                found[file] = namesake  # nobody asks anything: no need to read it at each look
                continue
            digest = await self._people.digest(HELD / file.path)
            same = [one for one in held if one.digest == digest]
            if namesake in same:
                found[file] = namesake
            elif same:
                # Of several with the same bytes each renamed copy is another one's, as far as they go.
                found[file] = next((one for one in same if one not in found.values()), same[0])
        return found

    async def _decide(self, file: HeldFile, parcel: Parcel, now: datetime) -> None:
        if file.rejected:
            self._feed(file, parcel, Rejected(SOMEBODY, f"{MOVED_IN}（{REJECTED}）"))
        elif not parcel.releasable:
            await self._refuse(file, "never", now)
        elif (person := self._person(file)) is None:
            await self._refuse(file, "nobody", now)
        else:
            self._feed(file, parcel, Released(person, f"{MOVED_IN}（{APPROVED}）"))

    def _person(self, file: HeldFile) -> str | None:
        """Who released: the one whose folder it is, or the only one who may."""
        if not file.person:
            return self._releasers[0] if len(self._releasers) == 1 else None
        return file.person if file.person in self._releasers else None

    def _feed(self, file: HeldFile, parcel: Parcel, event: Event) -> None:
        if (self._places.held / file.path).exists():
            self._courier.feed(parcel, event)

    async def _refuse(self, file: HeldFile, code: str, now: datetime) -> None:
        """Say once why a file in 承認 or 却下 decides nothing; one that is still being copied gets its time."""
        if file in self._refused or now - self._first_seen.get(file, now) < self._pace.settle:
            return
        await self._notes.not_decided(HELD / file.path, _REFUSALS[code])
        tell(messages.DECISION_REFUSED, code=code)
        self._refused.add(file)

    def _notice_missing(self, held: list[Parcel], there: set[str], files: tuple[HeldFile, ...], now: datetime) -> None:
        """A copy that is nowhere in 保留 for a while was taken out by people. A changed one is still there."""
        missing = {
            parcel.id: parcel
            for parcel in held
            if parcel.id not in there
            and Hold.VIRUS not in parcel.reasons
            and not any(file.named(held_name(parcel)) for file in files)
        }
        self._missing_since = {one: self._missing_since.get(one, now) for one in missing}
        for parcel_id, since in list(self._missing_since.items()):
            if now - since >= max(self._pace.settle, self._pace.retry_first):
                del self._missing_since[parcel_id]
                self._courier.feed(missing[parcel_id], Withdrawn())

    def _files(self) -> tuple[HeldFile, ...]:
        with disk_errors():
            return held_files(self._places.held)

    def _decisions(self) -> tuple[Decision | str, ...]:
        with disk_errors():
            return decisions.read(self._places)


def _is_letter(file: HeldFile) -> bool:
    """Whether it is called as our notes are. A held file may be called so too: its name is known."""
    return file.path.suffix.casefold() == ".txt"
