"""Doors that stand open for a time: windows by the clock, grants by a person. What nft must run to set them. Pure.

Each is an element with a time-out in a LIVE set, so the kernel closes it with no process running. On Linux 6.1 adding an
element that is there does not extend it: it goes and comes in one transaction.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from gateway.enforcer.errors import NotNow
from gateway.firewall.live import grant_set, open_pair, open_set
from gateway.firewall.observed import LiveSet
from gateway.firewall.table import FAMILY, TABLE
from gateway.policy.model import FAMILIES, Flow, Granted, Policy, Window
from gateway.policy.schedule import Schedule
from gateway.site.layout import Zone
from gateway.site.values import IpAddress

TOLERANCE = timedelta(seconds=2)
"""How far the kernel's time-out may be from the wished one before it is set again."""
PREFIX_MAX_HOSTS = 256
"""A grant from a prefix opens for each of its addresses; from a larger one somebody must say --from."""
_UNITS = {"d": 86_400.0, "h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


@dataclass(frozen=True, slots=True)
class Door:
    """One element of a LIVE set, and how long it is to stay; zero: it is to go."""

    set_name: str
    element: str
    left: timedelta

    def commands(self, *, there: bool) -> Iterator[str]:
        """What nft must run; `there`: the element is in the set now."""
        where = f"{FAMILY} {TABLE} {self.set_name}"
        if there:
            yield f"delete element {where} {{ {self.element} }}"
        if self.left > timedelta():
            yield f"add element {where} {{ {self.element} timeout {int(self.left.total_seconds())}s }}"


def due(doors: Iterable[Door], sets: Mapping[str, LiveSet]) -> tuple[Door, ...]:
    """The doors that are not as they should be. `sets` are the kernel's."""
    return tuple(door for door in doors if _differs(door, left(sets, door.set_name).get(door.element)))


def commands(doors: Iterable[Door], sets: Mapping[str, LiveSet]) -> str:
    """One batch for all of them; empty if there is nothing to do."""
    return "".join(
        f"{line}\n" for door in doors for line in door.commands(there=door.element in left(sets, door.set_name))
    )


def left(sets: Mapping[str, LiveSet], name: str) -> dict[str, timedelta]:
    """What a LIVE set holds, and for how long still."""
    held = sets[name].timed if name in sets else ()
    return {text.partition(" timeout ")[0].partition(" expires ")[0]: _expires(text) for text in held}


def windows(policy: Policy, ports: Mapping[Zone, str], schedule: Schedule | None) -> tuple[Door, ...]:
    """Every window as it should be. None for the schedule: the time is not known, so all are shut."""
    return tuple(
        Door(open_set(flow), open_pair(flow, ports), _left(flow, schedule))
        for flow in policy.flows
        if isinstance(flow.when, Window)
    )


def _left(flow: Flow, schedule: Schedule | None) -> timedelta:
    if schedule is None or flow.id not in schedule.open:
        return timedelta()
    return schedule.open[flow.id] - schedule.at


def granted(policy: Policy, name: str, asked: timedelta | None, source: IpAddress | None) -> tuple[Door, ...]:
    """The doors of one grant, for `asked` or the longest time it may have. Raises NotNow if it may not be given so."""
    flow, grant = _declared(policy, name)
    if asked is not None and asked > grant.at_most:
        raise NotNow(f"{name} may stay open for {spoken(grant.at_most)} at most. ask for less with --for")
    sources = (source,) if source else tuple(_everyone(flow, name))
    for one in sources:
        if not any(one.version == network.version and one in network for network in flow.sources):
            allowed = ", ".join(map(str, flow.sources))
            raise NotNow(f"{name} is for {allowed}, not for {one}. name one of them with --from")
    doors = tuple(
        Door(grant_set(grant, family), str(one), asked or grant.at_most)
        for family in flow.families
        for one in sources
        if one.version == family
    )
    if not doors:
        raise NotNow(f"{name} leads nowhere for {source}: it has no destination of that family")
    return doors


def withdrawn(policy: Policy, name: str, sets: Mapping[str, LiveSet]) -> tuple[Door, ...]:
    """What must go so that the grant is closed. Raises NotNow if no such grant is declared."""
    _, grant = _declared(policy, name)
    return tuple(
        Door(grant_set(grant, family), element, timedelta())
        for family in FAMILIES
        for element in left(sets, grant_set(grant, family))
    )


@dataclass(frozen=True, slots=True)
class Opening:
    """One declared grant as it stands. `open_for` is the longest of its doors; None: shut."""

    name: str
    at_most: timedelta
    sources: tuple[str, ...]
    open_for: timedelta | None


def grants(policy: Policy, sets: Mapping[str, LiveSet]) -> tuple[Opening, ...]:
    """Every grant the policy declares."""
    return tuple(_opening(flow.when, sets) for flow in policy.flows if isinstance(flow.when, Granted))


def _opening(grant: Granted, sets: Mapping[str, LiveSet]) -> Opening:
    held = {source: time for family in FAMILIES for source, time in left(sets, grant_set(grant, family)).items()}
    return Opening(grant.name, grant.at_most, tuple(held), max(held.values(), default=None))


def spoken(time: timedelta) -> str:
    """A length of time as people write it in a site file."""
    seconds = int(time.total_seconds())
    parts = ((seconds // 86_400, "d"), (seconds // 3600 % 24, "h"), (seconds // 60 % 60, "m"), (seconds % 60, "s"))
    return "".join(f"{count}{unit}" for count, unit in parts if count) or "0s"


def _declared(policy: Policy, name: str) -> tuple[Flow, Granted]:
    for flow in policy.flows:
        if isinstance(flow.when, Granted) and flow.when.name == name:
            return flow, flow.when
    known = ", ".join(flow.when.name for flow in policy.flows if isinstance(flow.when, Granted)) or "none"
    raise NotNow(f"the site declares no grant {name}. it declares: {known}")


def _everyone(flow: Flow, name: str) -> Iterator[IpAddress]:
    if sum(network.num_addresses for network in flow.sources) > PREFIX_MAX_HOSTS:
        raise NotNow(f"{name} may be given to more than {PREFIX_MAX_HOSTS} addresses. say which one with --from")
    for network in flow.sources:
        yield from network


def _differs(door: Door, found: timedelta | None) -> bool:
    if door.left < timedelta(seconds=1):
        return found is not None
    return found is None or abs(found - door.left) > TOLERANCE


def _expires(text: str) -> timedelta:
    """`… expires 1h59m58s120ms`; without it the element stays for ever, which ours never do."""
    words = text.partition(" expires ")[2] or text.partition(" timeout ")[2]
    return timedelta(seconds=sum(float(count) * _UNITS[unit] for count, unit in re.findall(r"(\d+)(ms|[dhms])", words)))
