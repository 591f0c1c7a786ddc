"""structlog set-up: one call says a catalogued message; it goes to the journal natively, or to standard error as a line."""

import os
import sys
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

from gateway.journal import messages
from gateway.journal.allowance import EVERY_S, MOST, Allowance, worth_saying
from gateway.journal.catalogue import FIELD_PREFIX
from gateway.journal.clock import clock_state
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
    last = [_limited(Allowance()), _to_journal] if journal else [_drop_below(least), _to_text]
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


def _limited(allowance: Allowance) -> structlog.typing.Processor:
    """Critical messages are never left out: nobody can cause them from outside."""

    def limit(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        message: Message = event["message"]
        if message.level is Level.CRITICAL or message is messages.LEFT_OUT:
            return event
        if count := allowance.left_out(message.id, time.monotonic()):
            if worth_saying(count):
                tell(messages.LEFT_OUT, which=message.name, most=MOST, minutes=int(EVERY_S // 60), count=count)
            raise structlog.DropEvent
        return event

    return limit


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
    return (_fields(event["message"], event["text"], event["fields"]),), {}


def _fields(message: Message, text: str, fields: Mapping[str, Loggable]) -> dict[str, str]:
    """The journal's fields of one entry (systemd.journal-fields(7))."""
    return {
        "MESSAGE": text,
        "MESSAGE_ID": message.id,
        "PRIORITY": str(int(message.level)),
        "SYSLOG_IDENTIFIER": "claim-gateway",
        f"{FIELD_PREFIX}MESSAGE": message.name,
        f"{FIELD_PREFIX}CLOCK": clock_state(),
    } | {f"{FIELD_PREFIX}{name.upper()}": printable(value) for name, value in fields.items()}


def _stderr_factory(*_args: object) -> structlog.PrintLogger:
    """Standard error as it is now: whoever runs us may have turned it elsewhere since `configure`."""
    return structlog.PrintLogger(sys.stderr)


class _JournalLogger:
    """What structlog calls at the end of the chain: every level sends the same finished entry."""

    def __init__(self, socket: JournalSocket) -> None:
        self._socket = socket

    def _send(self, entry: dict[str, str]) -> None:
        if self._socket.send(entry) and (count := self._socket.missed()):
            told: dict[str, Loggable] = {"count": count}
            self._socket.send(_fields(messages.MISSED, messages.MISSED.text(told), told))

    critical = error = warning = info = debug = _send


_journal: dict[int, JournalSocket] = {}


def _journal_factory(*_args: object) -> _JournalLogger:
    """One socket per process; a forked child opens its own."""
    if os.getpid() not in _journal:
        _journal.clear()
        _journal[os.getpid()] = JournalSocket()
    return _JournalLogger(_journal[os.getpid()])
