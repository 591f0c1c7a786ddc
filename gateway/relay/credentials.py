"""A password or a key: from systemd's credentials, else from the file the site names, if only its owner can read it."""

import os
import stat
from pathlib import Path

from gateway.relay.errors import RelayRefused

PASSWORD_MAX_BYTES = 1024
KEY_MAX_BYTES = 16_384  # an RSA key of 16384 bits has 12 KiB
CREDENTIAL = "terminal"  # what systemd/claim-gateway-relay.service calls it, whatever the site's file is called


def read_password(password_file: str, site_folder: Path, *, credential: str = CREDENTIAL) -> str:
    """The password, without a final line end. Raises RelayRefused, which never shows the content.

    `credential` is what the unit calls it.
    """
    path, content = _read(password_file, site_folder, PASSWORD_MAX_BYTES, "password", credential)
    return _text(path, content)


def read_key(key_file: str, site_folder: Path) -> bytes:
    """The content of a private key's file. Raises RelayRefused, which never shows it."""
    path, content = _read(key_file, site_folder, KEY_MAX_BYTES, "private key", CREDENTIAL)
    if not content.startswith(b"-----BEGIN ") or len(content) > KEY_MAX_BYTES:
        raise _refused(path, "does not hold a private key", "make one with: ssh-keygen -t ed25519 -N '' -f FILE")
    return content


def _read(file: str, site_folder: Path, most_bytes: int, what: str, credential: str) -> tuple[Path, bytes]:
    """The file, and its content up to one byte more than allowed.

    `$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential=) goes first, because systemd guards that folder: there
    under the file's own last part, else under `credential`.
    """
    given = _from_systemd(Path(file).name, credential)
    path = given if given is not None else site_folder / file
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _refused(path, f"cannot be read ({os.strerror(error.errno or 0)})", f"put the {what} there") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "is not a file", f"put the {what} in a file of its own")
        if given is None and status.st_mode & 0o077:
            raise _refused(path, "can be read by others", f"run: chmod 600 {path}")
        return path, os.read(descriptor, most_bytes + 1)
    finally:
        os.close(descriptor)


def _from_systemd(name: str, credential: str) -> Path | None:
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    handed = [Path(directory) / each for each in (name, credential)] if directory else []
    return next((path for path in handed if path.exists()), None)


def _text(path: Path, content: bytes) -> str:
    try:
        password = content.decode()
    except UnicodeDecodeError:
        # Without `from`: the error carries the bytes.
        raise _refused(path, "is not UTF-8 text", "write the password as text") from None
    password = password.removesuffix("\n").removesuffix("\r")
    if not password or "\n" in password or len(content) > PASSWORD_MAX_BYTES:
        raise _refused(path, "does not hold one password", "write the password as its only line")
    return password


def _refused(path: Path, what: str, todo: str) -> RelayRefused:
    return RelayRefused(f"{path}: {what}. {todo}", wrong_input=True)
