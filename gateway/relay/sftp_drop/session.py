"""One SFTP session: a request at a time, in the order they came, each answered before the next is looked at.

Knows packets and the people's tree; not SSH, and no socket. `answer` may take as long as the disk; whoever calls it bounds what
waits behind it.
"""

import os
from stat import S_ISDIR

from gateway.claims.names import is_temporary
from gateway.relay.sftp_drop import packets as sftp
from gateway.relay.sftp_drop.disk import Disk
from gateway.relay.sftp_drop.handles import Handle, Opened, OpenFile, OpenFolder, OpenUpload
from gateway.relay.sftp_drop.limits import Limits
from gateway.relay.sftp_drop.listing import line
from gateway.relay.sftp_drop.packets import Flag, Status
from gateway.relay.sftp_drop.paths import Location, canonical, locate
from gateway.relay.sftp_drop.refusal import Refusal, denied, unsupported
from gateway.relay.sftp_drop.releasing import Releasing
from gateway.relay.sftp_drop.staging import Staging, require_name
from gateway.relay.sftp_drop.upload import Upload
from gateway.relay.sftp_drop.view import View

ENTRIES_AT_ONCE = 100
_WRITING = Flag.WRITE | Flag.APPEND | Flag.CREATE | Flag.TRUNCATE | Flag.EXCLUSIVE


