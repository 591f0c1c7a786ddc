"""The narrow door where a proof stands beside the transaction: it may refuse a candidate, and what the kernel then shows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gateway.enforcer.desired import Desired


@dataclass(frozen=True, slots=True)
class Said:
    """The proof's last word about the live kernel. `refusal` is empty when it is proved; `seconds` is the proof's own time."""

    at: datetime
    refusal: str
    seconds: float


class Proof(Protocol):
    """Raises Refuted, with one line for a person; the transaction then leaves, or puts back, what was in force."""

    @property
    def last(self) -> Said | None:
        """What `live` came to when it was last asked."""
        ...

    def candidate(self, desired: Desired, /) -> None:
        """Asked before the kernel is touched."""
        ...

    def live(self, desired: Desired, /) -> None:
        """Asked when everything stands in the kernel, before the change counts as done."""
        ...


@dataclass(frozen=True, slots=True)
class ConfirmOnly:
    """No proof beside the transaction's own verify: the kernel shows every rule, element and setting that was asked for."""

    last: Said | None = None

    def candidate(self, desired: Desired, /) -> None:
        """Nothing to say."""

    def live(self, desired: Desired, /) -> None:
        """Nothing to say."""


CONFIRM_ONLY = ConfirmOnly()
