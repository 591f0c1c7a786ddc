"""Listening, letting in, and throwing out: the drop server's own event loop, in a thread of its own.

The relay's loop never waits for it: what SSH costs is paid here, what the disk costs in the threads of `disk.py`.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address

import asyncssh

from gateway.journal import tell
from gateway.relay.clock import Clocks
from gateway.relay.drop_use import DropUse
from gateway.relay.durable import DiskLied
from gateway.relay.places import Places
from gateway.relay.sftp_drop import messages, ssh
from gateway.relay.sftp_drop.disk import Disk
from gateway.relay.sftp_drop.door import Door
from gateway.relay.sftp_drop.handles import Opened
from gateway.relay.sftp_drop.host_keys import HostKeyUnsafe, host_keys
from gateway.relay.sftp_drop.keys import Key, KeysUnreadable, People
from gateway.relay.sftp_drop.limits import Limits
from gateway.relay.sftp_drop.releasing import Releasing
from gateway.relay.sftp_drop.session import Session
from gateway.relay.sftp_drop.ssh import Visitor
from gateway.relay.sftp_drop.staging import Reception, Staging
from gateway.relay.sftp_drop.turned_away import TurnedAway
from gateway.relay.sftp_drop.view import View
from gateway.relay.smb_line import USER_TIMEOUT_MS

BACKLOG = 64
RETRY_S = 5.0  # an address may not be on its port yet; a card may be unplugged
SWEEP_S = 1.0
IpAddress = IPv4Address | IPv6Address


class Server:
    """One life of the drop server. `run` in a loop of its own; `stop` from any thread."""

    def __init__(
        self,
        *,
        addresses: tuple[IpAddress, ...],
        port: int,
        post_quantum_only: bool,
        people: People,
        releasers: tuple[str, ...],
        places: Places,
        use: DropUse,
        limits: Limits,
        reception: Reception,
        clocks: Clocks,
        lied: Callable[[DiskLied], None],
    ) -> None:
        self._addresses = addresses
        self._port = port
        self._post_quantum_only = post_quantum_only
        self._people = people
        self._places = places
        self._use = use
        self._limits = limits
        self._clocks = clocks
        self._door = Door(limits)
        self._turned_away = TurnedAway()
        self._disk = Disk(limits.disk, lied)
        self._staging = Staging(places.spool, self._disk, limits, reception, clocks.steady)
        self._view = View(places, self._disk, self._staging)
        self._opened = Opened(limits.handles, limits.entries)
        self._releasing = Releasing(places, self._disk, releasers)
        self._visitors: dict[asyncio.Task[None], Visitor] = {}
        self._told_keys: set[str] = set()

    async def run(self) -> None:
        """Serve until cancelled."""
        try:
            offered = await ssh.options(
                await self._host_keys(), self._limits, post_quantum_only=self._post_quantum_only
            )
            async with asyncio.TaskGroup() as group:
                for address in self._addresses:
                    group.create_task(self._listen(address, offered))
                group.create_task(self._keep_house())
        finally:
            for visitor in self._visitors.values():
                visitor.end("stopped")
            if self._visitors:
                await asyncio.wait(self._visitors, timeout=RETRY_S)
            self._disk.close()

    async def _host_keys(self) -> tuple[asyncssh.SSHKey, ...]:
        told = ""
        while True:
            try:
                return await asyncio.to_thread(host_keys, self._places.root)
            except (HostKeyUnsafe, OSError) as error:
                cause = str(error) if isinstance(error, HostKeyUnsafe) else _why(error)
                if cause != told:
                    tell(messages.NOT_LISTENING, address="any address", port=self._port, cause=cause)
                    told = cause
                await asyncio.sleep(RETRY_S)

    async def _listen(self, address: IpAddress, offered: asyncssh.SSHServerConnectionOptions) -> None:
        told = ""
        while True:
            try:
                with _listening(address, self._port) as listener:
                    tell(messages.LISTENS, address=address, port=self._port)
                    told = ""
                    await self._accept(listener, offered)
            except OSError as error:
                if (cause := _why(error)) != told:
                    tell(messages.NOT_LISTENING, address=address, port=self._port, cause=cause)
                    told = cause
                await asyncio.sleep(RETRY_S)

    async def _accept(self, listener: socket.socket, offered: asyncssh.SSHServerConnectionOptions) -> None:
        loop = asyncio.get_running_loop()
        while True:
            sock, peer = await loop.sock_accept(listener)
            address = str(peer[0])
            reason = self._door.knock(address, self._clocks.steady())
            if reason is not None:
                sock.close()
                self._turned_away.turned(address, reason)
                continue
            visitor = Visitor(
                address,
                self._limits,
                keys_of=self._keys_of,
                session_of=self._session_of,
                now=self._clocks.steady,
            )
            task = asyncio.create_task(self._host(sock, offered, visitor))
            self._visitors[task] = visitor
            task.add_done_callback(self._visitors.pop)

    async def _host(self, sock: socket.socket, offered: asyncssh.SSHServerConnectionOptions, visitor: Visitor) -> None:
        """One connection from its first byte to its end."""
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
            connection = await ssh.serve(sock, offered, visitor)
        except Exception:  # noqa: BLE001  # a stranger's bytes decide what the library raises; each is one failure, counted below
            connection = None
        person = visitor.person
        if connection is None or person is None:
            sock.close()
            self._door.failed(visitor.address, self._clocks.steady())
            self._turned_away.failed(visitor.address)
            return
        self._door.entered(visitor.address)
        tell(messages.CAME, person=person, address=visitor.address, fingerprint=visitor.fingerprint)
        self._use.came(person, self._clocks.wall())
        try:
            await connection.wait_closed()
        finally:
            self._door.left(visitor.address)
            self._use.went(person, self._clocks.wall())
            tell(messages.WENT, person=person, address=visitor.address, why=visitor.why_closed)

    async def _keep_house(self) -> None:
        """Throw out who rests too long, forget files nobody finished, tell what came to nothing."""
        while True:
            now = self._clocks.steady()
            for visitor in tuple(self._visitors.values()):
                if visitor.person is not None and now - visitor.active_since > self._limits.idle:
                    visitor.end("idle")
            self._staging.sweep()
            self._turned_away.told(now)
            with suppress(OSError):
                await asyncio.to_thread(self._use.write)
            await asyncio.sleep(SWEEP_S)

    async def _keys_of(self, logon: str) -> tuple[str | None, tuple[Key, ...]]:
        person = self._people.name_of(logon)
        try:
            keys = await asyncio.to_thread(self._people.keys_of, logon)
        except KeysUnreadable as error:
            if person is not None and str(error) not in self._told_keys:
                self._told_keys.add(str(error))
                tell(messages.KEYS_UNREADABLE, person=person, cause=str(error))
            return person, ()
        return person, keys

    def _session_of(self, person: str) -> Session:
        self._use.did(person, self._clocks.wall())
        return Session(
            person,
            view=self._view,
            staging=self._staging,
            releasing=self._releasing,
            disk=self._disk,
            limits=self._limits,
            opened=self._opened,
        )


def _listening(address: IpAddress, port: int) -> socket.socket:
    """A socket that listens on this address and no other. Raises OSError."""
    listener = socket.socket(socket.AF_INET if address.version == 4 else socket.AF_INET6, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if address.version == 6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        listener.settimeout(0)
        listener.bind((str(address), port))
        listener.listen(BACKLOG)
    except BaseException:
        listener.close()
        raise
    return listener


def _why(error: OSError) -> str:
    return os.strerror(error.errno) if error.errno else type(error).__name__
