"""What the relay puts in front of people: 配達済み with its slips, 保留 with its reasons. Written once, whatever crashes."""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath

from gateway.claims.names import name_trouble
from gateway.relay import slip
from gateway.relay.directory import DirectoryShelf
from gateway.relay.drop import Found, Oddity
from gateway.relay.errors import Occupied
from gateway.relay.events import TargetLooked
from gateway.relay.history import entered
from gateway.relay.ledger import Ledger
from gateway.relay.ours import remove_letter
from gateway.relay.parcel import Hold, Parcel, State, folder_stamp
from gateway.relay.places import DELIVERED, HELD, REJECTED, SPOOL

REFUSED = "受け付けていません"
NOT_DELIVERED = "却下済"
_HELD_NAME = re.compile(r"(?P<stem>.+)_\d{4}-\d{4}_[0-9a-f]{6}(?P<suffix>\.[^.]+)?", re.DOTALL)
_NAME_MOST_BYTES = 255  # NAME_MAX of Linux' file systems, limits.h(0p)


class Notes:
    """Writes below the relay's folder through `people`; temporaries lie in the spool, out of sight."""

    def __init__(
        self, people: DirectoryShelf, ledger: Ledger, head: slip.Letterhead, clock: Callable[[], datetime]
    ) -> None:
        self._people = people
        self._ledger = ledger
        self._head = head
        self._clock = clock

    async def delivered(self, parcel: Parcel, copy: Path) -> None:
        """配達済み: a copy and its slip, and 差替済 beside the number this one replaces.

        The times are the ledger's: a note may be written days after the delivery, when the power is back.
        """
        final = DELIVERED / _target(parcel)
        arrival = self._arrival(parcel)
        await self._copy(parcel, copy, final)
        # Two files of one minute, of other names, may share their folder; then each slip says whose it is.
        slip_name = f"{slip.SLIP}.txt" if self._ledger.alone_in_folder(parcel) else f"{slip.SLIP}_{parcel.name}.txt"
        await self._text(parcel, slip.delivery_slip(parcel, arrival, self._head), final.with_name(slip_name))
        mark = slip.replaced_mark(parcel, arrival, self._head)
        for before in self._replaced(parcel):
            await self._text(
                parcel, mark, (DELIVERED / _target(before)).with_name(f"{slip.REPLACED}_{parcel.name}.txt")
            )

    async def duplicate(self, parcel: Parcel) -> None:
        """A note beside the copy of the first delivery: the same file came again and was not sent."""
        place = DELIVERED / _target(parcel).parent / f"同じファイル_{folder_stamp(parcel.seen_at)}_{parcel.id[:6]}.txt"
        await self._text(parcel, slip.duplicate_note(parcel, parcel.seen_at, self._head), place)

    async def show_held(self, parcel: Parcel, copy: Path) -> None:
        """保留: the file under a name that is surely free, and why it waits."""
        place = HELD / held_name(parcel)
        if Hold.VIRUS not in parcel.reasons:  # that one stays where nobody can open it
            await self._copy(parcel, copy, place)
        held_at = entered(self._ledger.steps(parcel.id), State.HELD)
        note = slip.held_note(parcel, held_at or parcel.seen_at, self._head)
        await self._people.replace_text(note, PurePosixPath(SPOOL, f"{parcel.id}.note"), held_note_of(parcel))

    async def rejected(self, parcel: Parcel) -> None:
        """保留/却下: what became of a held file that somebody said is not to be delivered."""
        rejected_at = entered(self._ledger.steps(parcel.id), State.REJECTED)
        note = slip.rejected_note(parcel, rejected_at or parcel.seen_at, self._head)
        await self._text(parcel, note, rejected_note_of(parcel))

    async def not_decided(self, moved: PurePosixPath, why: str) -> None:
        """Beside a file that was moved into 承認 or 却下 in vain."""
        note = slip.not_decided_note(moved.name, why, self._clock(), self._head)
        short = sha256(str(moved).encode("utf-8", "surrogatepass")).hexdigest()[:12]
        await self._people.replace_text(note, PurePosixPath(SPOOL, f"{short}.note"), refusal_of(moved))

    async def left_alone(self, found: Found, oddity: Oddity) -> None:
        """保留: a note about something in 請求 that is not taken. The file itself stays where it is."""
        shown = found.path.decode(errors="replace")
        note = slip.odd_note(shown, oddity, self._clock(), self._head)
        with suppress(Occupied):
            await self._people.put_text(note, PurePosixPath(SPOOL, f"{_short(found)}.note"), _left_note_of(found))

    async def not_left_any_more(self, found: Found) -> None:
        """保留: the note goes when what it speaks of is taken after all."""
        await remove_letter(self._people, _left_note_of(found))

    def _arrival(self, parcel: Parcel) -> slip.Arrival:
        """When it arrived. If the answer was lost we know only that it was after the rename was asked for."""
        steps = self._ledger.steps(parcel.id)
        delivered = next(step for step in steps if step.state is State.DELIVERED)
        if delivered.event != TargetLooked.__name__:
            return slip.Arrival(delivered.at)
        asked = [step.at for step in steps if (step.state, step.attempt) == (State.RENAMING, delivered.attempt)]
        return slip.Arrival(delivered.at, min(asked, default=None))

    def _replaced(self, parcel: Parcel) -> Iterator[Parcel]:
        """The newest earlier number that was delivered, and those after it that are still on their way; none held."""
        before = self._ledger.number_before(parcel)
        while before is not None:
            if before.state.moving or before.arrived:
                yield before
            if before.arrived:
                return
            before = self._ledger.number_before(before)

    async def _copy(self, parcel: Parcel, source: Path, final: PurePosixPath) -> None:
        temporary = PurePosixPath(SPOOL, f"{parcel.id}.copy")
        await self._people.remove(temporary)
        verified = await self._people.put_verified(source, temporary, parcel.digest)
        try:
            await verified.publish(final)
        except Occupied:
            # The name is this parcel's alone: an earlier try got this far.
            await self._people.keep(final.parent)
            await self._people.remove(temporary)

    async def _text(self, parcel: Parcel, text: str, final: PurePosixPath) -> None:
        temporary = PurePosixPath(SPOOL, f"{parcel.id}.note")
        try:
            await self._people.put_text(text, temporary, final)
        except Occupied:
            await self._people.keep(final.parent)
            await self._people.remove(temporary)


