"""structlog set-up: one call says a catalogued message; it goes to the journal natively, or to standard error as a line."""

import os
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from gateway.journal.journald import JournalSocket, stderr_is_journal
from gateway.journal.message import Level, Loggable, Message, printable

_METHOD = {
    Level.CRITICAL: "critical",
    Level.ERROR: "error",
    Level.WARNING: "warning",
    Level.NOTICE: "info",
    Level.INFO: "info",
    Level.DEBUG: "debug",
}


def tell(message: Message, **fields: Loggable) -> None:
    """Say `message`. Fields bound with structlog.contextvars (a parcel's id, say) travel along.

    Raises TypeError if the fields are not exactly those the message's text names (a bug, never a user's mistake).
    """
    message.text(fields)
    if not structlog.is_configured():
        configure()  # structlog's own default would write to standard output, where results go
    logger = structlog.get_logger()
    getattr(logger, _METHOD[message.level])(message, **fields)


def configure(*, lang: str = "en", to_journal: bool | None = None, least: Level = Level.DEBUG) -> None:
    """Where messages go: journald with native fields, or standard error as lines.

    `to_journal` None means: to the journal if systemd connected our standard error to it. `least` is the least severe
    level shown as lines; the journal gets all of them, its readers filter.
    """
    journal = stderr_is_journal() if to_journal is None else to_journal
    last = [_to_journal] if journal else [_drop_below(least), _to_text]
    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, _entry(lang), *last],
        logger_factory=_journal_factory if journal else _stderr_factory,
        cache_logger_on_first_use=False,
    )


def _drop_below(least: Level) -> structlog.typing.Processor:
    def drop(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if event["message"].level > least:
            raise structlog.DropEvent
        return event

    return drop


def _entry(lang: str) -> structlog.typing.Processor:
    def add(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        message = event.pop("event")
        own = {name: event[name] for name in message.fields}
        return {"message": message, "text": message.text(own, lang=lang), "fields": dict(event)}

    return add


def _to_text(_logger: object, _method: str, event: MutableMapping[str, Any]) -> str:
    return f"{event['message'].level.name.lower()}: {event['text']}"


def _to_journal(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    message: Message = event["message"]
    entry = {
        "MESSAGE": event["text"],
        "MESSAGE_ID": message.id,
        "PRIORITY": str(int(message.level)),
        "SYSLOG_IDENTIFIER": "claim-gateway",
        "CLAIM_GATEWAY_MESSAGE": message.name,
    }
    entry |= {f"CLAIM_GATEWAY_{name.upper()}": printable(value) for name, value in event["fields"].items()}
    return (entry,), {}


def _stderr_factory(*_args: object) -> structlog.PrintLogger:
    """Standard error as it is now: whoever runs us may have turned it elsewhere since `configure`."""
    return structlog.PrintLogger(sys.stderr)


class _JournalLogger:
    """What structlog calls at the end of the chain: every level sends the same finished entry."""

    def __init__(self, socket: JournalSocket) -> None:
        self._socket = socket

    def _send(self, entry: dict[str, str]) -> None:
        self._socket.send(entry)

    critical = error = warning = info = debug = _send


_journal: dict[int, JournalSocket] = {}


def _journal_factory(*_args: object) -> _JournalLogger:
    """One socket per process; a forked child opens its own."""
    if os.getpid() not in _journal:
        _journal.clear()
        _journal[os.getpid()] = JournalSocket()
    return _JournalLogger(_journal[os.getpid()])
