"""Who else sees packets on this box: told when somebody new does, never touched."""

from gateway.enforcer import messages
from gateway.enforcer.watch.poll import legacy_tables
from gateway.firewall import part as firewall
from gateway.firewall.observed import Observed
from gateway.journal import tell


class Bystanders:
    """Remembers whom it told of."""

    def __init__(self) -> None:
        self._known: frozenset[str] = frozenset()

    def look(self, observed: Observed) -> None:
        """Tell of each that is new since the last look, in the network namespace of the caller."""
        found = frozenset((*firewall.foreign(observed), *legacy_tables()))
        for where in sorted(found - self._known):
            tell(messages.BYSTANDER, where=where)
        self._known = found
