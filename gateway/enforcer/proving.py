"""The proof at its place: every candidate before the kernel is touched, and what the kernel then shows, by gateway/proof."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from gateway.enforcer import messages
from gateway.enforcer.desired import Desired
from gateway.enforcer.errors import Refuted
from gateway.enforcer.proof import Proof, Said
from gateway.firewall.pppoe import FAMILY, SHUT_TABLE, devices
from gateway.journal import tell
from gateway.policy.derive import derive
from gateway.proof.child import Limits, prove_apart
from gateway.proof.guard import whole_guard
from gateway.proof.inventory.surroundings import surroundings
from gateway.proof.model import Answer, Evidence, Verdict
from gateway.proof.observe import NotObserved, Observation, evidence, observe
from gateway.proof.scratch import dump_of
from gateway.wiring.guard import BARRIER

LIMITS = Limits(seconds=20.0)
"""A hundred times what a proof takes: while it is awaited nothing is repaired, and systemd waits 30 s for us to stop."""


class Prover:
    """Raises Refuted for whatever is not proved. `last` is for `status`."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.last: Said | None = None

    def candidate(self, desired: Desired) -> None:
        """The table alone, tried apart, behind the guard as it has to be: what else the box holds is the live proof's."""
        try:
            table = Evidence(
                dump_of(desired.ruleset, devices(desired.dial_up)), whole_guard(), carrier=desired.own_end.carrier
            )
            verdict = prove_apart(desired.site, table, LIMITS)
        except NotObserved as error:
            raise Refuted(f"the site cannot be proved: {error}") from error
        if refusal := _refusal(verdict):
            raise Refuted(f"the site is not proved: {refusal}")

    def live(self, desired: Desired) -> None:
        """The whole box: rules, routing, settings and whatever else could forward."""
        said = self._heard(desired)
        before, self.last = self.last, said
        if said.refusal:
            if before is None or before.refusal != said.refusal:
                tell(messages.NOT_PROVED, reason=said.refusal)
            raise Refuted(f"the box is not proved: {said.refusal}")
        if before is None or before.refusal:
            tell(messages.PROVED, seconds=round(said.seconds, 2))

    def _heard(self, desired: Desired) -> Said:
        around = surroundings(desired.site, derive(desired.site), desired.own_end.carrier)
        try:
            verdict = prove_apart(desired.site, evidence(_without_barrier(observe(around)), around), LIMITS)
        except NotObserved as error:
            return Said(self._now(), str(error), 0.0)
        return Said(self._now(), _refusal(verdict), verdict.seconds)


@dataclass(frozen=True, slots=True)
class Tolerant:
    """For a site that a person put in force without proof: the proof is still asked and told, and refuses nothing."""

    proof: Proof

    @property
    def last(self) -> Said | None:
        """The proof's own last word."""
        return self.proof.last

    def candidate(self, desired: Desired) -> None:
        """Nobody asks: the person knows."""

    def live(self, desired: Desired) -> None:
        """Asked, for the journal and for `status`."""
        try:
            self.proof.live(desired)
        except Refuted:
            return


def _without_barrier(seen: Observation) -> Observation:
    """As it will be once the barrier opens, which waits for this proof. It only ever drops: nothing is hidden by leaving it out."""
    rules = tuple(rule for rule in seen.facts.rules if not (rule.blackhole and rule.priority == BARRIER))
    dump = tuple(one for one in seen.dump if not _of_the_barrier(one))
    return replace(seen, dump=dump, facts=replace(seen.facts, rules=rules))


def _of_the_barrier(said: Mapping[str, Any]) -> bool:
    """Whether this object of the dump is the table that goes, whatever is in it, when the barrier opens."""
    (one,) = said.values()
    return one.get("family") == FAMILY and SHUT_TABLE in (one.get("table"), one.get("name") if "table" in said else "")


def _refusal(verdict: Verdict) -> str:
    """Which theorem is false and why, or why nobody can tell; empty when all are proved."""
    if verdict.answer is Answer.PROVED:
        return ""
    false = [one.theorem for one in verdict.judgements if one.answer is Answer.DISPROVED]
    return f"{' '.join([*false, verdict.answer])}: {verdict.reason}"
