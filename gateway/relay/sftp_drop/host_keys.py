"""The drop server's own keys: made once, kept for its owner alone, never replaced. A client that saw another key must object."""

import os
import stat
from pathlib import Path

import asyncssh

from gateway.journal import tell
from gateway.relay import durable
from gateway.relay.sftp_drop import messages

FOLDER = "sftp-host-keys"
# Ed25519 for what is in use today; RSA with SHA-2 signatures (RFC 8332) for receipt computers' older libraries.
KINDS = ("ed25519", "rsa")
RSA_BITS = 3072
KEY_MAX_BYTES = 16_384


class HostKeyUnsafe(Exception):
    """A host key others could have read or exchanged: one line."""


def host_keys(relay: Path) -> tuple[asyncssh.SSHKey, ...]:
    """The keys in the folder of the relay's state `relay`, made where missing. Blocking.

    Raises HostKeyUnsafe, OSError, DiskLied.
    """
    root = durable.open_root(relay)
    try:
        with durable.folder(root, (FOLDER,), create=True) as here:
            return tuple(_key(here, kind, relay / FOLDER / kind) for kind in KINDS)
    finally:
        os.close(root)


def fingerprints(relay: Path) -> tuple[str, ...]:
    """What clients show of the keys (`SHA256:…`), without making any; empty if there are none yet. Blocking. Raises OSError."""
    found = []
    for kind in KINDS:
        public = relay / FOLDER / f"{kind}.pub"
        if public.exists():
            found.append(f"{kind} {asyncssh.import_public_key(public.read_bytes()).get_fingerprint()}")
    return tuple(found)


def _key(here: int, kind: str, path: Path) -> asyncssh.SSHKey:
    try:
        descriptor = durable.open_existing(here, kind)
    except FileNotFoundError:
        return _made(here, kind)
    try:
        status = os.fstat(descriptor)
        if stat.S_IMODE(status.st_mode) & 0o077 or status.st_uid != os.geteuid():
            raise HostKeyUnsafe(f"{path}: not the relay's alone. run: chmod 600 and chown, or remove it for a new one")
        content = os.pread(descriptor, KEY_MAX_BYTES, 0)
    finally:
        os.close(descriptor)
    try:
        return asyncssh.import_private_key(content)
    except asyncssh.KeyImportError as error:
        raise HostKeyUnsafe(
            f"{path}: not a key. put the one of the backup there, or remove it for a new one"
        ) from error


def _made(here: int, kind: str) -> asyncssh.SSHKey:
    key = (
        asyncssh.generate_private_key(f"ssh-{kind}", key_size=RSA_BITS)
        if kind == "rsa"
        else asyncssh.generate_private_key(f"ssh-{kind}")
    )
    # The public half first: a life that is cut off in between makes both anew, and nobody has seen either.
    for name, content in ((f"{kind}.pub", key.export_public_key()), (kind, key.export_private_key())):
        half = f"{name}.new"
        durable.remove(here, half)
        descriptor = durable.create(here, half)
        try:
            durable.write_all(descriptor, content)
            durable.sync(descriptor)
        finally:
            os.close(descriptor)
        durable.move(here, half, here, name)
    tell(messages.HOST_KEYS_MADE, fingerprint=f"{kind} {key.get_fingerprint()}")
    return key
