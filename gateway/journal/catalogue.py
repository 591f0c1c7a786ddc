"""The catalogue as systemd reads it (`journalctl -x`) and as people read it (docs/journal.md). Pure; knows no message."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from gateway.journal.message import Message

Lang = Literal["en", "ja"]

FIELD_PREFIX = "CLAIM_GATEWAY_"
"""What the journal calls our fields: `parcel` is CLAIM_GATEWAY_PARCEL."""
_FIELD = re.compile(r"\{(\w+)\}")
_TODO = {"en": "What to do", "ja": "対応"}
_QUERY = {"en": "All of them", "ja": "同じメッセージ"}


def systemd_catalog(messages: Iterable[Message], lang: Lang) -> str:
    """One catalogue file of systemd's (https://systemd.io/CATALOG/); `lang` is the file's, told by its name."""
    return "".join(_entry(message, lang) for message in sorted(messages, key=lambda one: one.name))


def journal_table(rooms: Mapping[str, Iterable[Message]]) -> str:
    """Markdown: a chapter for each room, its messages by name with both texts and what to do."""
    return "\n".join(line for room, messages in rooms.items() for line in _chapter(room, messages))


def _entry(message: Message, lang: Lang) -> str:
    text, todo = (message.ja, message.todo.ja) if lang == "ja" else (message.en, message.todo.en)
    return (
        f"-- {message.id}\n"
        f"Subject: {_substituted(text)}\n"
        "Defined-By: claim-gateway\n"
        "\n"
        f"{_TODO[lang]}: {_substituted(todo)}\n"
        "\n"
        f"{_QUERY[lang]}: journalctl {FIELD_PREFIX}MESSAGE={message.name}\n"
        "\n"
    )


def _substituted(template: str) -> str:
    """The template as systemd fills it in: @FIELD@ for {field}, braces that are meant as such without their doubling."""
    return plain(_FIELD.sub(lambda found: f"@{FIELD_PREFIX}{found[1].upper()}@", template))


def plain(template: str) -> str:
    """The template for people: the fields in their braces, doubled braces single."""
    return template.replace("{{", "{").replace("}}", "}")


def _chapter(room: str, messages: Iterable[Message]) -> Iterator[str]:
    yield f"### {room}\n"
    for message in sorted(messages, key=lambda one: one.name):
        yield f"**{message.name}** · {message.level.name.lower()} · `{message.id}`\n"
        for text, todo in ((message.en, message.todo.en), (message.ja, message.todo.ja)):
            yield f"> {plain(text)}\n"
            yield f"{plain(todo)}\n"
