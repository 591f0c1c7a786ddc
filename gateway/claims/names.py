"""File names as people, browsers and Windows write them."""

import re
import unicodedata
from enum import StrEnum
from fnmatch import fnmatchcase

NAME_MAX_BYTES = 200  # room for suffixes under the 255 bytes of Linux file systems and the 255 UTF-16 units of NTFS

_TEMPORARY = (
    "desktop.ini",
    "thumbs.db",
    ".ds_store",
    "~$*",
    ".~*",
    "*.crdownload",
    "*.partial",
    "*.part",
    "*.tmp",
    "*.filepart",
)
_BROWSER_COPY = re.compile(r"(?P<stem>.+?) ?\((?P<copy>[1-9]\d{0,2})\)(?P<suffix>\.[A-Za-z0-9]{1,8})?")
_WINDOWS_FORBIDS = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]')
# What turns a line around shows `RECEIPTC.EKU.exe` as `RECEIPTC.exe.UKE` (Unicode TR 36): no honest program writes it.
_HIDES_ITS_ENDING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Windows drops spaces before the point: `CON .txt` is the console too.
_WINDOWS_DEVICES = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\..*)?", re.IGNORECASE)


class NameTrouble(StrEnum):
    """Why a name cannot travel to a Windows PC and back unchanged."""

    NOT_TEXT = "name-not-text"
    FORBIDDEN_CHARACTER = "name-forbidden-character"
    DEVICE = "name-is-a-device"
    TRAILING = "name-ends-in-dot-or-space"
    TOO_LONG = "name-too-long"


def is_temporary(name: str) -> bool:
    """Whether a program or Windows itself made this name for its own use; such files are not claims, whatever they hold."""
    return matches(name, _TEMPORARY)


def matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Whether `name` fits one of the shell patterns; letter case never matters, as on Windows."""
    folded = name.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)


def published_name(name: str) -> str:
    """The name a file gets on its way: composed as Windows writes it (NFC), without a browser's mark for a second download.

    `RECEIPTC (1).HEN` → `RECEIPTC.HEN`.
    """
    name = unicodedata.normalize("NFC", name)
    found = _BROWSER_COPY.fullmatch(name)
    return found["stem"].rstrip() + (found["suffix"] or "") if found and found["stem"].strip() else name


def folded(name: str) -> str:
    """What two names that cannot lie in one Windows folder have in common, or that look the same to people."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def name_trouble(name: str) -> NameTrouble | None:
    """What is wrong with a name, for a Windows share; None when it may travel. Samba accepts all of these, so we look."""
    if any(0xD800 <= ord(character) <= 0xDFFF for character in name):
        return NameTrouble.NOT_TEXT
    if _WINDOWS_FORBIDS.search(name) or _HIDES_ITS_ENDING.search(name):
        return NameTrouble.FORBIDDEN_CHARACTER
    if _WINDOWS_DEVICES.fullmatch(name):
        return NameTrouble.DEVICE
    if name.endswith((".", " ")) or not name:
        return NameTrouble.TRAILING
    if len(name.encode()) > NAME_MAX_BYTES:
        return NameTrouble.TOO_LONG
    return None
