"""Who may log on, with which keys, from where: the people of the site file and the files of public keys it names.

A file holds keys as ssh-keygen writes them, one on a line, in OpenSSH's authorized_keys format (sshd(8)) with one option only:
`from="192.168.10.21,2001:db8:10::/64"` binds the key to addresses. Read at each logon, so that a key taken out counts at once.
"""

import hmac
import os
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path

import asyncssh

from gateway.site.exchange import Person

FILE_MAX_BYTES = 64 * 1024
RSA_MIN_BITS = 2048
KINDS = (
    "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521", "ssh-rsa",
    "sk-ssh-ed25519@openssh.com", "sk-ecdsa-sha2-nistp256@openssh.com",
)  # fmt: skip
_LINE = re.compile(r'(?:from="(?P<sources>[^"]+)"\s+)?(?P<key>(?P<kind>[a-z0-9@.-]+)\s+[A-Za-z0-9+/]+={0,2})(?:\s.*)?')


class KeysUnreadable(Exception):
    """A file of keys is not there, or a line of it is not understood: one line, `file:line: what. what to do`."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key, in SSH's own encoding (RFC 4253 section 6.6), and the networks it counts from; none is anywhere."""

    public: bytes
    sources: tuple[IPv4Network | IPv6Network, ...]

    def fits(self, public: bytes, address: str) -> bool:
        """Whether it is this key, coming from where it may."""
        if not hmac.compare_digest(self.public, public):
            return False
        came_from = ip_address(address)
        return not self.sources or any(came_from in source for source in self.sources)


class People:
    """The people who may hand in over SFTP."""

    def __init__(self, people: Iterable[Person], site_folder: Path) -> None:
        self._files = {
            unicodedata.normalize("NFC", person.logon): (person.name, site_folder / person.sftp_key_file)
            for person in people
            if person.sftp_key_file is not None
        }

    @property
    def names(self) -> tuple[str, ...]:
        """What the site calls them."""
        return tuple(name for name, _ in self._files.values())

    def name_of(self, logon: str) -> str | None:
        """Who logs on under this account, if anybody."""
        found = self._files.get(unicodedata.normalize("NFC", logon))
        return found[0] if found else None

    def keys_of(self, logon: str) -> tuple[Key, ...]:
        """Their keys; none for an account nobody has. Raises KeysUnreadable. Blocking."""
        found = self._files.get(unicodedata.normalize("NFC", logon))
        return read_keys(found[1]) if found else ()


def read_keys(file: Path) -> tuple[Key, ...]:
    """The keys in a file. Raises KeysUnreadable."""
    try:
        with file.open("rb") as opened:
            content = opened.read(FILE_MAX_BYTES + 1)
    except OSError as error:
        raise KeysUnreadable(
            f"{file}: {os.strerror(error.errno or 0)}. put the public key there, readable for the relay's user"
        ) from error
    if len(content) > FILE_MAX_BYTES:
        raise KeysUnreadable(f"{file}: longer than {FILE_MAX_BYTES >> 10} KiB. put only public keys there")
    keys = []
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
        if (stripped := line.strip()) and not stripped.startswith("#"):
            try:
                keys.append(_key(stripped))
            except ValueError as error:
                raise KeysUnreadable(f"{file}:{number}: {error}") from error
    if not keys:
        raise KeysUnreadable(f"{file}: holds no key. make one with: ssh-keygen -t ed25519, and put its .pub file there")
    return tuple(keys)


def _key(line: str) -> Key:
    found = _LINE.fullmatch(line)
    if found is None or found["kind"] not in KINDS:
        raise ValueError('not a public key with at most from="ADDRESS,…" before it. copy the line of the .pub file')
    try:
        key = asyncssh.import_public_key(found["key"])
    except (asyncssh.KeyImportError, ValueError) as error:
        raise ValueError("the key is broken. copy the whole line of the .pub file") from error
    bits = getattr(getattr(key, "pyca_key", None), "key_size", RSA_MIN_BITS)
    if found["kind"] == "ssh-rsa" and bits < RSA_MIN_BITS:
        raise ValueError(f"an RSA key of {bits} bits. make a new one with: ssh-keygen -t ed25519")
    return Key(key.public_data, tuple(_source(text) for text in (found["sources"] or "").split(",") if text.strip()))


def _source(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text.strip())
    except ValueError:
        raise ValueError('from= takes addresses and networks. write them as "192.168.10.21,2001:db8:10::/64"') from None
