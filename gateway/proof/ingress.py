"""Chains outside the IP hooks: of a device (netdev, inet ingress), of a bridge, of ARP. They see packets before or beside the rest."""

from collections.abc import Iterator

from gateway.proof.case import Case, Violation, Weight
from gateway.proof.journey import IP_FAMILIES
from gateway.proof.model import Theorem
from gateway.proof.pppoe import passed_by
from gateway.proof.ruleset import Chain, Kind, Table

_DEVICE_HOOKS = ("ingress", "egress")


def ingress_violations(case: Case, theorem: Theorem) -> Iterator[Violation]:
    """What passes packets on is T1's matter; whether anything else there takes packets away is T5's, and nobody can tell."""
    if theorem is not Theorem.T5:
        return
    for table in case.ruleset.tables:
        for chain in table.chains.values():
            outside = table.family not in IP_FAMILIES
            if _does_something(case, table, chain) and (
                outside or (chain.hook is not None and chain.hook.hook in _DEVICE_HOOKS)
            ):
                yield Violation(
                    f"{table} {chain.name} stands on a device, a bridge or ARP: whether it drops what is declared is not "
                    "known here. take it away",
                    weight=Weight.OPEN,
                )


def _does_something(case: Case, table: Table, chain: Chain) -> bool:
    others = [rule for rule in chain.rules if passed_by(table, rule) not in case.pppoe]
    return bool(others) or (chain.hook is not None and chain.hook.policy is Kind.DROP)
