"""One SSH connection with one SFTP session on it: algorithms and host key pinned, nothing read from this machine's ~/.ssh."""

import asyncio
import logging
import socket
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Self

import asyncssh

from gateway.relay.errors import Refused
from gateway.relay.sftp_errors import translated
from gateway.relay.smb_line import CONNECT_TIMEOUT_S, USER_TIMEOUT_MS

# Elliptic curves and AES-GCM: what OpenSSH on Windows and on Debian both offer. GCM brings its own integrity and is not
# touched by prefix truncation (CVE-2023-48795); the MACs are named because a list must be.
KEY_EXCHANGES = ("curve25519-sha256", "curve25519-sha256@libssh.org", "ecdh-sha2-nistp384", "ecdh-sha2-nistp256")
CIPHERS = ("aes128-gcm@openssh.com", "aes256-gcm@openssh.com")
MACS = ("hmac-sha2-256-etm@openssh.com", "hmac-sha2-512-etm@openssh.com")
SIGNATURES = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "rsa-sha2-512")
_RSA_SIGNATURES = ("rsa-sha2-512", "rsa-sha2-256")  # an RSA key, but never its SHA-1 signature (RFC 8332)

# The library tells users and addresses at INFO and paths at DEBUG. None may be seen.
for name in ("asyncssh", "asyncssh.sftp"):
    logging.getLogger(name).setLevel(logging.CRITICAL + 1)


@dataclass(frozen=True, slots=True)
class Account:
    """Where to connect, as whom, and whose answer is believed. Exactly one of `key` and `password`; neither is shown."""

    server: str
    port: int
    user: str
    host_key: str
    folder: str
    key: bytes | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)


class Line:
    """A connection that stands. Once cut or failed it is thrown away, never mended."""

    def __init__(self, connection: asyncssh.SSHClientConnection, files: asyncssh.SFTPClient, folder: bytes) -> None:
        self._connection = connection
        self.files = files
        self.folder = folder
        self._cut = False

    @classmethod
    async def connect(cls, account: Account) -> Self:
        """Connect, verify the host key, log on, begin SFTP. Raises Unreachable, Refused."""
        with translated():
            connection = await asyncssh.connect(account.server, account.port, options=_options(account))
            try:
                sock: socket.socket = connection.get_extra_info("socket")
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
                files = await connection.start_sftp_client(path_encoding=None)
            except BaseException:
                connection.abort()
                raise
        return cls(connection, files, account.folder.encode())

    @property
    def alive(self) -> bool:
        """Whether the connection still stands, as far as is known."""
        return not self._cut and not self._connection.is_closed()

    def cut(self) -> None:
        """End the connection at once; whoever waits on it gets Unreachable."""
        self._cut = True
        self._connection.abort()

    async def hang_up(self, within_s: float) -> None:
        """Close in order, or after `within_s` seconds all the same."""
        self._cut = True
        self.files.exit()
        self._connection.close()
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await self._connection.wait_closed()
        self._connection.abort()


def _options(account: Account) -> asyncssh.SSHClientConnectionOptions:
    kind, _, _ = account.host_key.partition(" ")
    trusted = [asyncssh.import_public_key(account.host_key)]
    return asyncssh.SSHClientConnectionOptions(
        config=None,
        known_hosts=(trusted, [], []),
        server_host_key_algs=_RSA_SIGNATURES if kind == "ssh-rsa" else (kind,),
        kex_algs=KEY_EXCHANGES,
        encryption_algs=CIPHERS,
        mac_algs=MACS,
        compression_algs=("none",),
        signature_algs=SIGNATURES,
        username=account.user,
        client_keys=None if account.key is None else [private_key(account.key)],
        password=account.password,
        preferred_auth=("publickey",) if account.key is not None else ("password",),
        agent_path=None,
        gss_host=None,
        connect_timeout=CONNECT_TIMEOUT_S,
        disable_trivial_auth=True,
    )


def private_key(content: bytes) -> asyncssh.SSHKey:
    """The key in a file ssh-keygen wrote, without a passphrase. Raises Refused."""
    try:
        return asyncssh.import_private_key(content)
    except asyncssh.KeyImportError as error:
        raise Refused("key-unreadable") from error
