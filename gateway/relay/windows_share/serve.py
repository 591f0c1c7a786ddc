"""The share as one process: makes its configuration and accounts, runs smbd, listens to it, follows the site file."""

import asyncio
import contextlib
import os
import pwd
import secrets
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from gateway.journal import tell
from gateway.journal.notify import notify, watchdog_interval_s
from gateway.relay import durable
from gateway.relay.drop_use import Door, DropUse
from gateway.relay.errors import RelayRefused
from gateway.relay.room import has_names, has_room
from gateway.relay.windows_share import messages, samba_tools
from gateway.relay.windows_share.audit import Came, Done, Heard, LogonRefused, hear
from gateway.relay.windows_share.configuration import configuration
from gateway.relay.windows_share.declared import Declared, passwords
from gateway.relay.windows_share.echo import Echo
from gateway.relay.windows_share.place import SharePlace
from gateway.relay.windows_share.smbd import Smbd
from gateway.site.errors import SiteFileError

KEY_BYTES = 32
LOOK_EVERY_S = 1.0
"""How often the disk is looked at: a gigabit line fills half of the relay's reserve meanwhile."""
REOPEN_BYTES = 64 << 20
"""So much beyond the reserve must be free before the share opens for writing again."""
GUESSES_MOST, GUESSES_MIN = 10, 10
"""Wrong passwords until an account stays shut, and for how many minutes."""
UNKNOWN = "an unknown account"


class SmbdEnded(Exception):
    """smbd ended by itself: one line."""


def run(read: Callable[[], Declared], site_folder: Path, place: SharePlace) -> None:
    """Serve until SIGTERM or SIGINT; SIGHUP calls `read` again. Raises RelayRefused before smbd runs, SmbdEnded later."""
    asyncio.run(Share(read, site_folder, place).serve())


