"""The SSH side, on asyncssh: public keys or nothing, the subsystem `sftp` or nothing. What the library offers beyond is not given.

Leans on one internal of the library, `SSHServerChannel._process_env_request`: it would keep every variable a client sends.
pyproject.toml pins the version; tests/relay/sftp_drop/test_ssh.py fails if the method goes.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import asyncssh
from asyncssh.packet import SSHPacket

from gateway.relay.sftp_drop import algorithms
from gateway.relay.sftp_drop.keys import Key
from gateway.relay.sftp_drop.limits import Limits
from gateway.relay.sftp_drop.packets import Frames, Malformed

WINDOW_BYTES = 1 << 20  # of each channel; what a client may send before it is read
BACKLOG_BYTES = 1 << 19  # requests that wait for the one before them; no more is read until they are fewer
PACKET_BYTES = 1 << 15  # RFC 4253 section 6.1
KEEPALIVE_S = 60

# The library tells users and addresses at INFO and paths at DEBUG. None may be seen.
for name in ("asyncssh", "asyncssh.sftp"):
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)


class Answering(Protocol):
    """A session of the drop, whatever carries it."""

    async def answer(self, packet: bytes) -> bytes:
        """The answer to a packet. Raises Malformed."""

    def lost(self, why: str) -> None:
        """Nothing more will come."""


class Visitor(asyncssh.SSHServer):
    """One connection: who it is, since when it rests, and the sessions on it."""

    def __init__(
        self,
        address: str,
        limits: Limits,
        *,
        keys_of: Callable[[str], Awaitable[tuple[str | None, tuple[Key, ...]]]],
        session_of: Callable[[str], Answering],
        now: Callable[[], datetime],
    ) -> None:
        self.address = address
        self.person: str | None = None
        self.fingerprint = ""
        self._limits = limits
        self._keys_of = keys_of
        self._session_of = session_of
        self._now = now
        self._connection: asyncssh.SSHServerConnection | None = None
        self._logon = ""
        self._claimed: str | None = None
        self._keys: tuple[Key, ...] = ()
        self._tried = 0
        self._channels = 0
        self.active_since = now()
        self.why_closed = "left"

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        """See SSHServer."""
        self._connection = conn

    async def begin_auth(self, username: str) -> bool:
        """See SSHServer. An account nobody has is asked for its key like any other."""
        self._logon, self._keys = "", ()
        claimed, keys = await self._keys_of(username)
        # A client may name another account meanwhile: name and keys change together, or not at all.
        self._logon, self._claimed, self._keys = username, claimed, keys
        return True

    def public_key_auth_supported(self) -> bool:
        """See SSHServer."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """See SSHServer. The library asks once for the offer and once for the signature, and checks the latter itself."""
        self._tried += 1
        if self._tried > 2 * self._limits.keys_tried and self._connection is not None:
            self._connection.abort()
            return False
        fits = any(candidate.fits(key.public_data, self.address) for candidate in self._keys)
        if not fits or username != self._logon:
            return False
        self.fingerprint = key.get_fingerprint()
        return self._claimed is not None

    def auth_completed(self) -> None:
        """See SSHServer."""
        if self._connection is not None and self._connection.get_extra_info("username") == self._logon:
            self.person = self._claimed
        self.active_since = self._now()

    def session_requested(self) -> "tuple[_Channel, Channel] | bool":
        """See SSHServer."""
        if self.person is None or self._connection is None or self._channels >= self._limits.channels:
            return False
        self._channels += 1
        channel = _Channel(
            conn=self._connection,
            loop=asyncio.get_running_loop(),
            allow_pty=False,
            line_editor=False,
            line_echo=False,
            line_history=0,
            max_line_length=0,
            encoding=None,
            errors="strict",
            window=WINDOW_BYTES,
            max_pktsize=PACKET_BYTES,
        )
        return channel, Channel(self, self._session_of(self.person))

    def worked(self) -> None:
        """A whole request came."""
        self.active_since = self._now()

    def gone(self) -> None:
        """A channel was closed."""
        self._channels -= 1

    def end(self, why: str) -> None:
        """Close the connection at once."""
        self.why_closed = why
        if self._connection is not None:
            self._connection.abort()


class _Channel(asyncssh.SSHServerChannel[bytes]):
    def _process_env_request(self, _packet: SSHPacket) -> bool:
        return False


class Channel(asyncssh.SSHServerSession[bytes]):
    """One channel with one SFTP session on it. Requests wait in the buffer, and beyond that in the client."""

    def __init__(self, visitor: Visitor, session: Answering) -> None:
        self._visitor = visitor
        self._session = session
        self._frames = Frames()
        self._more = asyncio.Event()
        self._may_write = asyncio.Event()
        self._may_write.set()
        self._ended = False
        self._paused = False
        self._worker: asyncio.Task[None] | None = None

    def connection_made(self, chan: asyncssh.SSHServerChannel[bytes]) -> None:
        """See SSHServerSession."""
        self._channel = chan

    def subsystem_requested(self, subsystem: str) -> bool:
        """See SSHServerSession. Shell, command and terminal are refused by default."""
        return subsystem == "sftp"

    def session_started(self) -> None:
        """See SSHServerSession."""
        self._worker = asyncio.get_running_loop().create_task(self._work())

    def data_received(self, data: bytes, _datatype: asyncssh.DataType) -> None:
        """See SSHServerSession."""
        self._frames.feed(data)
        if len(self._frames) > BACKLOG_BYTES and not self._paused:
            self._paused = True
            self._channel.pause_reading()
        self._more.set()

    def eof_received(self) -> bool:
        """See SSHServerSession. What came before is answered."""
        self._ended = True
        self._more.set()
        return True

    def pause_writing(self) -> None:
        """See SSHServerSession."""
        self._may_write.clear()

    def resume_writing(self) -> None:
        """See SSHServerSession."""
        self._may_write.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """See SSHServerSession. A client that is killed and one that says goodbye look alike: nothing open is finished."""
        self._visitor.gone()
        if self._worker is not None:
            self._worker.cancel()
        self._session.lost("connection-lost" if exc or self._visitor.why_closed == "left" else self._visitor.why_closed)

    async def _work(self) -> None:
        try:
            with suppress(Malformed, BrokenPipeError, OSError):
                await self._answer_all()
            self._channel.exit(0)
        except Exception:  # noqa: BLE001  # what nobody foresaw may quote a name: it ends this connection, and is not passed on
            self._visitor.end("fault")

    async def _answer_all(self) -> None:
        while (packet := await self._next()) is not None:
            self._visitor.worked()
            answer = await self._session.answer(packet)
            self._channel.write(answer)
            await self._may_write.wait()

    async def _next(self) -> bytes | None:
        while (packet := self._frames.next()) is None:
            if self._ended:
                return None
            self._more.clear()
            if self._paused:
                self._paused = False
                self._channel.resume_reading()
                continue
            await self._more.wait()
        return packet


async def options(
    host_keys: tuple[asyncssh.SSHKey, ...], limits: Limits, *, post_quantum_only: bool = False
) -> asyncssh.SSHServerConnectionOptions:
    """What every connection offers; `server_factory` comes with each."""
    for key in host_keys:
        if key.algorithm == b"ssh-rsa":
            key.sig_algorithms = algorithms.RSA_SIGNATURES  # else the library offers SHA-1 as well
    offered: asyncssh.SSHServerConnectionOptions = await asyncssh.SSHServerConnectionOptions.construct(
        config=None,
        server_host_keys=list(host_keys),
        server_version="claim-gateway",
        kex_algs=algorithms.POST_QUANTUM if post_quantum_only else algorithms.KEY_EXCHANGES,
        encryption_algs=algorithms.CIPHERS,
        mac_algs=algorithms.MACS,
        compression_algs=algorithms.COMPRESSIONS,
        signature_algs=algorithms.SIGNATURES,
        encoding=None,
        password_auth=False,
        kbdint_auth=False,
        host_based_auth=False,
        gss_host=None,
        x509_trusted_certs=None,
        agent_forwarding=False,
        x11_forwarding=False,
        allow_pty=False,
        allow_scp=False,
        line_editor=False,
        login_timeout=limits.login_grace.total_seconds(),
        keepalive_interval=KEEPALIVE_S,
        rdns_lookup=False,
        send_server_host_keys=False,
    )
    return offered


async def serve(
    sock: socket.socket, offered: asyncssh.SSHServerConnectionOptions, visitor: Visitor
) -> asyncssh.SSHServerConnection:
    """The connection on an accepted socket, once it has logged on. Raises OSError, asyncssh.Error."""
    return await asyncssh.run_server(sock, options=offered, server_factory=lambda: visitor)