def held_name(parcel: Parcel) -> str:
    """`RECEIPTC_1108-2310_3f2a91.UKE`: the moment it was seen and the parcel's id keep it apart from its namesakes."""
    name = PurePosixPath("読めない名前" if name_trouble(parcel.name) is not None else parcel.name)
    return f"{name.stem}_{folder_stamp(parcel.seen_at)}_{parcel.id[:6]}{name.suffix}"


def name_before_held(name: str) -> str | None:
    """What a file called as `held_name` calls them was called before; None for one that is not called so."""
    found = _HELD_NAME.fullmatch(name)
    return f"{found['stem']}{found['suffix'] or ''}" if found else None


def held_note_of(parcel: Parcel) -> PurePosixPath:
    """Where the note on a held parcel lies."""
    return HELD / f"{held_name(parcel)}.txt"


def rejected_note_of(parcel: Parcel) -> PurePosixPath:
    """Where the note on a rejected parcel lies."""
    return HELD / REJECTED / f"{NOT_DELIVERED}_{held_name(parcel)}.txt"


def refusal_of(moved: PurePosixPath) -> PurePosixPath:
    """Where the note on a file lies that was moved into 承認 or 却下 in vain. People's names may be as long as names can be."""
    name = f"{REFUSED}_{moved.name}.txt"
    if len(os.fsencode(name)) > _NAME_MOST_BYTES:
        name = f"{REFUSED}_{sha256(os.fsencode(moved.name)).hexdigest()[:12]}.txt"
    return moved.with_name(name)


def _target(parcel: Parcel) -> PurePosixPath:
    if parcel.target is None:
        raise ValueError(f"parcel {parcel.id} has no target yet")
    return parcel.target


def _left_note_of(found: Found) -> PurePosixPath:
    return HELD / f"受け取れないもの_{_short(found)}.txt"


def _short(found: Found) -> str:
    return sha256(found.path).hexdigest()[:12]
