"""Taking away what we put in front of people and onto the terminal: only what is still ours, byte for byte.

A file that people changed is theirs and stays. Every function may be asked again after it broke off.
"""

import os
from pathlib import PurePosixPath

from gateway.relay import decisions, durable
from gateway.relay.disk_errors import disk_errors
from gateway.relay.held_files import HeldFile, held_files
from gateway.relay.notes import held_name, held_note_of, name_before_held, refusal_of, rejected_note_of
from gateway.relay.ours import remove_copy, remove_letter
from gateway.relay.parcel import Direction, Parcel
from gateway.relay.places import DELIVERED, HELD, RETURNS, Places
from gateway.relay.route import Route
from gateway.relay.threads import in_thread


class Clearing:
    """Removes through the shelves of `route`. Raises ShelfError, DiskLied."""

    def __init__(self, places: Places, route: Route) -> None:
        self._places = places
        self._route = route

    async def unshow(self, parcel: Parcel) -> int:
        """Take a parcel out of 保留, wherever in it people moved it and whatever they called it, and the decision with it.

        Returns how many files stay that bear its name.
        """
        files = await self._held()
        named = [file for file in files if file.named(held_name(parcel))]
        kept = len(named) - await self._remove_copies(named, parcel)
        # One by which somebody decided must not decide again, of this parcel or of one with the same bytes.
        renamed = [file for file in files if _may_be_renamed(file, parcel) and (file.decides or not named)]
        await self._remove_copies(renamed, parcel)
        await self._remove_letters(held_note_of(parcel).name)
        await in_thread(lambda: self._forget_decision(parcel.id))
        await in_thread(self._settle_held)
        return kept

    async def take_back(self, parcel: Parcel) -> None:
        """Before a parcel is laid into 保留 anew: what lies in 承認 or 却下 of it was said of an earlier time."""
        name = held_name(parcel)
        deciding = [file for file in await self._held() if file.decides]
        said = [file for file in deciding if file.named(name) or _may_be_renamed(file, parcel)]
        if await self._remove_copies(said, parcel):
            await in_thread(self._settle_held)

    async def _remove_copies(self, files: list[HeldFile], parcel: Parcel) -> int:
        """Remove those that hold the parcel's very bytes, with what we wrote beside them. Returns how many went."""
        gone = 0
        for file in files:
            if await remove_copy(self._route.people, HELD / file.path, parcel.digest):
                await remove_letter(self._route.people, refusal_of(HELD / file.path))
                gone += 1
        return gone

    async def erase_placed(self, parcel: Parcel) -> int:
        """Remove the parcel's files from 配達済み, 返戻, 保留 and the terminal. Returns how many stay because people changed them."""
        if not parcel.arrived:
            await self._remove_letters(rejected_note_of(parcel).name)
            return await self.unshow(parcel)
        if parcel.duplicate or parcel.target is None:
            return 0  # its note lies with the first delivery's files, and goes with them
        match parcel.direction:
            case Direction.CLAIM:
                gone = await remove_copy(self._route.terminal, self._route.final(parcel), parcel.digest)
                return (not gone) + await self._clear_folder(DELIVERED / parcel.target, parcel.digest)
            case Direction.RETURN:
                return await self._clear_folder(RETURNS / parcel.target, parcel.digest)

    async def _clear_folder(self, copy: PurePosixPath, digest: str) -> int:
        """Remove a copy; its letters and its folders once no other file lies there."""
        people = self._route.people
        gone = await remove_copy(people, copy, digest)
        left = await people.list(copy.parent)
        if all(entry.path.suffix == ".txt" for entry in left):
            for entry in left:
                await remove_letter(people, entry.path)
        for folder in (copy.parent, *copy.parent.parents[:2]):
            await people.remove_folder(folder)
        return not gone

    async def _remove_letters(self, name: str) -> None:
        """Remove our letter of this name, wherever in 保留 people moved it."""
        for file in await self._held():
            if file.named(name):
                await remove_letter(self._route.people, HELD / file.path)

    async def _held(self) -> tuple[HeldFile, ...]:
        def look() -> tuple[HeldFile, ...]:
            with disk_errors():
                return held_files(self._places.held)

        return await in_thread(look)

    def _settle_held(self) -> None:
        """What is gone from 保留 stays gone: an approved file that a power cut brings back would be released anew."""
        with disk_errors():
            root = durable.open_root(self._places.held)
            try:
                durable.sync_below(root)
            finally:
                os.close(root)

    def _forget_decision(self, parcel_id: str) -> None:
        with disk_errors():
            decisions.forget(self._places, parcel_id)


def _may_be_renamed(file: HeldFile, parcel: Parcel) -> bool:
    """Whether its bytes are worth a look: as many as the parcel's, under a name that is no held parcel's."""
    return file.fingerprint.size == parcel.size and name_before_held(file.path.name) is None
