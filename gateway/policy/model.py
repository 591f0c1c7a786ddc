"""The Policy: zone × zone → the sessions that may be started. Everything that is not in it is dropped."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from gateway.policy.networks import of_family
from gateway.site.layout import Zone
from gateway.site.openings import Day
from gateway.site.values import Family, Hours, IpAddress, IpNetwork, PortRange
from gateway.site.zones import Segment

FAMILIES: tuple[Family, ...] = (4, 6)


class Protocol(StrEnum):
    TCP = "tcp"
    UDP = "udp"
    ESP = "esp"
    """Encrypted packets of a terminal's own tunnel (RFC 4303); no ports."""
    ICMP_ECHO = "icmp-echo"
    """Only asked about, never granted: no layout declares it."""


@dataclass(frozen=True, slots=True, order=True)
class ServicePorts:
    """Responder ports of one protocol; None where the protocol has none."""

    protocol: Protocol
    ports: PortRange | None = None

    def __str__(self) -> str:
        return str(self.protocol) if self.ports is None else f"{self.protocol} {self.ports}"


@dataclass(frozen=True, slots=True)
class Window:
    """Open daily within `hours`, on windows that begin on one of `days`; local time."""

    hours: Hours
    days: tuple[Day, ...]

    def __str__(self) -> str:
        days = "" if len(self.days) == len(Day) else f" {','.join(self.days)}"
        return f"{self.hours}{days}"


@dataclass(frozen=True, slots=True)
class Granted:
    """Open while a person granted it, `at_most` at a time."""

    name: str
    at_most: timedelta

    def __str__(self) -> str:
        return f"granted {self.name}"


When = Window | Granted | None
"""None means always."""


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
    when: When = None
    names: tuple[str, ...] = ()
    """Host names whose addresses, once learned, are destinations too."""
    either_asks: bool = False
    """Whether both ends ask of their own accord once a session stands, as IKE's do (RFC 7296 §1): then what comes back
    over UDP needs no fresh question, only the session."""

    def __post_init__(self) -> None:
        if not self.clauses:
            raise ValueError(f"flow {self.id} names no clause")

    def in_family(self, family: Family) -> tuple[tuple[IpNetwork, ...], tuple[IpNetwork, ...]]:
        """Sources and destinations of one family; the flow does not exist in it if either is empty."""
        return of_family(self.sources, family), of_family(self.destinations, family)

    @property
    def families(self) -> tuple[Family, ...]:
        """The families in which this flow can carry a session."""
        return tuple(
            family for family in FAMILIES if self.in_family(family)[0] and (self.in_family(family)[1] or self.names)
        )

    @property
    def protocols(self) -> tuple[Protocol, ...]:
        """The protocols of its services."""
        return tuple(protocol for protocol in Protocol if any(one.protocol is protocol for one in self.services))


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
    served: tuple[tuple[Zone, Segment], ...] = ()
    """What the box itself serves to a terminal segment below the level of sessions: DHCP and router advertisements."""
    hears_routers: bool = False
    """Whether the box takes its IPv6 routes from advertisements on the line."""
    asks_dhcp: bool = False
    """Whether the box asks on the line for its address, a prefix, or what an advertisement leaves to DHCPv6."""
    delegated: tuple[Zone, ...] = ()
    """The segments whose IPv6 prefix the line delegates: it is not among `networks`."""
    protected: tuple[IpNetwork, ...] = ()
    """What is reached through the box's own tunnel or not at all (C17)."""
    narrow: tuple[Zone, ...] = ()
    """The zones whose packets must be smaller than their neighbours': TCP is told when it opens (RFC 9293 §3.7.1)."""

    dial_up: tuple[tuple[Zone, Zone], ...] = ()
    """The ordered pairs between which PPPoE's frames pass, which no flow and no rule about packets sees (RFC 2516)."""

    def between(self, origin: Zone, target: Zone) -> tuple[Flow, ...]:
        """The flows of one ordered pair."""
        return tuple(flow for flow in self.flows if (flow.origin, flow.target) == (origin, target))


@dataclass(frozen=True, slots=True)
class Session:
    """A question: may this session start? `port` is the responder's, None for ESP and ICMP echo."""

    origin: Zone
    target: Zone
    source: IpAddress
    destination: IpAddress
    protocol: Protocol
    port: int | None


def verdict(policy: Policy, session: Session, opened: frozenset[str] = frozenset()) -> Flow | None:
    """The flow that allows `session` to start, or None: then its first packet is dropped.

    `opened` names the flows that are open now among those with a window or a grant. Learned addresses are not known here.
    """
    flows = policy.between(session.origin, session.target)
    return next((f for f in flows if (f.when is None or f.id in opened) and _covers(f, session)), None)


def _covers(flow: Flow, session: Session) -> bool:
    return (
        session.source.version == session.destination.version
        and any(session.source in network for network in flow.sources)
        and any(session.destination in network for network in flow.destinations)
        and any(_serves(service, session) for service in flow.services)
    )


def _serves(service: ServicePorts, session: Session) -> bool:
    if service.protocol is not session.protocol:
        return False
    if service.ports is None or session.port is None:
        return service.ports is None and session.port is None
    return service.ports.first <= session.port <= service.ports.last
