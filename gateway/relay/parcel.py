"""A parcel: one file on its way, with its id, digest and state. A value; nothing here touches a disk or a clock."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath

from gateway.claims.calendar import JAPAN
from gateway.claims.calendar import month_of as calendar_month
from gateway.claims.catalogue import RULES_BY_NAME
from gateway.claims.names import NameTrouble
from gateway.claims.summary import Summary

TEMPORARY_FOLDER = ".gateway"


class Direction(StrEnum):
    """Claims go from the people's folder to the terminal's share, returns the other way."""

    CLAIM = "claim"
    RETURN = "return"


class State(StrEnum):
    """Where a parcel is. The ledger holds every state from `taking` on; before that the file is still its owner's."""

    SEEN = "seen"
    SETTLED = "settled"
    TAKING = "taking"
    TAKEN = "taken"
    INSPECTED = "inspected"
    DELIVERING = "delivering"
    RENAMING = "renaming"
    DELIVERED = "delivered"
    NOTED = "noted"
    RETIRED = "retired"
    HELD = "held"
    REJECTED = "rejected"
    """A person decided that a held file is not delivered, or took it out of 保留."""
    CLEARED = "cleared"
    """Its files are erased wherever we put them; the record of it stays."""
    FORGOTTEN = "forgotten"
    """The file never left its place: nothing was taken, a later look starts a new parcel."""

    @property
    def moving(self) -> bool:
        """Whether the gateway still has something to do for the parcel before it rests."""
        return self not in _RESTING


_RESTING = {State.NOTED, State.RETIRED, State.HELD, State.REJECTED, State.CLEARED, State.FORGOTTEN}
_ARRIVED = {State.DELIVERED, State.NOTED, State.RETIRED, State.CLEARED}


class Hold(StrEnum):
    """Why a parcel waits for a person, beyond what its content says (a rule's name) or its name (`NameTrouble`)."""

    OCCUPIED = "occupied"
    UNKNOWN_DELIVERY = "delivery-unknown"
    REFUSED = "refused-by-target"
    NEVER_THE_SAME = "never-read-back-the-same"
    NOT_A_CLAIM = "not-a-claim"
    FAULT = "gateway-fault"
    EXPORTED = "exported"
    """It left on removable media; a person says whether it is delivered as well."""
    REBUILT = "ledger-rebuilt"
    """The ledger was rebuilt while it was on its way, or does not know the file at all."""
    LEFT_BEHIND = "left-behind"
    """It was on its way when its box was replaced; its bytes stayed there."""
    VIRUS = "virus"
    SCANNER_DOWN = "scanner-down"
    TOO_BIG_TO_SCAN = "too-big-to-scan"


Reason = str
"""A rule's name, or a NameTrouble or Hold value: a small code, never a text out of a file."""

NEVER_RELEASED = frozenset[Reason]({Hold.VIRUS, *NameTrouble})
"""Nobody's word makes a virus harmless, or a name one that Windows can hold."""


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What tells one writing of a file from the next, without reading it. `key` is the shelf's own, opaque."""

    size: int
    key: str