class Share:
    """The running share."""

    def __init__(self, read: Callable[[], Declared], site_folder: Path, place: SharePlace) -> None:
        self._read = read
        self._site_folder = site_folder
        self._place = place
        self._declared = read()
        self._writable = True
        self._echo = Echo()
        self._key = b""
        self._use = DropUse(place.use, Door.SHARE, ())

    async def serve(self) -> None:
        """See run."""
        stopping, changed = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        loop.add_signal_handler(signal.SIGHUP, changed.set)
        await asyncio.to_thread(self._prepare)
        self._use = DropUse(self._place.use, Door.SHARE, (one.person for one in self._declared.people))
        self._smbd = await self._start()
        listening = asyncio.create_task(self._listen(self._smbd))
        tell(messages.STARTED, people=len(self._declared.people))
        notify("READY=1")
        interval = min(LOOK_EVERY_S, watchdog_interval_s() or LOOK_EVERY_S)
        try:
            while not stopping.is_set():
                if changed.is_set():
                    changed.clear()
                    listening = await self._follow(listening)
                listening = await self._watch_room(listening)
                if listening.done():
                    raise SmbdEnded(
                        "smbd ended by itself. it is started again by systemd; if it goes on, call the vendor"
                    )
                self._use.write()
                self._place.alive.touch()
                notify("WATCHDOG=1")
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(interval):
                        await _first(stopping, changed, listening)
        finally:
            notify("STOPPING=1")
            await self._smbd.stop()
            await listening
            self._use.write()
            self._place.alive.unlink(missing_ok=True)
        tell(messages.STOPPED)

    def _prepare(self) -> None:
        """Folders, configuration and accounts, before smbd runs. Blocking. Raises RelayRefused."""
        try:
            for folder in (*self._place.folders.values(), self._place.run / "log"):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._key = _key(self._place.key)
            _require_folders(self._place, self._declared)
            self._configure(self._declared)
        except OSError as error:
            raise RelayRefused(f"{error.filename}: {os.strerror(error.errno or 0)}. see the share's unit") from error

    def _configure(self, declared: Declared) -> None:
        """Passwords first: they are what may be missing. The new configuration replaces the old one when testparm took it."""
        known = passwords(declared.people, self._site_folder)
        owner = pwd.getpwuid(os.geteuid()).pw_name
        text = configuration(declared.drop, declared.lan, self._place, owner, writable=self._writable)
        final = self._place.configuration
        half = final.with_suffix(".new")
        half.unlink(missing_ok=True)
        with durable.new_file(half) as write:
            write(text.encode())
        samba_tools.require_right(half)
        half.replace(final)
        samba_tools.limit_guessing(final, GUESSES_MOST, GUESSES_MIN)
        for logon in set(samba_tools.accounts(final)) - set(known):
            samba_tools.forget(final, logon)
        for logon, password in known.items():
            samba_tools.set_password(final, logon, password)

    async def _follow(self, listening: asyncio.Task[None]) -> asyncio.Task[None]:
        """Do what the site file says now, or say why not."""
        before = self._declared
        try:
            now = await asyncio.to_thread(self._read)
            _require_folders(self._place, now)
            await asyncio.to_thread(self._configure, now)
        except (RelayRefused, SiteFileError, OSError) as error:
            tell(messages.NOT_RELOADED, cause=str(error).splitlines()[0])
            return listening
        self._declared = now
        if now.cuts(before):
            listening = await self._restart(listening)
        else:
            self._smbd.reload()
        tell(messages.RELOADED, people=len(now.people))
        return listening

    async def _watch_room(self, listening: asyncio.Task[None]) -> asyncio.Task[None]:
        """Samba has no quota: below the relay's reserve the share only reads, so that nobody fills the ledger's disk."""
        people = self._place.people
        wanted = has_room(people, 0 if self._writable else REOPEN_BYTES) and has_names(people)
        if wanted == self._writable:
            return listening
        self._writable = wanted
        # It ends before Samba's tools run: while they did, which was seconds on a busy box, a line would fill the reserve.
        await self._smbd.stop()
        await asyncio.to_thread(self._configure, self._declared)
        listening = await self._restart(listening)
        tell(messages.ROOM if wanted else messages.FULL)
        return listening

    async def _restart(self, listening: asyncio.Task[None]) -> asyncio.Task[None]:
        """Connections keep the rights they began with, so they end; Windows connects anew by itself."""
        await self._smbd.stop()
        await listening
        self._smbd = await self._start()
        return asyncio.create_task(self._listen(self._smbd))

    async def _start(self) -> Smbd:
        return await Smbd.start(self._place.configuration, len(self._declared.lan.addresses))

    async def _listen(self, smbd: Smbd) -> None:
        async for line in smbd.lines():
            heard = hear(line, self._place, self._key)
            if heard is not None:
                self._note(heard, datetime.now(UTC))

    def _note(self, heard: Heard, now: datetime) -> None:
        person = next((one.person for one in self._declared.people if one.logon == heard.logon), None)
        match heard:
            case LogonRefused(address=address, cause=cause):
                account = UNKNOWN if person is None else heard.logon  # whatever was typed there stays unsaid
                if self._echo.first((account, address, cause), now):
                    tell(messages.LOGON_REFUSED, address=address, account=account, cause=cause)
            case Came(address=address, ended=ended) if person is not None:
                (self._use.went if ended else self._use.came)(person, now)
                tell(messages.WENT if ended else messages.CAME, account=heard.logon, address=address)
            case Done(address=address, deed=deed, where=where, name=name, refused=refused) if person is not None:
                self._use.did(person, now)
                if self._echo.first((heard.logon, deed, where, name, refused), now):
                    message = messages.DENIED if refused else messages.DONE
                    tell(message, account=heard.logon, address=address, deed=deed, folder=where, object=name)


async def _first(stopping: asyncio.Event, changed: asyncio.Event, listening: asyncio.Task[None]) -> None:
    waits = [asyncio.create_task(stopping.wait()), asyncio.create_task(changed.wait())]
    try:
        await asyncio.wait((*waits, listening), return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _require_folders(place: SharePlace, declared: Declared) -> None:
    """The relay makes the people's folders; a share without them would offer nothing, or the wrong thing."""
    wanted = [place.people, *(place.approvals / one.person for one in declared.people if one.may_release)]
    for folder in wanted:
        if not folder.is_dir():
            raise RelayRefused(
                f"{folder}: is not there. start claim-gateway-relay first: it makes the people's folders"
            )


def _key(file: Path) -> bytes:
    if not file.exists():
        with durable.new_file(file) as write:
            write(secrets.token_bytes(KEY_BYTES))
    return file.read_bytes()
