"""The reminders as journal messages: one for each cause, in the words of `claims.reminders`. Counts, months, payers; no file's name."""

from gateway.claims.reminders import Cause, Reminder
from gateway.journal import Level, Message, tell

_IDS = {
    Cause.NOTHING_SENT: "1c1bff137c2543de82383dec9090c2a2",
    Cause.NOTHING_SENT_IN_TIME: "ee4c130ccaa94132a3c889ca066bfb7d",
    Cause.NOT_CONFIRMED: "426aa71eb6674d9ca2a4923a75f03ff5",
    Cause.HELD: "90b2c223833e46e5866e3048b2635415",
    Cause.RETURNS_NOT_FETCHED: "178d64f3feac49e686655ea813e783ea",
    Cause.RETURNS_EXPIRE: "8bbeaeb6608446d583efc1c52b10f6fd",
    Cause.RETURNS_MISSING: "4b12bbc2fc61406bbb2be4b95171bc49",
    Cause.WAITING: "d3009d67f8ed48799fcd809890c1452b",
    Cause.CERTIFICATE_EXPIRES: "c50a6a6ab2434c408a2992a159bc220d",
    Cause.CERTIFICATE_EXPIRED: "70f23dab99584e179039ba06ca8cc5c4",
}

REMINDERS = {
    cause: Message(
        id=_IDS[cause],
        name=f"REMINDER_{cause.name}",
        level=Level.WARNING,
        en=cause.says.en,
        ja=cause.says.ja,
    )
    for cause in Cause
}
MESSAGES = tuple(REMINDERS.values())
"""The catalogue's entries of the reminders."""


def remind(reminder: Reminder) -> None:
    """Tell the journal."""
    message = REMINDERS[reminder.cause]
    tell(message, **{name: reminder.figures[name] for name in message.fields})
