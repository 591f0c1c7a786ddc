"""What people are handing in: files being written, files under temporary names, and those that were handed in just now.

A file belongs to its person, not to a connection: clients close it over one and rename it over another. A file that is still
open when its connection ends is discarded; nothing but a close, or a rename of a closed one, ever publishes.
"""

import asyncio
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from gateway.claims.names import folded, name_trouble
from gateway.journal import tell
from gateway.relay.sftp_drop import messages
from gateway.relay.sftp_drop.disk import Disk
from gateway.relay.sftp_drop.limits import Limits
from gateway.relay.sftp_drop.paths import Location
from gateway.relay.sftp_drop.refusal import Refusal, Unanswered, denied
from gateway.relay.sftp_drop.upload import Offer, Upload

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OnTheWay:
    """A file that was taken out of 請求 and has not arrived: its bytes are `id` in the spool."""

    id: str
    at: Location
    size: int
    since: datetime
    key: str = field(init=False)
    """Its name as Windows compares names."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", folded(self.at.name))


class Reception(Protocol):
    """The relay's own loop, as seen from the drop server's."""

    async def accept(self, offer: Offer) -> None:
        """Take the upload into ledger and spool, durably. Raises Refusal, and then nothing was taken."""

    async def on_the_way(self) -> tuple[OnTheWay, ...]:
        """Every claim that is being carried."""


class Staging:
    """All uploads of all people. `now` is a steady clock."""

    def __init__(
        self, spool: Path, disk: Disk, limits: Limits, reception: Reception, now: Callable[[], datetime]
    ) -> None:
        self._spool = spool
        self._disk = disk
        self._limits = limits
        self._reception = reception
        self._now = now
        self._uploads: dict[str, Upload] = {}
        self._handed_in: dict[str, tuple[OnTheWay, datetime]] = {}
        self._today: Counter[str] = Counter()
        self._today_since = now()

    async def begin(self, person: str, at: Location) -> Upload:
        """A new file. Raises Refusal."""
        require_name(at.name)
        mine = sum(upload.person == person for upload in self._uploads.values())
        if mine >= self._limits.uploads:
            raise Refusal("too many unfinished files. finish some first")
        if self._handed_in_today(person) >= self._limits.files_a_day:
            raise Refusal("too many files today. ask the vendor")
        upload = Upload(uuid.uuid4().hex, person, at, spool=self._spool, disk=self._disk, grows=self._require_space)
        self._uploads[upload.id] = upload
        try:
            await upload.begin()
        except BaseException:
            self.discard(upload)
            raise
        return upload

    def _require_space(self, size: int, wanted: int) -> None:
        """Raises Refusal if a file of `size` bytes may not become `wanted` bytes long."""
        if wanted > self._limits.file_bytes:
            raise Refusal(f"the file is bigger than {self._limits.file_bytes >> 20} MiB")
        staged = sum(upload.size for upload in self._uploads.values())
        if staged + wanted - size > self._limits.staged_bytes:
            raise Refusal("too much is being handed in at once. try again later")

    def part_of(self, person: str, at: Location) -> Upload | None:
        """The person's file of this name that is not finished."""
        wanted = (at.above, folded(at.name))
        return next((one for one in self._parts(person) if (one.at.above, folded(one.at.name)) == wanted), None)

    def parts_in(self, person: str, folder: Location) -> Iterator[Upload]:
        """The person's unfinished files in a folder."""
        return (one for one in self._parts(person) if one.at.above == folder)

    async def on_the_way(self) -> tuple[OnTheWay, ...]:
        """What was taken and is still shown: what the relay carries, and what was handed in just now."""
        carried = await self._reception.on_the_way()
        return tuple({one.id: one for one in (*self._lingering(), *carried)}.values())

    def rest(self, upload: Upload) -> None:
        """A file under a temporary name was closed: it waits for its final one."""
        upload.in_use = False
        upload.rested_since = self._now()

    async def publish(self, upload: Upload, at: Location) -> None:
        """Hand the file in under its final name; once this returns, it is the relay's. Raises Refusal.

        Goes on when the client goes away meanwhile: what the ledger was asked is not taken back.
        """
        require_name(at.name)
        upload.at, before = at, upload.at
        upload.in_use = True
        self._uploads.pop(upload.id, None)
        refusal = await asyncio.shield(asyncio.ensure_future(self._published(upload, before)))
        if refusal is not None:
            raise refusal

    async def _published(self, upload: Upload, before: Location) -> Refusal | None:
        try:
            await self._publish(upload)
        except Refusal as refusal:
            tell(messages.UPLOAD_REFUSED, person=upload.person, size=upload.size, cause=str(refusal))
            # A rename that failed leaves the file where it was, unless the relay may have it by now.
            if before != upload.at and not isinstance(refusal, Unanswered):
                upload.at = before
                self._uploads[upload.id] = upload
                self.rest(upload)
            else:
                upload.discard()
            return refusal
        return None

    async def _publish(self, upload: Upload) -> None:
        offer = await upload.finish()
        await self._reception.accept(offer)
        self._today[upload.person] += 1
        taken = OnTheWay(offer.id, offer.at, offer.size, datetime.now().astimezone())
        self._handed_in[offer.id] = (taken, self._now())
        tell(messages.UPLOADED, person=offer.person, parcel=offer.id, size=offer.size)

    def discard(self, upload: Upload) -> None:
        """Forget a file."""
        self._uploads.pop(upload.id, None)
        upload.discard()

    def abort(self, upload: Upload, why: str) -> None:
        """Forget a file its client did not finish, and say so."""
        if upload.id in self._uploads:
            self.discard(upload)
            tell(messages.UPLOAD_DISCARDED, person=upload.person, size=upload.size, why=why)

    def sweep(self) -> None:
        """Discard closed files that waited too long for a final name; show no more what was handed in a while ago."""
        since = self._now() - self._limits.lingers
        self._handed_in = {key: one for key, one in self._handed_in.items() if one[1] >= since}
        oldest = self._now() - self._limits.part_kept
        for upload in tuple(self._uploads.values()):
            if upload.rested_since is not None and not upload.in_use and upload.rested_since < oldest:
                self.abort(upload, "never-renamed")

    def _lingering(self) -> tuple[OnTheWay, ...]:
        """What was handed in just now, whatever became of it since."""
        return tuple(one for one, _ in self._handed_in.values())

    def _parts(self, person: str) -> Iterator[Upload]:
        return (one for one in tuple(self._uploads.values()) if one.person == person)

    def _handed_in_today(self, person: str) -> int:
        if self._now() - self._today_since >= DAY:
            self._today.clear()
            self._today_since = self._now()
        return self._today[person]


def require_name(name: str) -> None:
    """Raises Refusal for a name Windows could not hold: over a shared folder it would be held, here its owner still listens."""
    trouble = name_trouble(name)
    if trouble is not None:
        raise denied(f"{trouble}. give the file another name")
