"""Every room's messages in one place, found and not listed: a room that adds a message need tell nobody."""

import importlib
import pkgutil

import gateway
from gateway.journal import Message


def catalogue() -> dict[str, tuple[Message, ...]]:
    """Room → what it says, from each module `messages` or `…_messages` of that room. Rooms without any are not there."""
    rooms = {name: _said_by(name) for _, name, is_package in pkgutil.iter_modules(gateway.__path__) if is_package}
    return {room: messages for room, messages in rooms.items() if messages}


def _said_by(room: str) -> tuple[Message, ...]:
    package = importlib.import_module(f"gateway.{room}")
    found: dict[str, Message] = {}
    for _, name, _ in pkgutil.walk_packages(package.__path__, f"gateway.{room}."):
        if name.rpartition(".")[2] == "messages" or name.endswith("_messages"):
            declared = vars(importlib.import_module(name))
            bound = [value for value in declared.values() if isinstance(value, Message)]
            found |= {message.id: message for message in (*bound, *declared.get("MESSAGES", ()))}
    return tuple(found.values())
