"""The terminal's password: from systemd's credentials, else from the file the site names, if only its owner can read it."""

import os
import stat
from pathlib import Path

from gateway.relay.errors import RelayRefused

PASSWORD_MAX_BYTES = 1024
CREDENTIAL = "terminal"  # what systemd/claim-gateway-relay.service calls it, whatever the site's file is called


def read_password(password_file: str, site_folder: Path) -> str:
    """The password, without a final line end.

    `$CREDENTIALS_DIRECTORY` (systemd.exec(5), LoadCredential=) goes first, because systemd guards that folder: there
    under the file's own last part, else under CREDENTIAL. Raises RelayRefused, which never shows the content.
    """
    given = _from_systemd(Path(password_file).name)
    path = given if given is not None else site_folder / password_file
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _refused(path, f"cannot be read ({os.strerror(error.errno or 0)})", "put the password there") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "is not a file", "put the password in a file of its own")
        if given is None and status.st_mode & 0o077:
            raise _refused(path, "can be read by others", f"run: chmod 600 {path}")
        content = os.read(descriptor, PASSWORD_MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    return _text(path, content)


def _from_systemd(name: str) -> Path | None:
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    handed = [Path(directory) / each for each in (name, CREDENTIAL)] if directory else []
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
