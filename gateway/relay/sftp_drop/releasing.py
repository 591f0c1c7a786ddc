"""Deciding about a held file over SFTP: who may release moves it from 保留 into 承認 or 却下, and the relay hears it there.

Here the gateway knows who moves. Whatever folder of 承認 is named, the file goes into the mover's own; another's is refused.
"""

import os
from collections.abc import Collection

from gateway.relay import durable
from gateway.relay.places import APPROVED, HELD, REJECTED, Places
from gateway.relay.sftp_drop.disk import Disk
from gateway.relay.sftp_drop.paths import Folder, Location
from gateway.relay.sftp_drop.refusal import denied
from gateway.relay.sftp_drop.staging import require_name


class Releasing:
    """Moves within 保留. `releasers` have a folder of their own in 承認."""

    def __init__(self, places: Places, disk: Disk, releasers: Collection[str]) -> None:
        self._places = places
        self._disk = disk
        self._releasers = releasers

    async def move(self, person: str, at: Location, to: Location) -> None:
        """Move a held file. Raises Refusal."""
        if at.folder is not Folder.HELD or to.folder is not Folder.HELD or len(at.below) != 1:
            raise denied("only a file held in 保留 is moved, and only into 承認 or 却下")
        if person not in self._releasers:
            raise denied("only a person who may release moves what is held")
        folder = _into(person, to.below)
        require_name(to.name)

        def work() -> None:
            root = durable.open_root(self._places.root)
            try:
                with (
                    durable.folder(root, HELD.parts) as here,
                    durable.folder(root, (*HELD.parts, *folder)) as there,
                ):
                    os.close(
                        durable.open_existing(here, at.name)
                    )  # a file; a folder's or a link's name stays where it is
                    durable.publish(here, at.name, there, to.name)
            finally:
                os.close(root)

        await self._disk.do(work)


def _into(person: str, below: tuple[str, ...]) -> tuple[str, ...]:
    match below:
        case (folder, _) if folder == REJECTED:
            return (REJECTED,)
        case (folder, _) if folder == APPROVED:
            return (APPROVED, person)
        case (folder, name, _) if folder == APPROVED and name == person:
            return (APPROVED, person)
    raise denied("a held file is moved into 承認, 承認/ and your own name, or 却下")
