"""One apply over the parts of the box: observe → decide → act → confirm; a failure on the way restores what was there."""

from dataclasses import dataclass, replace

from gateway.enforcer import messages
from gateway.firewall import part as firewall
from gateway.firewall.nft import NftError
from gateway.firewall.reload import Observed
from gateway.firewall.table import Table
from gateway.journal import tell
from gateway.policy.derive import derive
from gateway.policy.model import Policy
from gateway.site.model import Site
from gateway.wiring import part as wiring
from gateway.wiring.model import Change, Rule, Wiring, difference
from gateway.wiring.part import WiringError


class ApplyError(Exception):
    """The kernel refused, or is not what was asked for. One line; `str` says whether the former state is back."""


@dataclass(frozen=True, slots=True)
class Desired:
    """What one site asks of every part of the box."""

    policy: Policy
    table: Table
    wiring: Wiring


@dataclass(frozen=True, slots=True)
class Applied:
    """What one apply did. `changes` are those to the wiring; the table is always replaced whole."""

    desired: Desired
    changes: tuple[Change, ...]
    latch_lifted: bool

    @property
    def rule_count(self) -> int:
        """Rules now in the kernel's table."""
        return sum(len(chain.rules) for chain in self.desired.table.chains)


def desire(site: Site, policy: Policy | None = None) -> Desired:
    """Everything `site` asks for. Pure. `policy` stands in for the derived one when a rehearsal tries another."""
    policy = derive(site) if policy is None else policy
    return Desired(policy, firewall.desired(policy, wiring.ports(site)), wiring.desired(site))


def apply(desired: Desired) -> Applied:
    """Make it so in this network namespace. Raises ApplyError: then the former table is back, behind the guard.

    The guard's rules come first and stay whatever happens: in doubt, nothing is forwarded.
    """
    try:
        wiring_before, firewall_before = wiring.observe(desired.wiring), firewall.observe()
    except (WiringError, NftError) as error:
        raise _refused(error, "nothing was changed") from error
    changes = difference(desired.wiring, wiring_before)
    try:
        _act(desired, changes)
        _confirm(desired)
    except (WiringError, NftError) as error:
        restored = _restore(desired, wiring_before, firewall_before)
        state = "what was in force before is back" if restored else "the box forwards nothing until an apply succeeds"
        raise _refused(error, state) from error
    applied = Applied(desired, changes, firewall_before.latched)
    tell(
        messages.APPLIED,
        flows=len(desired.policy.flows),
        rules=applied.rule_count,
        changes=len(changes),
        latch="lifted" if applied.latch_lifted else "was not there",
    )
    return applied


def _refused(error: Exception, state: str) -> ApplyError:
    tell(messages.REFUSED, reason=str(error), state=state)
    return ApplyError(f"{error}; {state}")


def _act(desired: Desired, changes: tuple[Change, ...]) -> None:
    wiring.apply(change for change in changes if isinstance(change.item, Rule))
    firewall.apply(desired.table)
    wiring.apply(change for change in changes if not isinstance(change.item, Rule))


def _confirm(desired: Desired) -> None:
    """The kernel's own word that all of it is there."""
    left = firewall.difference(desired.table, firewall.observe())
    if left:
        raise NftError(f"the kernel took the table and shows another: {left[0]}")
    for change in difference(desired.wiring, wiring.observe(desired.wiring)):
        raise WiringError(f"the kernel took the change and does not show it: {change}")


def _restore(desired: Desired, wiring_before: Wiring, firewall_before: Observed) -> bool:
    try:
        firewall.restore(firewall_before)
        guarded = replace(wiring_before, rules=desired.wiring.rules)
        wiring.apply(difference(guarded, wiring.observe(desired.wiring)))
    except (WiringError, NftError):
        return False
    return True
