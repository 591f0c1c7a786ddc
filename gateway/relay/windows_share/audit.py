"""What smbd says → who did what. Pure: a line in, a value out; every other line smbd writes is dropped, for it may quote a name.

A file's name is confidential. What leaves this module is the folder, a fixed word, and the name's keyed digest: the same name
has the same digest on this box, and only who holds the key can tell which name it was.
"""

import hmac
import json
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path, PurePosixPath

from gateway.relay.places import APPROVED, CLAIMS, DELIVERED, HELD, REJECTED, RETURNS
from gateway.relay.windows_share.configuration import AUDIT_MARK
from gateway.relay.windows_share.place import SharePlace

NAME_DIGITS = 12
_WRITES = 0x2 | 0x4 | 0x40000 | 0x10000000 | 0x40000000
"""FILE_WRITE_DATA, FILE_APPEND_DATA, WRITE_DAC, GENERIC_ALL, GENERIC_WRITE (MS-SMB2 2.2.13.1.1)."""
_READS = 0x1 | 0x80000000
"""FILE_READ_DATA, GENERIC_READ (ibid.)."""


class Deed(StrEnum):
    """What was done."""

    READ = "read"
    WRITTEN = "written"
    RENAMED = "renamed"
    REMOVED = "removed"
    FOLDER_MADE = "folder-made"


class Where(StrEnum):
    """In which of the people's folders."""

    CLAIMS = "claims"
    DELIVERED = "delivered"
    RETURNS = "returns"
    HELD = "held"
    APPROVED = "approved"
    REJECTED = "rejected"
    TOP = "top"


@dataclass(frozen=True, slots=True)
class Came:
    """A member connected to a share, or (`ended`) let go of it."""

    logon: str
    address: IPv4Address | IPv6Address
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """A member did something to a file. `name` is its keyed digest, of the new name after a renaming."""

    logon: str
    address: IPv4Address | IPv6Address
    deed: Deed
    where: Where
    name: str
    refused: bool = False


@dataclass(frozen=True, slots=True)
class LogonRefused:
    """Somebody was not let in. `cause` is smbd's own word (NT_STATUS_…)."""

    logon: str
    address: IPv4Address | IPv6Address
    cause: str


Heard = Came | Done | LogonRefused


def hear(line: str, place: SharePlace, key: bytes) -> Heard | None:
    """One line of smbd's output. `key` is the box's own; None for all that is not for the journal."""
    try:
        if line.startswith("{"):
            return _refused(json.loads(line))
        mark, logon, address, what, outcome, *rest = line.split("|")
        if mark != AUDIT_MARK:
            return None
        return _done(logon, ip_address(address), what, outcome, tuple(rest), place=place, key=key)
    except (ValueError, KeyError, TypeError, RecursionError):
        return None  # another program's line, or a name that was made to look like one


def _refused(said: dict[str, dict[str, str]]) -> LogonRefused | None:
    told = said["Authentication"]
    if told["status"] == "NT_STATUS_OK":
        return None
    _, _, rest = told["remoteAddress"].partition(":")
    return LogonRefused(str(told["clientAccount"]), ip_address(rest.rpartition(":")[0]), str(told["status"]))


def _done(
    logon: str,
    address: IPv4Address | IPv6Address,
    what: str,
    outcome: str,
    rest: tuple[str, ...],
    *,
    place: SharePlace,
    key: bytes,
) -> Heard | None:
    refused = outcome != "ok"
    match what:
        case "connect" | "disconnect" if not refused:
            return Came(logon, address, what == "disconnect")
        case "create_file" if len(rest) == 4 and rest[1] == "file":
            deed = _opened(int(rest[0], 16))
        case "renameat":
            deed = Deed.RENAMED
        case "unlinkat":
            deed = Deed.REMOVED
        case "mkdirat":
            deed = Deed.FOLDER_MADE
        case _:
            deed = None
    if deed is None:
        return None
    path = PurePosixPath(rest[-1])
    return Done(logon, address, deed, _where(path, place), digest(path.name, key), refused)


def _opened(access: int) -> Deed | None:
    """An opening for neither is a look at what Explorer shows beside a name."""
    if access & _WRITES:
        return Deed.WRITTEN
    return Deed.READ if access & _READS else None


def _where(path: PurePosixPath, place: SharePlace) -> Where:
    if path.is_relative_to(place.approvals):
        return Where.APPROVED
    inner = path.relative_to(place.people).parts if path.is_relative_to(place.people) else path.parts
    match inner:
        case (HELD.name, word, *_) if word == APPROVED:
            return Where.APPROVED
        case (HELD.name, word, *_) if word == REJECTED:
            return Where.REJECTED
        case (first, _, *_):
            return _FOLDERS.get(first, Where.TOP)
        case _:
            return Where.TOP


_FOLDERS = {
    CLAIMS: Where.CLAIMS,
    DELIVERED.name: Where.DELIVERED,
    RETURNS.name: Where.RETURNS,
    HELD.name: Where.HELD,
}


def digest(name: str, key: bytes) -> str:
    """A name as the journal has it: HMAC-SHA256 (RFC 2104) of its composed form, NAME_DIGITS hex digits of it."""
    text = unicodedata.normalize("NFC", Path(name).name).encode("utf-8", "surrogateescape")
    return hmac.digest(key, text, "sha256").hex()[:NAME_DIGITS]
