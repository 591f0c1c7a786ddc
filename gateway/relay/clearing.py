"""Taking away what we put in front of people and onto the terminal: only what is still ours, byte for byte.

A file that people changed is theirs and stays. Every function may be asked again after it broke off.
"""

import os
from pathlib import PurePosixPath

from gateway.relay import decisions, durable
from gateway.relay.disk_errors import disk_errors
from gateway.relay.held_files import HeldFile, held_files
from gateway.relay.notes import held_name, held_note_of, refusal_of, rejected_note_of
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
        """Take a parcel out of 保留, wherever in it people moved it, and the decision with it. Returns how many files stay."""
        kept = 0
        for file in await self._held():
            if not file.named(held_name(parcel)):
                continue
            if await remove_copy(self._route.people, HELD / file.path, parcel.digest):
                await remove_letter(self._route.people, refusal_of(HELD / file.path))
            else:
                kept += 1
        await self._remove_letters(held_note_of(parcel).name)
        await in_thread(lambda: self._forget_decision(parcel.id))
        await in_thread(self._settle_held)
        return kept

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
