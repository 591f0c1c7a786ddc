"""What the gateway says, and how it reaches the systemd journal. Knows no message of its own and nothing of any room."""

from gateway.journal.log import configure, tell
from gateway.journal.message import Level, Loggable, Message

__all__ = ["Level", "Loggable", "Message", "configure", "tell"]
