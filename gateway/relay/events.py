"""What can happen to a parcel: the courier's state machine is fed these, and nothing else."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.claims.summary import Summary
from gateway.relay.parcel import Fingerprint, Reason


class Trouble(StrEnum):
    """Whose turn it is after an error: time's, a person's, or ours (an answer we have no word for, our own fault)."""

    TRANSIENT = "transient"
    PERSON = "needs-a-person"
    BUG = "bug"
    FAULT = "fault"
    """Our own program stumbled over this parcel in a way nobody foresaw."""


class Occupant(StrEnum):
    """What lies at a parcel's final name."""

    NOTHING = "nothing"
    OURS = "ours"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Looked:
    """A scan saw the file again. `whole`: its structure is complete, or its kind has none to check."""

    fingerprint: Fingerprint
    whole: bool


@dataclass(frozen=True, slots=True)
class Engaged:
    """Nobody writes to the file any more and we hold the promise (a lease, a deny-write open): it may be taken."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody still has the file open for writing, or it changed under our eyes."""


@dataclass(frozen=True, slots=True)
class Taken:
    """The spool holds the bytes, durably. `digest` is SHA-256 in hex."""

    digest: str
    size: int


@dataclass(frozen=True, slots=True)
class NothingTaken:
    """The spool holds nothing: the file is still where it was, or its owner took it away."""


@dataclass(frozen=True, slots=True)
class Inspected:
    """`reasons` hold the parcel; `twin_id` names an earlier parcel of the same series with the same digest, the newest of it."""

    summary: Summary
    reasons: tuple[Reason, ...]
    twin_id: str = ""


@dataclass(frozen=True, slots=True)
class TwinLooked:
    """Whether the earlier, equal file still lies where it was delivered."""

    there: bool
    number: int
    target: str


@dataclass(frozen=True, slots=True)
class Numbered:
    """The ledger's next 送信回 for this parcel's series."""

    number: int


@dataclass(frozen=True, slots=True)
class Begun:
    """The number and the final name are in the ledger; the target may be touched."""


@dataclass(frozen=True, slots=True)
class Verified:
    """The target gave back exactly our bytes under the temporary name, after FLUSH."""


@dataclass(frozen=True, slots=True)
class Published:
    """The target confirmed the final name."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A step towards the target did not work. `jitter` in [0, 1) spreads the retry; `differed`: other bytes came back."""

    trouble: Trouble
    jitter: float
    differed: bool = False


@dataclass(frozen=True, slots=True)
class TargetLooked:
    """What lies at the final name, and whether this attempt's temporary is still there."""

    final: Occupant
    temporary: bool


@dataclass(frozen=True, slots=True)
class Noted:
    """配達済み and its slip are written, or the fetched return is put away."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The held file's copy and its note lie in 保留."""


@dataclass(frozen=True, slots=True)
class Released:
    """A person says that a held file shall travel on. A virus, or a name no Windows PC can hold, stays held all the same."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Rejected:
    """A person says that a held file shall not travel."""

    by: str
    why: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """People took the held file's copy out of 保留."""


@dataclass(frozen=True, slots=True)
class Unshown:
    """Nothing of the parcel lies in 保留 any more, nor what asked for the decision."""


@dataclass(frozen=True, slots=True)
class Restarted:
    """The relay starts again and finds the parcel in the ledger."""


class Kept(StrEnum):
    """What is kept for a while: our own copy, and what we put in front of people and on the terminal."""

    SPOOL = "spool"
    PLACED = "placed"


@dataclass(frozen=True, slots=True)
class Expired:
    """A retention is over."""

    what: Kept


@dataclass(frozen=True, slots=True)
class PlacedErased:
    """What we placed is gone; files that people changed since are theirs, and stay."""


Event = (
    Looked | Engaged | Busy | Taken | NothingTaken | Inspected | TwinLooked | Numbered | Begun | Verified | Published | Failed
    | TargetLooked | Noted | Shown | Released | Rejected | Withdrawn | Unshown | Restarted | Expired | PlacedErased
)  # fmt: skip
