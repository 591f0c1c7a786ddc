"""A catalogued message: a stable id, a level, the fields it carries, its text and what to do, in English and Japanese."""

import re
import string
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import datetime
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

# What may be logged at all. Bytes, paths and file names are missing on purpose: file content and patient data arrive
# as those, and mypy then refuses them at the call.
Loggable = str | int | float | bool | datetime | IPv4Address | IPv6Address | IPv4Network | IPv6Network | None

FIELD_TEXT_MAX_CHARS = 500
_MESSAGE_ID = re.compile(r"[0-9a-f]{32}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


class Level(IntEnum):
    """syslog severities (RFC 5424 table 2), which are the journal's PRIORITY."""

    CRITICAL = 2
    ERROR = 3
    WARNING = 4
    NOTICE = 5
    INFO = 6
    DEBUG = 7


@dataclass(frozen=True, slots=True)
class Todo:
    """What whoever reads the message does about it: whole sentences, one paragraph, the first step first."""

    en: str
    ja: str


NOTHING_TODO = Todo("Nothing to do.", "対応は不要です。")


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of the catalogue.

    `id` is the journal's MESSAGE_ID (32 lower-case hex digits, `systemd-id128 new`) and never changes once released.
    `en` and `ja` are `str.format` templates over the field names; every field named there is required when telling.
    `todo` may name some of the same fields. It is not said with the message: `journalctl -x` and docs/journal.md have it.
    """

    id: str
    name: str
    level: Level
    en: str
    ja: str
    _: KW_ONLY
    todo: Todo

    def __post_init__(self) -> None:
        if not _MESSAGE_ID.fullmatch(self.id):
            raise ValueError(f"{self.name}: MESSAGE_ID must be 32 lower-case hex digits, not {self.id!r}")
        if _names(self.en) != _names(self.ja):
            raise ValueError(f"{self.name}: the English and the Japanese text name different fields")
        if not _names(self.todo.en) == _names(self.todo.ja) <= _names(self.en):
            raise ValueError(
                f"{self.name}: what to do names other fields than the message carries, or not in both languages"
            )

    @property
    def fields(self) -> frozenset[str]:
        """The fields this message carries: exactly the ones its text names."""
        return _names(self.en)

    def text(self, fields: Mapping[str, Loggable], *, lang: str = "en") -> str:
        """The line a person reads. Raises TypeError if the fields are not exactly this message's (a bug)."""
        if self.fields != fields.keys():
            raise TypeError(f"{self.name} carries {sorted(self.fields)}, not {sorted(fields)}")
        template = self.ja if lang == "ja" else self.en
        return template.format_map({name: printable(value) for name, value in fields.items()})


def printable(value: Loggable) -> str:
    """One line without control or direction-changing characters, at most FIELD_TEXT_MAX_CHARS long.

    A share, a file or a peer may choose the text; it must not forge a second journal line or repaint a terminal.
    """
    text = value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)
    text = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)
    return text if len(text) <= FIELD_TEXT_MAX_CHARS else text[: FIELD_TEXT_MAX_CHARS - 1] + "…"


def _names(template: str) -> frozenset[str]:
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name)
