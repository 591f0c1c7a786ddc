"""The two ways through the gateway: where each direction's files are put, and what they are called there."""

from dataclasses import dataclass
from pathlib import PurePosixPath

from gateway.relay.directory import DirectoryShelf
from gateway.relay.parcel import Direction, Parcel
from gateway.relay.places import RETURNS
from gateway.relay.shelf import Shelf
from gateway.site.model import Returns, TerminalShare

FETCHED = "取込済"


@dataclass(frozen=True, slots=True)
class Route:
    """Both shelves. `people` is rooted at the relay's own folder, `terminal` at the share."""

    people: DirectoryShelf
    terminal: Shelf
    share: TerminalShare
    returns: Returns

    def target(self, direction: Direction) -> Shelf:
        """Where files of this direction go."""
        match direction:
            case Direction.CLAIM:
                return self.terminal
            case Direction.RETURN:
                return self.people

    def final(self, parcel: Parcel) -> PurePosixPath:
        """The parcel's final place on its target shelf. Raises ValueError before it has one."""
        if parcel.target is None:
            raise ValueError(f"parcel {parcel.id} has no target yet")
        match parcel.direction:
            case Direction.CLAIM:
                return PurePosixPath(self.share.claims) / parcel.target
            case Direction.RETURN:
                return RETURNS / parcel.target

    @property
    def returns_folder(self) -> PurePosixPath:
        """Where the terminal's people lay return files."""
        return PurePosixPath(self.share.returns)

    @property
    def fetched_folder(self) -> PurePosixPath:
        """Where fetched return files are moved, with `after: move`."""
        return self.returns_folder / FETCHED
