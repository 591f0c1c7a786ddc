"""What can go wrong between the relay and the outside, translated where it happens.

ShelfError                 carries `trouble` (whose turn it is) and `code` (a small fixed word, safe for the journal)
├── Unreachable            no answer: off, asleep, unplugged
├── TimedOut               an answer did not come before the deadline
├── Refused                the server said no, and a person must change something
├── Occupied               the final name is taken
├── Absent                 the file or folder is not there
├── InUse                  somebody has the file open
├── Changed                the file is not the one we listed
├── Differed               other bytes came back than were sent
└── Unexpected             an answer we have no word for: a bug here or there
Fault                      this program's own mistake over one parcel; names the kind of error, never its text
RelayRefused               the relay cannot start: one line, `what. what to do`
"""

from typing import ClassVar

from gateway.relay.events import Trouble


class ShelfError(Exception):
    """A shelf could not do what was asked. `str()` is its code: no path, no name. `local`: our own disk is to blame."""

    trouble: ClassVar[Trouble] = Trouble.TRANSIENT

    def __init__(self, code: str, *, local: bool = False) -> None:
        super().__init__(code)
        self.code = code
        self.local = local


class Unreachable(ShelfError): ...


class TimedOut(ShelfError): ...


class Refused(ShelfError):
    trouble = Trouble.PERSON


class Occupied(ShelfError): ...


class Absent(ShelfError): ...


class InUse(ShelfError): ...


class Changed(ShelfError): ...


class Differed(ShelfError): ...


class Unexpected(ShelfError):
    trouble = Trouble.BUG


BREAKS_LINE = (Unreachable, TimedOut, Refused, Unexpected)
"""After these the next call gets a new connection: what the old one still has to say is not for us."""


class Fault(Exception):
    """Something nobody foresaw went wrong over one parcel. `str()` is the error's type: its text may quote a file."""


class RelayRefused(Exception):
    """The relay cannot start. `wrong_input`: the site file or a file it names is to blame, not the system."""

    def __init__(self, text: str, *, wrong_input: bool = False) -> None:
        super().__init__(text)
        self.wrong_input = wrong_input
