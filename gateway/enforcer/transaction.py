"""One apply over the parts of the box: observe → decide → act → verify; a failure on the way restores what was there."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from gateway.enforcer import barrier, connections, messages
from gateway.enforcer.desired import Desired, desire
from gateway.enforcer.errors import ApplyError, PurgeError, Refuted
from gateway.enforcer.part import DialUpPart, FirewallPart, GuardPart, InterfacePart, Part, PartError, Parts, WiringPart
from gateway.enforcer.proof import CONFIRM_ONLY, Proof
from gateway.firewall.nft import Nft
from gateway.firewall.observed import Observed
from gateway.journal import tell
from gateway.policy.places import Carrier
from gateway.programs.part import ProgramsPart
from gateway.tunnel.part import TunnelPart

__all__ = [
    "Applied",
    "ApplyError",
    "Desired",
    "Difference",
    "apply",
    "desire",
    "differences",
    "kernel_parts",
    "parts",
    "transact",
]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as declared, in the part's words."""

    part: str
    text: str

    def __str__(self) -> str:
        return f"{self.part}: {self.text}"


@dataclass(frozen=True, slots=True)
class Applied:
    """What one apply did. `changes` were the differences; none: the kernel was not touched."""

    desired: Desired
    changes: tuple[Difference, ...]
    latch_lifted: bool
    cut: int
    """Connections that were ended because the policy does not allow them."""

    @property
    def rule_count(self) -> int:
        """Rules now in the kernel's table."""
        return sum(len(chain.rules) for chain in self.desired.table.chains)


def parts(desired: Desired, door: Nft | None = None) -> Parts:
    """The parts in the order in which they are made so. `door` is that of a process that holds the table."""
    before_wiring: tuple[Part[Any], ...] = ()
    if desired.own_end.carrier is not Carrier.WIRE:
        before_wiring = (TunnelPart(desired.tunnel, desired.own_end.folder, desired.own_end.door),)
    runs, last = desired.own_end.runs, tuple[Part[Any], ...]()
    if runs is not None:
        last = (ProgramsPart(desired.programs, runs.units, runs.folders),)
    network: Parts = (
        GuardPart(desired.wiring),
        FirewallPart(desired.table, door),
        *before_wiring,
        WiringPart(desired.wiring),
        DialUpPart(desired.dial_up, door),
    )
    return (*network, *last)


def kernel_parts(desired: Desired, door: Nft | None = None) -> Parts:
    """As `parts`, without a word to charon."""
    return tuple(InterfacePart(one.wanted) if isinstance(one, TunnelPart) else one for one in parts(desired, door))


def differences(box: Parts) -> tuple[Difference, ...]:
    """What stands between this kernel and what is wanted. Raises a PartError."""
    return tuple(_differences(_observed(box)))


def apply(desired: Desired, *, door: Nft | None = None, proof: Proof = CONFIRM_ONLY) -> Applied:
    """Make it so in this network namespace. Raises ApplyError: then what was in force before is back, behind the guard."""
    return transact(desired, parts(desired, door), proof)


def transact(desired: Desired, box: Parts, proof: Proof) -> Applied:
    """As `apply`, over parts of the caller's choice."""
    try:
        proof.candidate(desired)
        found = _observed(box)
        latched = any(isinstance(one, Observed) and one.latched for _, one in found)
    except (*PartError, Refuted) as error:
        raise _refused(error, "nothing was changed") from error
    changes = tuple(_differences(found))
    try:
        if latched:
            barrier.shut(desired, _door(box))  # the latch goes with the change, and the proof comes after it
        if changes:
            _act(found)
            _verify(box)
        # Before the proof: a session that slipped in while nothing stood guard would refute the box that is to end it.
        cut = connections.purge(desired.policy, _live(box))
        proof.live(desired)
        barrier.open_again(_door(box))
    except (*PartError, Refuted, PurgeError) as error:
        back = _restored(found) if changes else True
        state = "what was in force before is back" if back else "the box forwards nothing until an apply succeeds"
        raise _refused(error, state) from error
    applied = Applied(desired, changes, latched, cut)
    tell(
        messages.APPLIED,
        flows=len(desired.policy.flows),
        rules=applied.rule_count,
        changes=len(changes),
        cut=cut,
        latch="lifted" if latched else "was not there",
    )
    return applied


def _refused(error: Exception, state: str) -> ApplyError:
    tell(messages.REFUSED, reason=str(error), state=state)
    return ApplyError(f"{error}; {state}")


Seen = tuple[tuple[Part[Any], Any], ...]
"""Each part with what it found."""


def _observed(box: Parts) -> Seen:
    return tuple((part, part.observe()) for part in box)


def _differences(found: Seen) -> Iterator[Difference]:
    for part, seen in found:
        yield from (Difference(part.name, text) for text in part.difference(seen))


def _act(found: Seen) -> None:
    for part, seen in found:
        if isinstance(part, DialUpPart) and part.difference(seen):
            part.shut(seen)
    for part, seen in found:
        if part.difference(seen):
            part.apply(seen)


def _verify(box: Parts) -> None:
    """The kernel's own word that all of it is there. Raises Refuted."""
    for left in differences(box):
        raise Refuted(f"the kernel took the change and shows another state: {left}")


def _door(box: Parts) -> Nft | None:
    """The door of a process that holds the tables."""
    return next((part.door for part in box if isinstance(part, FirewallPart)), None)


def _live(box: Parts) -> Observed:
    """The table as it stands now, with what its LIVE sets hold."""
    return next(part.observe() for part in box if isinstance(part, FirewallPart))


def _restored(found: Seen) -> bool:
    """Whether every part is as it was found; the guard stays."""
    whole = True
    for part, seen in reversed(found):
        try:
            part.restore(seen)
        except PartError:
            whole = False
    if not whole:
        _end_dial_up(found)
    return whole


def _end_dial_up(found: Seen) -> None:
    """The guard, which stops every packet of a box in pieces, does not see a dial-up's frames."""
    for part, _ in found:
        if isinstance(part, DialUpPart):
            with suppress(*PartError):
                part.end()
