"""The rehearsal's first half: every zone pair probed, before any policy (everything passes) and under it."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.policy.model import Session
from gateway.site.values import Family
from gateway.twin.build import Twin
from gateway.twin.declared import declared
from gateway.twin.probe import ask, questions


@dataclass(frozen=True, slots=True)
class Row:
    """One probe's outcome: what the site file declares, and what the kernel did."""

    session: Session
    declared: bool
    observed: bool
    control: bool
    """Whether it passed the open router before: without that, "blocked" would mean nothing."""

    @property
    def right(self) -> bool:
        """Whether this observation equals its declaration and could have been otherwise."""
        return self.control and self.declared == self.observed

    @property
    def family(self) -> Family:
        """4 or 6."""
        return self.session.source.version

    @property
    def service(self) -> str:
        """`tcp 445`, or `icmp-echo`."""
        protocol, port = self.session.protocol, self.session.port
        return str(protocol) if port is None else f"{protocol} {port}"


def control(twin: Twin) -> frozenset[int]:
    """Probe the open router: the tags of all probes that can reach their target at all."""
    probes = questions(twin)
    return ask(twin, probes, probes)


def observe(twin: Twin, reachable: Iterable[int], opened: frozenset[str] = frozenset()) -> tuple[Row, ...]:
    """Probe the gateway as it is now. `reachable` is what `control` gave for the same twin.

    `opened` names the timed openings somebody opened before: `access`, updates and grants by name.
    """
    probes, passed_before = questions(twin), frozenset(reachable)
    expected = {probe.tag for probe in probes if declared(twin.site, probe.session, opened)}
    through = ask(twin, probes, (probe for probe in probes if probe.tag in expected))
    return tuple(
        Row(
            session=probe.session,
            declared=probe.tag in expected,
            observed=probe.tag in through,
            control=probe.tag in passed_before,
        )
        for probe in probes
    )