@dataclass(frozen=True, slots=True)
class Parcel:
    """One file on its way.

    Attributes:
        id: 32 hex digits; names the spool file and the temporary on the target.
        name: the file's name as it will be on the target. In the ledger and on the slip, never in the journal.
        source: where it was found, relative to its shelf, as the kernel or the share spells it.
        attempt: delivery attempts begun; each has its own temporary name, never used again.
        failures: attempts failed in a row; sets the wait before the next.
        number: 送信回 of this claim month, payer and name, fixed at inspection. 0 before.
        target: the final place on the target shelf, fixed with `number`.
        differed: strange answers of the target in a row: other bytes than were sent, or words we do not know.
        reasons: why it is held. Beside another state: what a person overruled, until it is used up by the next attempt;
            a parcel that rests with reasons never arrived.
        duplicate: the same file already lies at `target`; nothing was sent.
        shown: a copy and a note may lie in 保留.
        brought_by: the person who handed it in, where the way it came tells that (SFTP does, a shared folder does not). In the
            ledger only.
        decided_by, decided_why: the person who released or rejected it last, and their words. In the ledger and on notes only.
    """

    id: str
    direction: Direction
    name: str
    source: bytes
    fingerprint: Fingerprint
    seen_at: datetime
    quiet_since: datetime
    state: State = State.SEEN
    digest: str = ""
    size: int = 0
    summary: Summary | None = None
    number: int = 0
    target: PurePosixPath | None = None
    attempt: int = 0
    failures: int = 0
    differed: int = 0
    reasons: tuple[Reason, ...] = ()
    duplicate: bool = False
    shown: bool = False
    brought_by: str = ""
    decided_by: str = ""
    decided_why: str = ""

    @property
    def arrived(self) -> bool:
        """Whether it reached its target, be it erased there since."""
        return self.state in _ARRIVED and not self.reasons

    @property
    def releasable(self) -> bool:
        """Whether a person may send it on its way: held, and for nothing that nobody may overrule."""
        return self.state is State.HELD and not NEVER_RELEASED & {*self.reasons}

    @property
    def temporary(self) -> PurePosixPath:
        """The name this attempt writes under, on the target shelf."""
        return PurePosixPath(TEMPORARY_FOLDER, f"{self.id}.{self.attempt}")

    @property
    def payer_folder(self) -> str:
        """社保, 国保, or その他 for a file that names no payer."""
        return self.summary.payer.folder if self.summary and self.summary.payer else "その他"


def folder_stamp(moment: datetime) -> str:
    """`MMDD-HHMM` on a Japanese clock, as in `02回目_1108-2310`."""
    return moment.astimezone(JAPAN).strftime("%m%d-%H%M")


def month_of(parcel: Parcel, now: datetime) -> str:
    """The month a parcel is filed under: the claim month for claims, this month for returns and for what names none."""
    if parcel.summary is None and parcel.direction is Direction.CLAIM:
        return ""
    claimed = parcel.summary.claim_month if parcel.summary and parcel.direction is Direction.CLAIM else ""
    return claimed or calendar_month(now)


def variant_of(parcel: Parcel) -> str:
    """`_再請求`, `_分割01` and so on: what goes beside a month's ordinary claim of the same name and never replaces it.

    Volumes count from 01 as GO counts them; the first of several is the one whose GO leaves the totals to the last.
    """
    summary = parcel.summary
    if summary is None or parcel.direction is not Direction.CLAIM or not summary.complete:
        return ""
    several = summary.declared_count is None or summary.volume != "00"
    volume = f"_分割{int(summary.volume) + 1:02}" if summary.volume and several else ""
    return f"{'_再請求' if summary.reclaim else ''}{volume}"


def target_of(parcel: Parcel, number: int, now: datetime) -> PurePosixPath:
    """`{YYYY-MM}/{payer}/{NN}回目_{MMDD-HHMM}{variant}/{NAME}`. Only for a parcel whose month is known."""
    folder = f"{number:02}回目_{folder_stamp(now)}{variant_of(parcel)}"
    return PurePosixPath(month_of(parcel, now), parcel.payer_folder, folder, parcel.name)


def series_of(parcel: Parcel, now: datetime) -> tuple[str, str, str]:
    """What 送信回 counts within: month, payer, and name (letter case aside) with its variant."""
    return month_of(parcel, now), parcel.payer_folder, f"{parcel.name.casefold()}{variant_of(parcel)}"


def series_in(target: PurePosixPath) -> tuple[str, str, str]:
    """The same, read from a target. One that lacks parts is read as far as it goes."""
    month, payer, folder, name = (*("",) * 4, *target.parts)[-4:]
    return month, payer, f"{name.casefold()}{''.join(f'_{part}' for part in folder.split('_')[2:])}"


def is_finding(reason: Reason) -> bool:
    """Whether a reason is about the file's content."""
    return reason in RULES_BY_NAME
