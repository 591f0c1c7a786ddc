"""A receipt PC opening the terminal's shared folder by itself: the notices' own form, with Samba's client as its Explorer."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from gateway.site.values import IpAddress
from gateway.twin.namespace import Namespace

OPEN_TIMEOUT_S = 10


class SharedFolderError(Exception):
    """The share could not be opened or used from there; the text is the client's own last line."""


@dataclass(frozen=True, slots=True)
class SharedFolder:
    """A share as a PC knows it. `account` is an smbclient authentication file (smbclient(1) -A): no password in argv."""

    server: IpAddress
    share: str
    account: Path


def round_trip(pc: Namespace, target: SharedFolder, folder: Path, content: bytes) -> bytes:
    """Put `content` on the share, get it back, delete it there; what came back. Encrypted SMB3 or nothing.

    `folder` holds the PC's own copies. Raises SharedFolderError.
    """
    sent, fetched = folder / "from-receipt-pc.txt", folder / "back-at-receipt-pc.txt"
    sent.write_bytes(content)
    orders = f'put "{sent}" probe.txt; get probe.txt "{fetched}"; del probe.txt'
    command = [
        "smbclient", f"//terminal/{target.share}", "--ip-address", str(target.server), "--authentication-file", str(target.account),
        "--client-protection=encrypt", "--option=client min protocol=SMB3", "--configfile", "/dev/null",
        "--timeout", str(OPEN_TIMEOUT_S), "--command", orders,
    ]  # fmt: skip
    done = subprocess.run(
        pc.command(*command),
        capture_output=True,
        text=True,
        check=False,
        timeout=2 * OPEN_TIMEOUT_S,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines()
        raise SharedFolderError(said[-1] if said else f"smbclient ended with {done.returncode}")
    return fetched.read_bytes()
