"""A handful of rules, and whether one packet gets through one hook: the semantics, looked at one by one."""

from gateway.policy.derive import derive
from gateway.proof.algebra import Term
from gateway.proof.case import mentioned
from gateway.proof.diagram import Diagrams
from gateway.proof.guard import whole_guard
from gateway.proof.header import Header
from gateway.proof.interfaces import Names, interfaces
from gateway.proof.journey import Journey
from gateway.proof.live import LiveSets
from gateway.proof.model import Dump, Path
from gateway.proof.read import read
from tests.proof.recorded import site_of

SAMPLE = "ip-vpn-claim"


class Walked:
    """A dump, evaluated; `header` makes the packets to ask about."""

    def __init__(self, *dump: object) -> None:
        ruleset = read(dump)  # type: ignore[arg-type]  # what is no dump is refused there
        site = site_of(SAMPLE)
        ports = interfaces(site)
        self.header = Header(Diagrams(), Names([*mentioned(ruleset), *ports.values()]))
        live = LiveSets(self.header, derive(site), ports)
        nowhere = self.header.algebra.false
        self.journey = Journey(self.header, ruleset, whole_guard(), live, own=nowhere, tunnel=None)

    def always(self, packets: Term, path: Path = Path.FORWARD) -> bool:
        """Whether all of these packets pass the path's hooks, whatever nobody can tell."""
        return self._never(packets & ~self._hooks(path), path)

    def never(self, packets: Term, path: Path = Path.FORWARD) -> bool:
        """Whether none of these packets passes the path's hooks, whatever nobody can tell."""
        return self._never(packets & self._hooks(path), path)

    def open(self, packets: Term, path: Path = Path.FORWARD) -> bool:
        """Whether it cannot be told."""
        return not self.always(packets, path) and not self.never(packets, path)

    def _never(self, packets: Term, path: Path) -> bool:
        return self.header.algebra.never(packets & self.journey.world[path])

    def _hooks(self, path: Path) -> Term:
        result = self.header.algebra.true
        for piece in self.journey.pieces[path]:
            result = result & piece.accepted
        return result


def dump(*pieces: object) -> Dump:
    """Pieces as a dump."""
    return tuple(pieces)  # type: ignore[arg-type]  # pieces are mappings
