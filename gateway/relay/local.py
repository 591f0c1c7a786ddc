"""What is wrong with our own disk: told once for each place and kind of trouble, until it is over for every parcel."""

from enum import StrEnum

from gateway.journal import tell
from gateway.relay import effects as do
from gateway.relay import messages
from gateway.relay.effects import Effect
from gateway.relay.errors import ShelfError, TimedOut
from gateway.relay.parcel import Direction


class Place(StrEnum):
    """A folder of the relay, by a fixed word that is safe for the journal."""

    CLAIMS = "claims-folder"
    SPOOL = "spool"
    DELIVERED = "delivered-folder"
    RETURNS = "returns-folder"
    HELD = "held-folder"
    BOARD = "notice"


class LocalTroubles:
    """Remembers which parcel met what where. A parcel that gets through somewhere ends its own trouble there only."""

    def __init__(self) -> None:
        self._met: dict[tuple[Place, str], str] = {}

    def heard(self, place: Place, subject: str, code: str) -> None:
        """What an act of `subject` (a parcel's id) at `place` led to; an empty code is success."""
        if not code:
            self._met.pop((place, subject), None)
            return
        known = any(where is place and what == code for (where, _), what in self._met.items())
        self._met[place, subject] = code
        if not known:
            tell(messages.LOCAL_TROUBLE, place=place, code=code)


def is_local(error: ShelfError) -> bool:
    """Whether our own disk is to blame, not the terminal."""
    return error.local or (isinstance(error, TimedOut) and error.code == "disk-timed-out")


def place_of(direction: Direction, effect: Effect) -> Place:
    """Which of our folders an effect touches, if its trouble is a local one."""
    match effect, direction:
        case do.Engage(), _:
            return Place.CLAIMS
        case do.ShowHeld() | do.Unshow(), _:
            return Place.HELD
        case do.Note(), Direction.CLAIM:
            return Place.DELIVERED
        case do.PutVerified() | do.Publish() | do.LookAtTarget() | do.LookForTwin(), Direction.RETURN:
            return Place.RETURNS
        case _:
            return Place.SPOOL
