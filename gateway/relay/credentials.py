"""The terminal's password: from systemd's credentials, else from the file the site names, if only its owner can read it."""

import os
import stat
from pathlib import Path

from gateway.relay.errors import RelayRefused

PASSWORD_MAX_BYTES = 1024


def read_password(password_file: str, site_folder: Path) -> str:
    """The password, without a final line end.

    `$CREDENTIALS_DIRECTORY/<last part>` (systemd.exec(5), LoadCredential=) goes first: systemd guards that folder. Raises
    RelayRefused, which never shows the content.
    """
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    given = Path(directory) / Path(password_file).name if directory else None
    from_systemd = given is not None and given.exists()
    path = given if given is not None and from_systemd else site_folder / password_file
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _refused(path, f"cannot be read ({os.strerror(error.errno or 0)})", "put the password there") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise _refused(path, "is not a file", "put the password in a file of its own")
        if not from_systemd and status.st_mode & 0o077:
            raise _refused(path, "can be read by others", f"run: chmod 600 {path}")
        content = os.read(descriptor, PASSWORD_MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    return _text(path, content)


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
