"""Where the relay puts claim files and takes return files: the terminal's shared folder, or its folder over SFTP."""

import base64
import binascii
import struct
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from gateway.site.shapes import Model, exactly_one
from gateway.site.values import Address, FileName, IpAddress
from gateway.site.words import Account, Folder, RemoteFolder, ShareName, shown, text_of, wrong

SMB_PORT = 445
SFTP_PORT = 22
HOST_KEY_KINDS = ("ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa")
_HOST_KEY_TODO = "write the line of the terminal's ssh_host_ed25519_key.pub, such as 'ssh-ed25519 AAAAC3…'"


def _host_key(value: Any) -> str:
    """A public key as OpenSSH writes it (RFC 4253 §6.6 in base64), without its comment."""
    kind, _, rest = text_of(value).strip().partition(" ")
    coded = rest.split(" ", 1)[0]
    if kind not in HOST_KEY_KINDS:
        raise wrong(f"{shown(value)} is not a host key", _HOST_KEY_TODO)
    try:
        blob = base64.b64decode(coded, validate=True)
        (length,) = struct.unpack_from(">I", blob)
    except (binascii.Error, struct.error):
        raise wrong(f"{shown(value)} is not a whole host key", _HOST_KEY_TODO) from None
    if blob[4 : 4 + length] != kind.encode() or len(blob) <= 4 + length:
        raise wrong(f"{shown(value)} is not a whole host key", _HOST_KEY_TODO)
    return f"{kind} {coded}"


HostKey = Annotated[
    str,
    BeforeValidator(_host_key),
    WithJsonSchema(
        {"type": "string", "pattern": "^(ssh-|ecdsa-)[a-z0-9-]+ [A-Za-z0-9+/=]+", "examples": ["ssh-ed25519 AAAAC3…"]}
    ),
]


class SmbShare(Model):
    """The terminal's shared folder, opened by the box (SMB 3, signed and encrypted)."""

    server: Address
    """The claim terminal's address."""
    user: Account
    """The account made for the box on the terminal."""
    password_file: FileName
    """The file that holds its password."""
    share: ShareName = "receipt"
    """The share's name."""


class SftpFolder(Model):
    """The terminal's folder over SFTP, for a terminal that runs an SSH server of its own."""

    server: Address
    """The claim terminal's address."""
    port: Annotated[int, Field(ge=1, le=65_535, strict=True)] = SFTP_PORT
    """The TCP port its SSH server listens on."""
    user: Account
    """The account made for the box on the terminal."""
    key_file: FileName | None = None
    """The file that holds the box's private key for it; without a passphrase."""
    password_file: FileName | None = None
    """Or the file that holds its password."""
    host_key: HostKey
    """The terminal's public host key. No other is accepted, the first time included."""
    folder: RemoteFolder = "."
    """Where the claims and returns folders lie, as the SSH server names it; . is where the account begins."""

    @model_validator(mode="after")
    def _one_secret(self) -> "SftpFolder":
        exactly_one(self, "key_file", "password_file")
        return self


class TerminalShare(Model):
    """Where claim files are put and return files taken."""

    smb: SmbShare | None = None
    """A Windows share."""
    sftp: SftpFolder | None = None
    """Or a folder over SFTP."""
    claims: Folder = "claims"
    """Folder in the share for claim files (C2)."""
    returns: Folder = "returns"
    """Folder in the share for return files (C3)."""

    @model_validator(mode="after")
    def _one_protocol(self) -> "TerminalShare":
        exactly_one(self, "smb", "sftp")
        return self

    @property
    def way(self) -> SmbShare | SftpFolder:
        """The one that is declared."""
        if self.smb is not None:
            return self.smb
        if self.sftp is not None:
            return self.sftp
        raise ValueError("a terminal is declared with exactly one way to it")

    @property
    def server(self) -> IpAddress:
        """The claim terminal's address."""
        return self.way.server

    @property
    def port(self) -> int:
        """The TCP port the box opens on it; Windows shares have no other than 445 (MS-SMB2 §2.1)."""
        return SMB_PORT if self.sftp is None else self.sftp.port
