"""T6: the box is no bridge: nothing a terminal may start with it can go on into lan."""

from collections.abc import Iterator

from gateway.policy.model import Flow, Protocol, ServicePorts
from gateway.proof.case import Case, Violation
from gateway.proof.header import NEW
from gateway.proof.model import Path, Theorem
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.values import PortRange

THEOREM = Theorem.T6
STATEMENT = (
    "no service a terminal may ask of the box is one the box may then ask of lan, so that no daemon could pass it on"
)

ANSWERED_HERE = (ServicePorts(Protocol.UDP, PortRange(123, 123)),)
"""Services that are never passed on: a time server answers from its own clock (RFC 5905 §9)."""


def violations(case: Case) -> Iterator[Violation]:
    """Pairs of one service on both sides. Files go the other way: the box opens the terminal's folder (T4 holds it to that)."""
    for asked in _started(case, from_terminals=True):
        for passed_on in _started(case, from_terminals=False):
            for service in asked.services:
                if service not in ANSWERED_HERE and any(_meets(service, other) for other in passed_on.services):
                    packets = case.accepted(Path.INPUT) & case.state(Path.INPUT, NEW) & case.declared.from_terminals()
                    yield Violation(
                        f"a terminal may ask the box for {service} ({asked.id}) and the box may ask lan for it ({passed_on.id}): "
                        "a daemon could pass it on. let the box ask elsewhere, or serve it not",
                        Path.INPUT,
                        packets & case.declared.asking(Path.INPUT),
                    )


def _started(case: Case, *, from_terminals: bool) -> Iterator[Flow]:
    for flow in case.policy.flows:
        if from_terminals and flow.origin in TERMINAL_ZONES and flow.target is Zone.GATEWAY:
            yield flow
        if not from_terminals and flow.origin is Zone.GATEWAY and flow.target is Zone.LAN:
            yield flow


def _meets(one: ServicePorts, two: ServicePorts) -> bool:
    if one.ports is None or two.ports is None:
        return one.protocol is two.protocol
    return one.ports.first <= two.ports.last and two.ports.first <= one.ports.last
