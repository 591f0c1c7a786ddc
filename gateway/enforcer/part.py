"""The parts of the box behind one protocol: what is wanted of each, what is there, how they differ, making it so, undoing.

Their order in `parts` is the order of an apply: the guard's routing rules come first and go never, so that whatever fails
after them, nothing is forwarded that no table marked. The tunnel's interface (`gateway.tunnel.part`) comes before the
wiring, which writes the kernel's settings for it.
"""

from dataclasses import dataclass, replace
from typing import Any, Protocol, TypeVar

from gateway.firewall import part as firewall
from gateway.firewall import pppoe
from gateway.firewall.listing import ListedTable
from gateway.firewall.nft import Nft, NftError
from gateway.firewall.observed import Observed
from gateway.firewall.spelling import spelled
from gateway.firewall.table import Table
from gateway.programs.systemd import ProgramsError
from gateway.tunnel import link
from gateway.tunnel.errors import TunnelError
from gateway.tunnel.link import Standing
from gateway.tunnel.model import Tunnel
from gateway.tunnel.part import TUNNEL
from gateway.wiring import barrier, every_frame
from gateway.wiring import part as wiring
from gateway.wiring.model import Change, Rule, Wiring, difference
from gateway.wiring.part import WiringError

PartError = (NftError, WiringError, TunnelError, ProgramsError)
"""What any part raises when the kernel refuses."""

WIRING = "wiring"
_ROUNDS = 5
"""A foreign rule of a priority we use cannot be told from ours when it is taken away: what went along is put back."""

Found = TypeVar("Found")


class Part(Protocol[Found]):
    """One part, with what one site asks of it. Every method but `difference` meets the kernel and raises a PartError."""

    @property
    def name(self) -> str:
        """What messages call it."""
        ...

    def observe(self) -> Found:
        """What is there now; enough to put it back."""
        ...

    def difference(self, found: Found, /) -> tuple[str, ...]:
        """What stands between `found` and what is wanted, one line each; empty when nothing does. Pure."""
        ...

    def apply(self, found: Found, /) -> None:
        """Make it so."""
        ...

    def restore(self, found: Found, /) -> None:
        """Put back what `observe` saw."""
        ...


@dataclass(frozen=True, slots=True)
class GuardPart:
    """The routing rules. They are the same for every site."""

    wanted: Wiring
    name: str = "guard"

    def observe(self) -> Wiring:
        """The routing rules that stand."""
        return Wiring(rules=wiring.observe_rules(self.wanted.rules))

    def difference(self, found: Wiring) -> tuple[str, ...]:
        """The rules to add and to take away."""
        return tuple(map(str, difference(self._rules, found)))

    def apply(self, found: Wiring) -> None:
        """Only closes: ours are added before another is taken away."""
        for _ in range(_ROUNDS):
            changes = difference(self._rules, found)
            if not changes:
                return
            wiring.apply(changes)
            found = self.observe()

    def restore(self, found: Wiring) -> None:
        """The guard stays: in doubt, nothing is forwarded."""

    @property
    def _rules(self) -> Wiring:
        return Wiring(rules=self.wanted.rules)


@dataclass(frozen=True, slots=True)
class FirewallPart:
    """The nftables table, through a door that may hold it."""

    wanted: Table
    door: Nft | None = None
    name: str = "nftables"

    def observe(self) -> Observed:
        """The live table."""
        return firewall.observe(self.door)

    def difference(self, found: Observed) -> tuple[str, ...]:
        """Rules, sets and maps that differ."""
        return firewall.difference(self.wanted, found, spelled(self.wanted))

    def apply(self, _found: Observed) -> None:
        """One transaction; the table is read again in its own moment."""
        firewall.apply(self.wanted, self.door)

    def restore(self, found: Observed) -> None:
        """The former table, and the latch if it stood."""
        firewall.restore(found, self.door)


