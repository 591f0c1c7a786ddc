"""What the gateway says, and how it reaches the systemd journal. Knows no room, and of messages only its own two."""

from gateway.journal.log import configure, tell
from gateway.journal.message import NOTHING_TODO, Level, Loggable, Message, Todo

__all__ = ["NOTHING_TODO", "Level", "Loggable", "Message", "Todo", "configure", "tell"]
