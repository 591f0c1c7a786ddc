"""Connections that came to nothing, told once a minute: a flood must not fill the journal."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from gateway.journal import tell
from gateway.relay.sftp_drop import messages

TOLD_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class TurnedAway:
    """What was not told yet."""

    reasons: Counter[str] = field(default_factory=Counter)
    failures: int = 0
    first_turned: str = ""
    first_failed: str = ""
    since: datetime | None = None

    def turned(self, address: str, reason: str) -> None:
        """A connection was closed before a word was said."""
        self.first_turned = self.first_turned or address
        self.reasons[reason] += 1

    def failed(self, address: str) -> None:
        """A connection ended without a logon."""
        self.first_failed = self.first_failed or address
        self.failures += 1

    def told(self, now: datetime) -> None:
        """Tell what there is, if a minute is over."""
        if not (self.reasons or self.failures) or (self.since is not None and now - self.since < TOLD_EVERY):
            return
        if self.reasons:
            reasons = " ".join(f"{reason}:{count}" for reason, count in sorted(self.reasons.items()))
            tell(messages.TURNED_AWAY, count=self.reasons.total(), reasons=reasons, address=self.first_turned)
        if self.failures:
            tell(messages.LOGON_REFUSED, count=self.failures, address=self.first_failed)
        self.reasons.clear()
        self.failures, self.first_turned, self.first_failed, self.since = 0, "", "", now
