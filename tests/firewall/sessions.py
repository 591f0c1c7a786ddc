"""Random questions to a policy: half of them near a declared flow, where mistakes live, half of them anything at all."""

from collections.abc import Iterator
from ipaddress import ip_address
from random import Random

from gateway.policy.model import Flow, Policy, Protocol, Session
from gateway.policy.places import inside, own
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import Family, IpAddress, IpNetwork

_ELSEWHERE: tuple[IpAddress, ...] = tuple(
    map(ip_address, ("203.0.113.200", "8.8.8.8", "2001:db8:c::200", "2606:4700::1"))
)
_PORTS = (445, 443, 53, 123, 22, 2222, 500, 4500, 514, 3389, 1, 65_535)


def random_sessions(site: Site, policy: Policy, random: Random, count: int) -> Iterator[Session]:
    """`count` sessions between two zones of the site, both addresses of one family."""
    flows = policy.flows
    for number in range(count):
        near = _near(random.choice(flows), random) if flows and number % 2 else None
        anything = _anything(site, policy, random, near.source.version if near else random.choice((4, 6)))
        yield _mixed(near, anything, random) if near else anything


def _near(flow: Flow, random: Random) -> Session | None:
    pairs = [(s, d) for s in flow.sources for d in flow.destinations if s.version == d.version]
    if not pairs:
        return None  # all its destinations are still to be learned
    source, destination = random.choice(pairs)
    service = random.choice(flow.services)
    port = random.choice((service.ports.first, service.ports.last)) if service.ports else None
    return Session(flow.origin, flow.target, _host(source, random), _host(destination, random), service.protocol, port)


def _mixed(near: Session, other: Session, random: Random) -> Session:
    """The session near a flow, and half the time one thing about it changed."""
    match random.randrange(8):
        case 0:
            origin, target = other.origin, other.target
            return Session(origin, target, near.source, near.destination, near.protocol, near.port)
        case 1:
            return Session(near.origin, near.target, other.source, near.destination, near.protocol, near.port)
        case 2:
            return Session(near.origin, near.target, near.source, other.destination, near.protocol, near.port)
        case 3:
            return Session(near.origin, near.target, near.source, near.destination, other.protocol, other.port)
    return near


def _anything(site: Site, policy: Policy, random: Random, family: Family) -> Session:
    origin, target = random.sample(policy.zones, 2)
    protocol = random.choice(list(Protocol))
    port = random.choice((*_PORTS, random.randrange(1, 65_536))) if protocol in (Protocol.TCP, Protocol.UDP) else None
    return Session(
        origin, target, _address(site, origin, random, family), _address(site, target, random, family), protocol, port
    )


def _address(site: Site, zone: Zone, random: Random, family: Family) -> IpAddress:
    """Often an address of the zone, sometimes the box's own there, sometimes one that lives elsewhere."""
    places = [network for network in (*inside(site, zone), *own(site, zone)) if network.version == family]
    if places and random.random() < 0.8:
        return _host(random.choice(places), random)
    return random.choice([address for address in _ELSEWHERE if address.version == family])


def _host(network: IpNetwork, random: Random) -> IpAddress:
    return network[random.choice((0, -1, random.randrange(min(network.num_addresses, 1 << 32))))]