@dataclass(frozen=True, slots=True)
class WiringPart:
    """Links, addresses, routes and kernel settings."""

    wanted: Wiring
    name: str = WIRING

    def observe(self) -> Wiring:
        """What the declared ports carry."""
        return wiring.observe(replace(self.wanted, rules=()))

    def difference(self, found: Wiring) -> tuple[str, ...]:
        """The steps to take, in order."""
        return tuple(map(str, self._steps(found)))

    def apply(self, found: Wiring) -> None:
        """Step by step."""
        wiring.apply(self._steps(found))

    def restore(self, found: Wiring) -> None:
        """The steps back from where it stopped."""
        wiring.apply(difference(found, self.observe()))

    def _steps(self, found: Wiring) -> tuple[Change, ...]:
        steps = difference(replace(self.wanted, rules=()), found)
        return tuple(step for step in steps if not isinstance(step.item, Rule))


@dataclass(frozen=True, slots=True)
class InterfacePart:
    """Of the tunnel what the kernel holds: interface, routes and the blackholes behind them.

    Repairs see to these alone: a charon that hangs must keep nothing from being repaired, and what it lacks it is given by
    whoever keeps it (`gateway.tunnel.session`).
    """

    wanted: Tunnel | None
    name: str = TUNNEL

    def observe(self) -> Standing:
        """What stands."""
        return link.observe()

    def difference(self, found: Standing) -> tuple[str, ...]:
        """The steps to take, in order."""
        return tuple(map(str, link.steps(self.wanted, found)))

    def apply(self, found: Standing) -> None:
        """Step by step."""
        link.apply(link.steps(self.wanted, found))

    def restore(self, found: Standing) -> None:
        """The steps back from where it stopped."""
        link.apply(link.steps_back(found, link.observe()))


@dataclass(frozen=True, slots=True)
class Dialled:
    """The table that passes a terminal's dial-up through, and the ports that take every frame for it."""

    table: ListedTable | None
    every_frame: frozenset[str]


@dataclass(frozen=True, slots=True)
class DialUpPart:
    """A terminal's own PPPoE through the box. After the wiring: a VLAN's port must be there before a table stands on it."""

    wanted: Table | None
    door: Nft | None = None
    name: str = "pppoe"

    def observe(self) -> Dialled:
        """What stands."""
        table = pppoe.observe(self.door)
        return Dialled(table, every_frame.observe((*pppoe.devices(table), *pppoe.devices(self.wanted))))

    def difference(self, found: Dialled) -> tuple[str, ...]:
        """Table and ports that differ."""
        ports = pppoe.devices(self.wanted)
        return (
            *pppoe.difference(self.wanted, found.table),
            *(f"port {port} keeps back frames for other addresses" for port in ports if port not in found.every_frame),
        )

    def shut(self, found: Dialled) -> None:
        """What passed until now stops: the wiring may be about to make a port of it another zone's."""
        if found.table is not None:
            pppoe.shut(pppoe.devices(found.table), self.door)

    def end(self) -> None:
        """Nothing is dialled through any more."""
        pppoe.apply(None, self.door)

    def apply(self, found: Dialled) -> None:
        """The way and the barrier before it in one transaction: no frame passes until the proof has spoken (`barrier`)."""
        ports = pppoe.devices(self.wanted)
        every_frame.tell(found.every_frame - set(ports), take=False)
        every_frame.tell(ports, take=True)
        if pppoe.difference(self.wanted, found.table):
            pppoe.apply(self.wanted, self.door, shut_off=True)

    def restore(self, found: Dialled) -> None:
        """The former ways, as far as their ports are there and they were nobody else's."""
        ports = pppoe.devices(self.wanted)
        pppoe.apply(pppoe.former(found.table), self.door)
        if not barrier.is_shut():
            pppoe.open_again(self.door)
        every_frame.tell(set(ports) - found.every_frame, take=False)
        every_frame.tell(found.every_frame, take=True)


Parts = tuple[Part[Any], ...]
"""In the order in which they are made so."""
