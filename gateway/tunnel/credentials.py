"""Certificates, keys and pre-shared keys from the files the site names, or from systemd's credentials.

What is secret is read with the rights of its owner in mind and is never shown: not in an error, not in a value's repr.
"""

import errno
import hashlib
import hmac
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.tunnel.errors import CredentialError
from gateway.tunnel.model import CertificateFiles, Connection, PskFile

CERTIFICATES_MAX_BYTES = 65_536  # a chain of ten
KEY_MAX_BYTES = 16_384  # an RSA key of 16384 bits has 12 KiB
PSK_MAX_BYTES = 1024
PSK_LEAST_BYTES = 20
"""Guessing a shorter one costs an eavesdropper of IKEv1, or whoever answers in the provider's place, no more than time
(NIST SP 800-77r1 §3.2.3 asks for 112 bits: 19 characters of base64)."""
_READ_BY_OTHERS, _WRITTEN_BY_OTHERS = 0o077, 0o022
_BOOT = Path("/proc/sys/kernel/random/boot_id")

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class Certified:
    """A certificate with its key, and the authority the other end is held to."""

    own: tuple[x509.Certificate, ...]
    """The site's own first, then those between it and an authority."""
    authorities: tuple[x509.Certificate, ...]
    key_id: str
    """SHA-1 of the public key, hexadecimal, as charon calls a key (RFC 7093 §2 method 1, RFC 5280 §4.2.1.2)."""
    key: bytes = field(repr=False, compare=False)
    """The private key, PKCS #8 DER."""


@dataclass(frozen=True, slots=True)
class Shared:
    """A pre-shared key."""

    digest: str
    """Tells two keys apart within one boot of the machine, and says nothing of either to who reads it later."""
    key: bytes = field(repr=False, compare=False)


Material = Certified | Shared


def read(connection: Connection, folder: Path) -> Material:
    """What one connection needs, from the files it names below `folder`. Raises CredentialError."""
    match connection.credentials:
        case CertificateFiles(certificate, key, ca):
            own = _certificates(_read(certificate, folder, CERTIFICATES_MAX_BYTES, "certificate", secret=False))
            authorities = _certificates(_read(ca, folder, CERTIFICATES_MAX_BYTES, "authority", secret=False))
            private = _key(_read(key, folder, KEY_MAX_BYTES, "private key", secret=True))
            return Certified(own, authorities, key_id(private), _der(private))
        case PskFile(psk):
            return _shared(_read(psk, folder, PSK_MAX_BYTES, "pre-shared key", secret=True))


def absent(connection: Connection, folder: Path) -> tuple[tuple[str, str], ...]:
    """The files that cannot be looked at from here: the key in the site file that names each, and its name there."""
    return tuple((which, file) for which, file in _named(connection) if not os.access(_place(file, folder), os.R_OK))


def _named(connection: Connection) -> tuple[tuple[str, str], ...]:
    match connection.credentials:
        case CertificateFiles(certificate, key, ca):
            return ("certificate", certificate), ("key_file", key), ("ca", ca)
        case PskFile(psk):
            return (("psk_file", psk),)


def key_id(key: PrivateKey | x509.Certificate) -> str:
    """What charon calls the key pair."""
    return x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    content: bytes = field(repr=False)


def _read(file: str, folder: Path, most_bytes: int, what: str, *, secret: bool) -> _File:
    path = _place(file, folder)
    try:
        content = _content(path, most_bytes, trusted=path.parent == _guarded(), secret=secret)
    except OSError as error:
        reason = (
            "is a symbolic link" if error.errno == errno.ELOOP else f"cannot be read ({os.strerror(error.errno or 0)})"
        )
        raise CredentialError(f"{path}: {reason}. put the {what} there") from error
    if not content or len(content) > most_bytes:
        raise CredentialError(f"{path}: does not hold a {what}. put it there")
    return _File(path, content)


def _place(file: str, folder: Path) -> Path:
    guarded = _guarded()
    given = guarded / Path(file).name if guarded else None
    return given if given is not None and given.exists() else folder / file


def _guarded() -> Path | None:
    """`$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential=): it goes first, because systemd guards that folder."""
    given = os.environ.get("CREDENTIALS_DIRECTORY")
    return Path(given) if given else None


def _content(path: Path, most_bytes: int, *, trusted: bool, secret: bool) -> bytes:
    """Up to one byte more than allowed. The folder is held open, so that nobody changes what stands there meanwhile."""
    above = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        descriptor = os.open(path.name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=above)
        try:
            if not trusted:
                _ours(os.fstat(above), path.parent, _WRITTEN_BY_OTHERS)
                _ours(os.fstat(descriptor), path, _READ_BY_OTHERS if secret else _WRITTEN_BY_OTHERS)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise CredentialError(f"{path}: is not a file. put it in a file of its own")
            return os.read(descriptor, most_bytes + 1)
        finally:
            os.close(descriptor)
    finally:
        os.close(above)


def _ours(status: os.stat_result, path: Path, forbidden: int) -> None:
    if status.st_uid not in (0, os.geteuid()):
        raise CredentialError(f"{path}: belongs to user {status.st_uid}. run: chown root {path}")
    if status.st_mode & forbidden:
        mode = "700" if stat.S_ISDIR(status.st_mode) else "600" if forbidden == _READ_BY_OTHERS else "644"
        others = "read" if forbidden == _READ_BY_OTHERS else "written"
        raise CredentialError(f"{path}: can be {others} by others. run: chmod {mode} {path}")


def _certificates(file: _File) -> tuple[x509.Certificate, ...]:
    try:
        found = tuple(x509.load_pem_x509_certificates(file.content))
        for one in found:
            one.public_key()  # read when it is asked for only: a kind nobody knows is to be met here
    except (ValueError, UnsupportedAlgorithm):
        raise CredentialError(f"{file.path}: is no certificate in PEM form. ask the provider for one") from None
    return found


def _key(file: _File) -> PrivateKey:
    try:
        key = serialization.load_pem_private_key(file.content, password=None)
    except TypeError:
        todo = "take it off with: openssl pkey -in FILE -out NEW"
        raise CredentialError(f"{file.path}: the private key has a passphrase. {todo}") from None
    except (ValueError, UnsupportedAlgorithm):
        raise CredentialError(f"{file.path}: is no private key in PEM form. put the right file there") from None
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise CredentialError(f"{file.path}: is neither an RSA nor an elliptic curve key. ask the provider for one")
    return key


def _der(key: PrivateKey) -> bytes:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.DER, form, serialization.NoEncryption())


def _shared(file: _File) -> Shared:
    key = file.content.removesuffix(b"\n").removesuffix(b"\r")
    if not key or b"\n" in key:
        raise CredentialError(f"{file.path}: does not hold one pre-shared key. write it as the only line")
    if key.startswith((b"0x", b"0s")):
        raise CredentialError(f"{file.path}: 0x… and 0s… are not decoded here. write the key as text")
    if len(key) < PSK_LEAST_BYTES:
        todo = "agree on a longer one with the provider, such as: openssl rand -base64 32"
        raise CredentialError(f"{file.path}: the pre-shared key has fewer than {PSK_LEAST_BYTES} characters. {todo}")
    boot = _BOOT.read_bytes()
    return Shared(hmac.new(boot, key, hashlib.sha256).hexdigest()[:16], key)
