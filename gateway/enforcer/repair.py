"""What somebody changed is put back, part by part: here one part that fails keeps no other from being repaired."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from gateway.enforcer import connections
from gateway.enforcer.desired import Desired
from gateway.enforcer.errors import PurgeError, Refuted
from gateway.enforcer.part import WIRING, PartError
from gateway.enforcer.proof import Proof
from gateway.enforcer.transaction import Difference, kernel_parts
from gateway.firewall import part as firewall
from gateway.firewall.nft import Nft
from gateway.firewall.pppoe import devices
from gateway.programs.part import PROGRAMS
from gateway.tunnel.part import TUNNEL
from gateway.wiring import part as wiring


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was found and put back, what could not be, and the declared ports that are not there."""

    found: tuple[Difference, ...]
    failures: tuple[str, ...]
    missing: tuple[str, ...]
    cut: int = 0
    troubles: tuple[str, ...] = ()
    """What is wrong with a program beside the rules. It opens nothing, so nobody is shut off for it."""

    @property
    def whole(self) -> bool:
        """Whether everything that has a port is as declared."""
        return not self.failures


def repair(desired: Desired, door: Nft | None, proof: Proof, *, doubted: bool = False) -> Repaired:
    """Read everything again and make it as declared. A port that is missing is left out until it is back.

    What was found is proved anew; `doubted` asks the proof even if nothing was: it sees more than the parts are.
    """
    there, missing, failures = desired, tuple[str, ...](), list[str]()
    try:
        reduced, missing = wiring.present(desired.wiring)
        there = replace(desired, wiring=reduced, dial_up=None if _stands_on(missing, desired) else desired.dial_up)
    except wiring.WiringError as error:
        failures.append(str(error))
    found: list[Difference] = []
    troubles: list[str] = []
    for part in kernel_parts(there, door):
        telling = troubles if part.name == PROGRAMS else failures
        try:
            seen = part.observe()
            wrong = part.difference(seen)
            found += (Difference(part.name, text) for text in wrong)
            if wrong:
                part.apply(seen)
                telling += _left(part.name, part.difference(part.observe()))
        except PartError as error:
            telling.append(f"{part.name}: {error}")
    done = Repaired(tuple(found), tuple(failures), missing, troubles=tuple(troubles))
    return _settled(there, done, door, proof) if not failures and (found or doubted) else done


def _stands_on(missing: Iterable[str], desired: Desired) -> bool:
    """Whether the way of a dial-up needs a port that is not there."""
    return bool(set(missing) & set(devices(desired.dial_up)))


def _left(name: str, texts: Iterable[str]) -> list[str]:
    return [f"{name}: the kernel took the change and shows another state: {text}" for text in texts]


def _settled(desired: Desired, done: Repaired, door: Nft | None, proof: Proof) -> Repaired:
    """What was changed may have let a session in: it ends. And the proof has the last word."""
    try:
        opened = any(one.part not in (TUNNEL, WIRING, PROGRAMS) for one in done.found)
        cut = connections.purge(desired.policy, firewall.observe(door)) if opened else 0
        proof.live(desired)
    except (*PartError, PurgeError, Refuted) as error:
        return replace(done, failures=(str(error),))
    return replace(done, cut=cut)
