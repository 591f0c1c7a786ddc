"""What an SFTP path means: one of the people's folders and names below it. Pure: no path of a client's ever reaches the kernel.

A client sees 請求, 配達済み, 返戻, 保留 and お知らせ.txt under `/`. `.` and `..` are solved here, in words, and never climb above `/`;
what remains are single names, which are opened one by one below a folder's descriptor (`durable.folder`).
"""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from gateway.relay.places import BOARD, CLAIMS, DELIVERED, HELD, READY_MADE, RETURNS
from gateway.relay.sftp_drop.refusal import Refusal, absent, denied

PATH_MAX_BYTES = 4096
DEPTH_MOST = 8


class Folder(StrEnum):
    """The folders people have, by the names they see."""

    CLAIMS = CLAIMS
    DELIVERED = DELIVERED.name
    RETURNS = RETURNS.name
    HELD = HELD.name


@dataclass(frozen=True, slots=True)
class Location:
    """Somewhere in the people's tree. `folder` is None for `/` itself and for what lies in it: `below` is then () or the board."""

    folder: Folder | None
    below: tuple[str, ...]

    def __str__(self) -> str:
        return "/" + "/".join(((str(self.folder),) if self.folder else ()) + self.below)

    @property
    def is_root(self) -> bool:
        """Whether it is `/`."""
        return self.folder is None and not self.below

    @property
    def is_board(self) -> bool:
        """Whether it is お知らせ.txt."""
        return self.folder is None and bool(self.below)

    @property
    def is_inbox(self) -> bool:
        """Whether it is a folder claim files may be put into: 請求, 請求/社保, 請求/国保."""
        return self.folder is Folder.CLAIMS and self.below in {(), *((name,) for name in READY_MADE)}

    @property
    def above(self) -> "Location":
        """The folder it lies in; `/` lies in itself."""
        return Location(self.folder, self.below[:-1]) if self.below else Location(None, ())

    @property
    def name(self) -> str:
        """Its last name; empty for `/`."""
        return self.below[-1] if self.below else str(self.folder or "")

    def __truediv__(self, name: str) -> "Location":
        return Location(self.folder, (*self.below, name))


ROOT = Location(None, ())


def locate(path: bytes) -> Location:
    """Where a client's path leads; relative ones begin at `/`. Raises Refusal."""
    parts = _parts(path)
    if not parts:
        return ROOT
    first, *below = parts
    if first == BOARD.name and not below:
        return Location(None, (first,))
    try:
        return Location(Folder(first), tuple(below))
    except ValueError:
        raise absent() from None


def canonical(path: bytes) -> str:
    """The path without `.` and `..`, whether anything is there or not (REALPATH). Raises Refusal."""
    return "/" + "/".join(_parts(path))


def _parts(path: bytes) -> list[str]:
    if len(path) > PATH_MAX_BYTES or b"\0" in path:
        raise denied("the path is too long, or holds what no name holds")
    try:
        # A Mac writes か and ゛ apart; what lies on the disk is composed.
        text = unicodedata.normalize("NFC", path.decode())
    except UnicodeDecodeError:
        raise Refusal("the name is no UTF-8. set the client to UTF-8") from None
    parts: list[str] = []
    for part in text.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in {"", "."}:
            parts.append(part)
    if len(parts) > DEPTH_MOST:
        raise denied("the path is too deep")
    return parts