class Session:
    """What one person does over one channel."""

    def __init__(
        self,
        person: str,
        *,
        view: View,
        staging: Staging,
        releasing: Releasing,
        disk: Disk,
        limits: Limits,
        opened: Opened,
    ) -> None:
        self.person = person
        self._view = view
        self._staging = staging
        self._releasing = releasing
        self._disk = disk
        self._limits = limits
        self._opened = opened
        self._handles: dict[bytes, Handle] = {}
        self._reading: OpenFile | None = None
        self._given = 0
        self._begun = False

    async def answer(self, packet: bytes) -> bytes:
        """The answer to one packet. Raises Malformed, which ends the session."""
        request = sftp.parse(packet)
        if isinstance(request, sftp.Init):
            if self._begun:
                raise sftp.Malformed
            self._begun = True
            return sftp.version()
        if not self._begun:
            raise sftp.Malformed
        try:
            return await self._answered(request)
        except Refusal as refusal:
            return sftp.status(request.id, refusal.status, str(refusal))

    def lost(self, why: str) -> None:
        """The channel is gone: what is still open was not finished, whatever its length."""
        for handle in self._handles.values():
            self._opened.remove(self.person, handle)
            match handle:
                case OpenUpload(upload):
                    self._staging.abort(upload, why)
                case OpenFile():
                    self._disk.later(handle.descriptor.close)
        self._handles.clear()

    async def _answered(self, request: sftp.Request) -> bytes:
        match request:
            case sftp.Write(number, handle, offset, data):
                await self._upload(handle).write(offset, data)
                return _done(number)
            case sftp.Read():
                return await self._read(request)
            case sftp.OnHandle():
                return await self._on_handle(request)
            case sftp.Open(number, path, flags):
                return await self._open(number, locate(path), flags)
            case sftp.OnPath():
                return await self._on_path(request)
            case sftp.Limits(number):
                return sftp.limits(number, self._limits.handles)
        raise unsupported()

    async def _on_handle(self, request: sftp.OnHandle) -> bytes:
        match request:
            case sftp.Close(number, handle):
                await self._close(handle)
                return _done(number)
            case sftp.ReadFolder(number, handle):
                return self._next_entries(number, handle)
            case sftp.StatHandle(number, handle):
                return sftp.attrs(number, self._about(handle))
            case sftp.SetHandle(number, handle, wanted):
                if wanted.owner:
                    raise denied()
                if wanted.size is not None:
                    await self._upload(handle).resize(wanted.size)
                self._about(handle)
                return _done(number)
            case sftp.Sync(number, handle):
                await self._upload(handle).sync()
                return _done(number)
        raise unsupported()

    async def _on_path(self, request: sftp.OnPath) -> bytes:
        match request:
            case sftp.RealPath(number, path):
                return sftp.names(number, [(canonical(path).encode(),) * 2 + (None,)])
            case sftp.Stat(number, path):
                return sftp.attrs(number, await self._view.about(self.person, locate(path)))
            case sftp.OpenFolder(number, path):
                self._opened.require_room(self.person)
                entries = await self._view.entries(self.person, locate(path))
                return self._given_handle(number, OpenFolder(entries))
            case sftp.Rename(number, path, to, replacing):
                await self._rename(locate(path), locate(to), replacing=replacing)
            case sftp.Remove(number, path):
                await self._remove(locate(path))
            case sftp.SetPath(number, path, wanted):
                await self._set(locate(path), wanted)
            case sftp.MakeFolder(number, path):
                await self._make_folder(locate(path))
            case sftp.RemoveFolder():
                raise denied()
        return _done(request.id)

    async def _open(self, number: int, at: Location, flags: int) -> bytes:
        self._opened.require_room(self.person)
        if flags & _WRITING:
            return self._given_handle(number, OpenUpload(await self._begin(at, flags)))
        if at.above.is_inbox and (part := self._staging.part_of(self.person, at)) is not None:
            return self._given_handle(number, OpenUpload(_engaged(part)))
        return self._given_handle(number, OpenFile(*await self._view.open(at)))

    async def _begin(self, at: Location, flags: int) -> Upload:
        """A file to write: a new one, or the person's own unfinished one."""
        if not at.above.is_inbox or at.is_inbox:
            raise denied("files are put into 請求 and its two folders only")
        if flags & Flag.APPEND:
            raise Refusal("nothing can be added to a file. write it anew")
        part = self._staging.part_of(self.person, at)
        if part is not None:
            if flags & Flag.EXCLUSIVE:
                raise Refusal("a file of this name is there already")
            if not flags & Flag.TRUNCATE:
                return _engaged(part)
            _engaged(part)
            self._staging.discard(part)
        elif not flags & Flag.CREATE:
            await self._view.about(self.person, at)  # NO_SUCH_FILE goes first
            raise denied("this file was taken already. write it anew under its name to send it once more")
        require_name(at.name)
        await self._require_free(at, anew=bool(flags & Flag.TRUNCATE) and not flags & Flag.EXCLUSIVE)
        return await self._staging.begin(self.person, at)

    async def _require_free(self, at: Location, *, anew: bool) -> None:
        """Raises Refusal if the name is not free. `anew`: a file that was taken does not keep it from the next sending."""
        if is_temporary(at.name):
            return
        if await self._view.lies_there(at):
            raise Refusal("a file of this name lies there and was not taken yet. wait some seconds")
        if not anew and await self._view.taken(at) is not None:
            raise Refusal("a file of this name was taken and has not arrived yet")

    async def _close(self, name: bytes) -> None:
        handle = self._handle(name)
        match handle:
            case OpenUpload(upload) if upload.temporary:
                self._staging.rest(upload)
                self._let_go(name)
            case OpenUpload(upload):
                self._let_go(name)
                await self._staging.publish(upload, upload.at)
            case OpenFile():
                self._let_go(name)
                await self._disk.do(handle.descriptor.close)
            case OpenFolder():
                self._let_go(name)

    async def _read(self, request: sftp.Read) -> bytes:
        match self._handle(request.handle):
            case OpenFile() as file:
                if self._reading is not None and self._reading is not file:
                    self._reading.forget()
                self._reading = file
                content: bytes | memoryview = await file.read(self._disk, request.offset, request.length)
            case OpenUpload(upload):
                content = await upload.read(request.offset, min(request.length, sftp.READ_MAX_BYTES))
            case _:
                raise Refusal("this is a folder")
        if not content:
            return sftp.status(request.id, Status.EOF, "end of file")
        return sftp.data(request.id, content)

    async def _rename(self, at: Location, to: Location, *, replacing: bool) -> None:
        part = self._staging.part_of(self.person, at) if at.above.is_inbox else None
        if part is None:
            await self._releasing.move(self.person, at, to)
            return
        if not to.above.is_inbox or to.is_inbox:
            raise denied("a file that is being handed in stays in 請求")
        require_name(to.name)
        other = self._staging.part_of(self.person, to)
        if other is not None and other is not part:
            if not replacing:
                raise Refusal("a file of this name is there already")
            self._staging.discard(_engaged(other))
        if is_temporary(to.name):
            _engaged(part).at = to
            self._staging.rest(part)
            return
        await self._require_free(to, anew=replacing)
        await self._staging.publish(_engaged(part), to)

    async def _remove(self, at: Location) -> None:
        part = self._staging.part_of(self.person, at) if at.above.is_inbox else None
        if part is not None:
            self._staging.discard(_engaged(part))
            return
        await self._view.about(self.person, at)
        raise denied("what was handed in is not removed here")

    async def _set(self, at: Location, wanted: sftp.Wanted) -> None:
        """Clients set a file's times after they closed it; that changes nothing, and is no error."""
        await self._view.about(self.person, at)
        if wanted.size is not None or wanted.owner or wanted.permissions or not at.above.is_inbox or at.is_inbox:
            raise denied()

    async def _make_folder(self, at: Location) -> None:
        try:
            about = await self._view.about(self.person, at)
        except Refusal as refusal:
            raise denied("folders are ready-made: 請求, 請求/社保, 請求/国保") from refusal
        raise Refusal("it is there already" if S_ISDIR(about.mode) else "a file of this name is there already")

    def _next_entries(self, number: int, name: bytes) -> bytes:
        match self._handle(name):
            case OpenFolder(entries) if entries:
                batch, entries[:] = entries[:ENTRIES_AT_ONCE], entries[ENTRIES_AT_ONCE:]
                shown = [(os.fsencode(entry), line(entry, about), about) for entry, about in batch]
                return sftp.names(number, shown)
            case OpenFolder():
                return sftp.status(number, Status.EOF, "end of folder")
        raise Refusal("this is not a folder")

    def _about(self, name: bytes) -> sftp.Attributes:
        match self._handle(name):
            case OpenUpload(upload):
                return upload.about
            case OpenFile() as file:
                return file.about
        raise Refusal("this is a folder")

    def _upload(self, name: bytes) -> Upload:
        handle = self._handle(name)
        if not isinstance(handle, OpenUpload):
            raise denied("this is not open for writing")
        return handle.upload

    def _handle(self, name: bytes) -> Handle:
        try:
            return self._handles[name]
        except KeyError:
            raise Refusal("no such handle") from None

    def _let_go(self, name: bytes) -> None:
        handle = self._handles.pop(name)
        self._opened.remove(self.person, handle)
        if self._reading is handle:
            self._reading = None

    def _given_handle(self, number: int, handle: Handle) -> bytes:
        self._opened.add(self.person, handle)
        self._given += 1
        name = b"%d" % self._given
        self._handles[name] = handle
        return sftp.handle(number, name)


def _engaged(part: Upload) -> Upload:
    """An unfinished file for one more use. Raises Refusal while another handle has it."""
    if part.in_use:
        raise Refusal("this file is still being written")
    part.in_use = True
    return part


def _done(number: int) -> bytes:
    return sftp.status(number, Status.OK)
