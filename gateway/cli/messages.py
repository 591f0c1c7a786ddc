"""`claim-gateway messages`: what the journal may say, and what to do about it; also in the forms systemd and the docs take."""

import argparse
import json
from collections.abc import Iterator
from fnmatch import fnmatchcase

from gateway.cli.catalogue import catalogue
from gateway.cli.command import Command, Exit
from gateway.journal import Message
from gateway.journal.catalogue import journal_table, plain, systemd_catalog


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "name", nargs="?", default="*", metavar="NAME", help="as CLAIM_GATEWAY_MESSAGE has it, or a pattern: 'PARCEL_*'"
    )
    forms = parser.add_mutually_exclusive_group()
    forms.add_argument("--json", action="store_true", help="print them as JSON")
    forms.add_argument("--catalog", action="store_true", help="print a catalogue file of systemd's, in --lang")
    forms.add_argument(
        "--markdown", action="store_true", help="print the part of docs/journal.md that is made from them"
    )


def _run(args: argparse.Namespace) -> int:
    rooms = {
        room: wanted
        for room, said in catalogue().items()
        if (wanted := tuple(one for one in said if fnmatchcase(one.name, args.name.upper())))
    }
    chosen = [(room, one) for room, said in rooms.items() for one in sorted(said, key=lambda one: one.name)]
    if args.catalog:
        print(systemd_catalog((one for _, one in chosen), args.lang), end="")
    elif args.markdown:
        print(journal_table(rooms))
    elif args.json:
        print(json.dumps([_data(room, one) for room, one in chosen], ensure_ascii=False, indent=2))
    else:
        print("\n".join(line for _, one in chosen for line in _screen(one, args.lang)))
    return Exit.OK if chosen else Exit.NO


def _screen(message: Message, lang: str) -> Iterator[str]:
    text, todo = (message.ja, message.todo.ja) if lang == "ja" else (message.en, message.todo.en)
    yield f"{message.name} ({message.level.name.lower()})"
    yield f"  {plain(text)}"
    yield f"  → {plain(todo)}"


def _data(room: str, message: Message) -> dict[str, object]:
    return {
        "name": message.name,
        "id": message.id,
        "room": room,
        "level": message.level.name.lower(),
        "fields": sorted(message.fields),
        "en": message.en,
        "ja": message.ja,
        "todo": {"en": message.todo.en, "ja": message.todo.ja},
    }


COMMAND = Command(
    name="messages",
    summary="what the journal may say, and what to do about it. 1: no message has that name",
    example="claim-gateway messages PORT_MISSING",
    arguments=_arguments,
    run=_run,
)
