"""What would be allowed instead of a session that is not: the closest flow, and in what it differs. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from gateway.policy.model import Flow, Granted, Policy, Session
from gateway.report.wording import Lang, services_text, when_text, zone_name
from gateway.site.layout import Layout
from gateway.site.values import IpNetwork


class Difference(StrEnum):
    """One thing that would have to be otherwise."""

    HOURS = "hours"
    GRANT = "grant"
    SERVICE = "service"
    SOURCE = "source"
    DESTINATION = "destination"
    FAMILY = "family"
    WAY = "way"
    """The same destination, through another zone."""
    DIRECTION = "direction"


_COST = {
    Difference.HOURS: 1,
    Difference.GRANT: 1,
    Difference.SERVICE: 3,
    Difference.SOURCE: 3,
    Difference.DESTINATION: 3,
    Difference.FAMILY: 4,
    Difference.WAY: 2,
    Difference.DIRECTION: 9,
}
"""What a person at the site changes most easily comes first: waiting, then the way, a port, an address, then the whole idea."""
_JAPANESE = {
    Difference.HOURS: "時間帯",
    Difference.GRANT: "一時許可",
    Difference.SERVICE: "サービス",
    Difference.SOURCE: "始める側のアドレス",
    Difference.DESTINATION: "相手のアドレス",
    Difference.FAMILY: "IPの版",
    Difference.WAY: "経路",
    Difference.DIRECTION: "向き",
}
LISTED_MAX = 3  # addresses in one line


@dataclass(frozen=True, slots=True)
class Nearest:
    """A flow, and everything in which the session differs from it."""

    flow: Flow
    differs: tuple[Difference, ...]

    @property
    def only_closed(self) -> bool:
        """Whether the same session may start at another time, or once a person grants it."""
        return set(self.differs) <= {Difference.HOURS, Difference.GRANT}


def nearest(policy: Policy, session: Session, opened: frozenset[str]) -> Nearest | None:
    """The closest flow; None if nothing may start between these zones in any direction. `opened` as for `verdict`."""
    candidates = (
        Nearest(flow, tuple(differs)) for flow in policy.flows if (differs := _differs(flow, session, opened))
    )
    return min(candidates, key=lambda one: sum(_COST[part] for part in one.differs), default=None)


def _differs(flow: Flow, session: Session, opened: frozenset[str]) -> list[Difference]:
    """Empty for a flow that has nothing to do with the session."""
    zones = (flow.origin, flow.target)
    if zones == (session.origin, session.target):
        way, ends = [], (session.source, session.destination)
    elif zones == (session.target, session.origin):
        way, ends = [Difference.DIRECTION], (session.destination, session.source)
    elif flow.origin is session.origin and any(session.destination in one for one in flow.destinations):
        way, ends = [Difference.WAY], (session.source, session.destination)
    else:
        return []
    if session.source.version not in flow.families:
        return [*way, Difference.FAMILY, *_closed(flow, opened)]
    parts = list(way)
    if not any(ends[0] in network for network in flow.sources):
        parts.append(Difference.SOURCE)
    if not any(ends[1] in network for network in flow.destinations):
        parts.append(Difference.DESTINATION)
    if not _served(flow, session):
        parts.append(Difference.SERVICE)
    return [*parts, *_closed(flow, opened)]


def _closed(flow: Flow, opened: frozenset[str]) -> Iterator[Difference]:
    if flow.when is not None and flow.id not in opened:
        yield Difference.GRANT if isinstance(flow.when, Granted) else Difference.HOURS


def _served(flow: Flow, session: Session) -> bool:
    return any(
        one.protocol is session.protocol
        and (one.ports is None or (session.port is not None and one.ports.first <= session.port <= one.ports.last))
        for one in flow.services
    )


def nearest_text(found: Nearest, session: Session, layout: Layout, lang: Lang) -> str:
    """The flow as one line, and what differs."""
    flow = found.flow
    family = session.source.version if session.source.version in flow.families else flow.families[0]
    sources, destinations = flow.in_family(family)
    zones = f"{zone_name(flow.origin, layout, lang)} → {zone_name(flow.target, layout, lang)}"
    to = _listed(destinations, flow.names)
    what = (services_text(flow.services), when_text(flow.when, lang))
    if lang == "ja":
        differs = "、".join(_JAPANESE[part] for part in found.differs)
        return f"{zones}、{what[0]}、{_listed(sources)} から {to} へ、{what[1]}（{flow.id}）。違い: {differs}"
    differs = ", ".join(found.differs)
    return f"{zones}, {what[0]}, from {_listed(sources)} to {to}, {what[1]} ({flow.id}); it differs in: {differs}"


def _listed(networks: tuple[IpNetwork, ...], names: tuple[str, ...] = ()) -> str:
    words = [str(one.network_address) if one.prefixlen == one.max_prefixlen else str(one) for one in networks]
    words += names
    more = len(words) - LISTED_MAX
    return " | ".join(words) if more <= 0 else f"{' | '.join(words[:LISTED_MAX])} | +{more}"
