"""What the state machine asks the shell to do. Each is begun only after the ledger holds the state that asked for it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Engage:
    """Obtain the promise that nobody writes the source → Engaged, Busy."""


@dataclass(frozen=True, slots=True)
class Take:
    """Bring the bytes into the spool: rename on the LAN side, copy from the share → Taken, Busy, NothingTaken."""


@dataclass(frozen=True, slots=True)
class LookInSpool:
    """After a crash: did the taking happen? → Taken, NothingTaken."""


@dataclass(frozen=True, slots=True)
class Inspect:
    """Read the spool copy → Inspected."""


@dataclass(frozen=True, slots=True)
class LookForTwin:
    """Is the equal, earlier file still on the target? → TwinLooked, Failed."""

    twin_id: str


@dataclass(frozen=True, slots=True)
class Number:
    """Ask the ledger for the next 送信回 → Numbered. Never waits: nothing may come between asking and recording."""


@dataclass(frozen=True, slots=True)
class Begin:
    """Go on once the ledger holds the number → Begun."""


@dataclass(frozen=True, slots=True)
class PutVerified:
    """Write under the temporary name, FLUSH, read back, compare → Verified, Failed."""


@dataclass(frozen=True, slots=True)
class Publish:
    """Rename the temporary to its final name, never over another file → Published, Failed."""


@dataclass(frozen=True, slots=True)
class LookAtTarget:
    """After a lost reply: what happened? → TargetLooked, Failed."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Let time pass before the effects that follow; a share that comes back ends the wait."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class Note:
    """Tell the people, or put the fetched return away → Noted, Failed."""


@dataclass(frozen=True, slots=True)
class ShowHeld:
    """Place the held file and its note in 保留 → Shown."""


@dataclass(frozen=True, slots=True)
class Unshow:
    """Take the copy and its note out of 保留, and put away what a person decided by → Unshown, Failed."""


@dataclass(frozen=True, slots=True)
class EraseSpool:
    """Remove the spool copy."""


@dataclass(frozen=True, slots=True)
class ErasePlaced:
    """Remove what we put into 配達済み, 返戻, 保留 and onto the terminal, if it is still ours → PlacedErased, Failed."""


@dataclass(frozen=True, slots=True)
class EraseNames:
    """Make the ledger forget what a person could read of the parcel."""


Effect = (
    Engage | Take | LookInSpool | Inspect | LookForTwin | Number | Begin | PutVerified | Publish | LookAtTarget | Wait | Note
    | ShowHeld | Unshow | EraseSpool | ErasePlaced | EraseNames
)  # fmt: skip
