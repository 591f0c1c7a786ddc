"""The Policy: zone × zone → the sessions that may be started. Everything that is not in it is dropped."""

from dataclasses import dataclass
from enum import StrEnum

from gateway.policy.networks import of_family
from gateway.site.layout import Zone
from gateway.site.values import Family, IpAddress, IpNetwork, PortRange

FAMILIES: tuple[Family, ...] = (4, 6)


class Protocol(StrEnum):
    TCP = "tcp"
    UDP = "udp"
    ICMP_ECHO = "icmp-echo"
    """Only asked about, never granted: no layout declares it."""


@dataclass(frozen=True, slots=True, order=True)
class ServicePorts:
    """Responder ports of one protocol."""

    protocol: Protocol
    ports: PortRange

    def __str__(self) -> str:
        return f"{self.protocol} {self.ports}"


@dataclass(frozen=True, slots=True)
class Reason:
    """One sentence, why a flow exists."""

    en: str
    ja: str


@dataclass(frozen=True, slots=True)
class Flow:
    """Sessions `origin` may start to `target`; replies pass, nothing else does.

    `sources` and `destinations` may mix families; only addresses of one family ever pair.
    `clauses` are numbered in docs/layouts.md; a flow without one is a bug.
    """

    id: str
    origin: Zone
    target: Zone
    sources: tuple[IpNetwork, ...]
    destinations: tuple[IpNetwork, ...]
    services: tuple[ServicePorts, ...]
    clauses: tuple[str, ...]
    why: Reason

    def __post_init__(self) -> None:
        if not self.clauses:
            raise ValueError(f"flow {self.id} names no clause")

    def in_family(self, family: Family) -> tuple[tuple[IpNetwork, ...], tuple[IpNetwork, ...]]:
        """Sources and destinations of one family; the flow does not exist in it if either is empty."""
        return of_family(self.sources, family), of_family(self.destinations, family)

    @property
    def families(self) -> tuple[Family, ...]:
        """The families in which this flow can carry a session."""
        return tuple(family for family in FAMILIES if all(self.in_family(family)))


@dataclass(frozen=True, slots=True)
class Translation:
    """IPv4 sessions from `sources` that leave through `out` appear from the gateway's own address there."""

    out: Zone
    sources: tuple[IpNetwork, ...]
    clauses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """The whole matrix of one site. `zones` are its segments, the box itself included."""

    zones: tuple[Zone, ...]
    networks: tuple[tuple[Zone, tuple[IpNetwork, ...]], ...]
    """The prefixes inside the site, by zone; the line's side is not among them."""
    flows: tuple[Flow, ...]
    translations: tuple[Translation, ...]

    def between(self, origin: Zone, target: Zone) -> tuple[Flow, ...]:
        """The flows of one ordered pair."""
        return tuple(flow for flow in self.flows if (flow.origin, flow.target) == (origin, target))


@dataclass(frozen=True, slots=True)
class Session:
    """A question: may this session start? `port` is the responder's, None for ICMP echo."""

    origin: Zone
    target: Zone
    source: IpAddress
    destination: IpAddress
    protocol: Protocol
    port: int | None


def verdict(policy: Policy, session: Session) -> Flow | None:
    """The flow that allows `session` to start, or None: then its first packet is dropped."""
    return next((flow for flow in policy.between(session.origin, session.target) if _covers(flow, session)), None)


def _covers(flow: Flow, session: Session) -> bool:
    return (
        session.port is not None
        and session.source.version == session.destination.version
        and any(session.source in network for network in flow.sources)
        and any(session.destination in network for network in flow.destinations)
        and any(
            service.protocol is session.protocol and service.ports.first <= session.port <= service.ports.last
            for service in flow.services
        )
    )
