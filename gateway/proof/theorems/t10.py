"""T10: what the tunnel protects goes through it or not at all, by the rules alone and by the routes alone (C17).

The rules are this module's; the routes behind the tunnel, the interface and what the kernel encrypts are the inventory's
(`inventory/protected.py`, `links.py`, `transforms.py`), whose findings count here.
"""

from collections.abc import Iterator

from gateway.policy.places import Carrier
from gateway.proof.algebra import Term, all_of
from gateway.proof.case import Case, Violation, Weight
from gateway.proof.model import Path, Theorem
from gateway.site.layout import Zone

THEOREM = Theorem.T10
STATEMENT = "what the tunnel protects leaves by the tunnel's interface and comes by it or not at all, by the rules alone and by the routes alone"


def violations(case: Case) -> Iterator[Violation]:
    """Whatever routing and the sets of flows say: the interface may be gone, or stand beside another way."""
    if Zone.TUNNEL not in case.ports:
        return
    header, declared = case.header, case.declared
    for path in (Path.FORWARD, Path.OUTPUT):
        elsewhere = ~declared.goes_to(Zone.TUNNEL) & ~header.on(header.oif, "lo")
        yield Violation(
            "a packet for a network that only the tunnel may reach leaves by another interface, unencrypted. put back the rule "
            "that drops it, in forward and in output",
            path,
            _rules_accept(case, path) & declared.protected("daddr") & elsewhere,
        )
    for path in (Path.FORWARD, Path.INPUT):
        yield Violation(
            "a packet of a network that only the tunnel reaches comes by the line. put back the rule that drops it in prerouting",
            path,
            _rules_accept(case, path) & declared.protected("saddr") & declared.comes_from(Zone.WAN),
        )
    yield from _through_ipsec(case)


def _through_ipsec(case: Case) -> Iterator[Violation]:
    if case.carrier is not Carrier.XFRM:
        yield Violation(
            f"the tunnel's interface is a {case.carrier} device: the kernel cannot say whether what comes by it was encrypted; the "
            "program behind it has to be believed",
            weight=Weight.NOTE,
        )
        return
    for path in (Path.FORWARD, Path.INPUT):
        yield Violation(
            "a packet comes by the tunnel's interface without having been encrypted. put back the rule that asks for IPsec",
            path,
            _rules_accept(case, path) & case.declared.comes_from(Zone.TUNNEL) & ~case.header.decrypted,
        )


def _rules_accept(case: Case, path: Path) -> Term:
    """Without the guard and the routes, and as if every pair of zones permitted everything."""
    return all_of(case.header.algebra, [piece.accepted for piece in case.widened.pieces[path]])
