"""Random packets near what the policy allows: an entry of it, mutated a little. Pure and seeded."""

import random
from collections.abc import Sequence
from dataclasses import replace

from gateway.policy.model import Flow, Policy, Protocol
from gateway.policy.networks import of_family
from gateway.site.layout import Zone
from gateway.site.values import Family, IpAddress
from gateway.twin.differential.shot import (
    ACK,
    ERRORS,
    ESP,
    FIN,
    GRE,
    ICMP,
    ICMP6,
    PSH,
    RST,
    SYN,
    TCP,
    UDP,
    URG,
    Shot,
    Standing,
)
from gateway.twin.differential.terrain import Terrain

_NUMBERS = {Protocol.TCP: TCP, Protocol.UDP: UDP, Protocol.ESP: ESP}
_PORTS = (22, 53, 67, 68, 80, 123, 137, 139, 443, 445, 500, 514, 546, 547, 2222, 3389, 4500, 5353, 8080)
_FIRST_PORT = 20_000
_ECE_CWR = 0x40 | 0x80  # RFC 3168 §6.1
_FLAGS = (
    *(SYN, SYN, SYN, SYN | URG, SYN | PSH | URG, SYN | _ECE_CWR),
    *(SYN | ACK, ACK, PSH | ACK, URG | ACK, FIN | ACK, RST, RST | ACK),
    *(SYN | FIN, SYN | RST, 0, FIN, FIN | PSH | URG),
)
_LIVE_FLAGS = (ACK, PSH | ACK, URG | ACK, FIN | ACK)
_LIVE_TYPES = {4: (0, 3, 5, 8, 11, 13, 17), 6: (1, 2, 3, 4, 128, 129, 130, 133, 134, 135, 136, 137, 143)}
_SIZES = (0, 0, 0, 1, 200, 500, 520, 540, 548, 560, 700, 1160, 1200, 1220, 1300)
_HOPS = (2, 64, 64, 64, 128, 255, 255)
_EXTENSIONS = (0, 60)  # hop-by-hop and destination options (RFC 8200 §4.3, §4.6)
_MUTATIONS = (0, 0, 1, 1, 1, 2, 2, 3)
_STANDINGS = (Standing.NOTHING,) * 9 + (Standing.LIVE,) * 6 + (Standing.OPENING,) + (Standing.ASKED,) * 2


class Shots:
    """An endless supply for one family. The same seed gives the same packets."""

    def __init__(self, policy: Policy, terrain: Terrain, family: Family, seed: int) -> None:
        self._terrain, self._family = terrain, family
        self._dice = random.Random(f"{seed} {family}")  # noqa: S311 -- a test that can be repeated
        self._flows = tuple(flow for flow in policy.flows if all(flow.in_family(family)))
        self._zones = (*terrain.ports, Zone.GATEWAY)
        self._tag = 0

    def batch(self, count: int) -> tuple[Shot, ...]:
        """About `count` packets that share no session, but a question and its answer; in the order they are to be sent."""
        taken: set[object] = set()
        made: list[Shot] = []
        while self._flows and len(made) < count:
            shot = self._shot()
            if not self._can_travel(shot) or not taken.isdisjoint(keys := self._keys(shot)):
                continue
            question = self._question(shot)
            if question is not None and not self._can_travel(question):
                continue
            taken.update(keys)
            made += [shot] if question is None else [question, shot]
        return tuple(made)

    def _shot(self) -> Shot:
        dice = self._dice
        shot = self._declared(dice.choice(self._flows))
        if dice.random() < 0.3:
            shot = self._turned(shot)
        for _ in range(dice.choice(_MUTATIONS)):
            shot = self._mutated(shot)
        shot = self._formed(shot)
        if self._family == 6 and dice.random() < 0.04:
            shot = replace(shot, extension=dice.choice(_EXTENSIONS))
        return self._standing(shot)

    def _declared(self, flow: Flow) -> Shot:
        """The first packet of a session the policy allows."""
        dice = self._dice
        self._tag += 1
        service = dice.choice(flow.services)
        ports = service.ports
        return Shot(
            self._tag,
            self._family,
            flow.origin,
            self._end(flow, answering=False),
            self._end(flow, answering=True),
            _NUMBERS[service.protocol],
            sport=_FIRST_PORT + self._tag % 30_000,
            dport=dice.choice((ports.first, ports.last, dice.randint(ports.first, ports.last))) if ports else 0,
            flags=SYN,
            padding=dice.choice(_SIZES),
        )

    def _end(self, flow: Flow, *, answering: bool) -> IpAddress:
        zone = flow.target if answering else flow.origin
        networks = of_family(flow.destinations if answering else flow.sources, self._family)
        pool = [one for one in self._pool(zone) if any(one in network for network in networks)]
        return self._dice.choice(pool or self._pool(zone))

    def _pool(self, zone: Zone) -> Sequence[IpAddress]:
        """Whom to be in a zone; where this family has nobody there, anybody of it."""
        if zone is Zone.GATEWAY:
            held = (one.ip for own in self._terrain.own.values() for one in own)
            found: Sequence[IpAddress] = tuple(address for address in held if address.version == self._family)
        else:
            found = self._terrain.pool.get((zone, self._family), ())
        others = (pool for (_, family), pool in self._terrain.pool.items() if family == self._family and pool)
        return found or next(others)

    def _turned(self, shot: Shot) -> Shot:
        """As if the responder spoke first."""
        origin = self._zone_of(shot.destination)
        return replace(
            shot, origin=origin, source=shot.destination, destination=shot.source, sport=shot.dport, dport=shot.sport
        )

    def _zone_of(self, address: IpAddress) -> Zone:
        if self._terrain.is_own(address):
            return Zone.GATEWAY
        return self._terrain.way(address) or self._dice.choice(self._zones)

    def _mutated(self, shot: Shot) -> Shot:
        dice = self._dice
        match dice.randrange(9):
            case 0:
                return replace(shot, source=dice.choice(self._pool(dice.choice(self._zones))))
            case 1:
                return replace(shot, destination=dice.choice(self._pool(dice.choice(self._zones))))
            case 2:
                return replace(shot, origin=dice.choice(self._zones))
            case 3:
                return replace(shot, dport=max(1, min(65_535, shot.dport + dice.choice((-1, 1)))))
            case 4:
                return replace(shot, dport=dice.choice(_PORTS))
            case 5:
                return replace(shot, sport=dice.choice(_PORTS))
            case 6:
                others = (TCP, UDP, ESP, GRE, ICMP if self._family == 4 else ICMP6)
                return replace(shot, protocol=dice.choice(others))
            case 7:
                return replace(shot, flags=dice.choice(_FLAGS))
            case _:
                return replace(shot, hop_limit=dice.choice(_HOPS))

    def _formed(self, shot: Shot) -> Shot:
        """Only the fields its protocol has."""
        if shot.protocol in (ICMP, ICMP6):
            kind = self._dice.choice(_LIVE_TYPES[self._family])
            # Neighbour discovery that is not from the link says nothing to anybody (RFC 4861 §7.1).
            return replace(shot, type=kind, code=0, dport=0, flags=0, sport=shot.sport or 1)
        if shot.protocol not in (TCP, UDP):
            return replace(shot, sport=0, dport=0, flags=0)
        if not (shot.sport and shot.dport):
            shot = replace(shot, sport=shot.sport or 1024, dport=shot.dport or self._dice.choice(_PORTS))
        return replace(shot, flags=shot.flags if shot.protocol == TCP else 0)

    def _standing(self, shot: Shot) -> Shot:
        """Give it a session to belong to, or to quote."""
        dice, standing = self._dice, self._dice.choice(_STANDINGS)
        answers = dice.random() < 0.6
        match shot.protocol, standing:
            case (6, Standing.LIVE) if dice.random() < 0.25:
                return self._error(shot, answers=answers)
            case (6, Standing.LIVE):
                return replace(shot, standing=standing, answers=answers, flags=dice.choice(_LIVE_FLAGS))
            case (6, Standing.OPENING):
                return replace(shot, standing=standing, answers=True, flags=dice.choice((SYN, SYN | ACK)))
            case (17, Standing.LIVE):
                return replace(shot, standing=standing, answers=answers)
            case (17 | 50, Standing.ASKED):
                return replace(shot, standing=standing, answers=True)
        return shot

    def _error(self, shot: Shot, *, answers: bool) -> Shot:
        """An ICMP error towards the sender of a packet of the session, from its other end or from anybody."""
        quoted = (shot.protocol, shot.destination, shot.source, shot.dport, shot.sport)
        dice = self._dice
        source = shot.source if dice.random() < 0.5 else dice.choice(self._pool(dice.choice(self._zones)))
        return replace(
            shot,
            protocol=ICMP if self._family == 4 else ICMP6,
            source=source,
            type=dice.choice(ERRORS[self._family]),
            sport=0,
            dport=0,
            flags=0,
            standing=Standing.LIVE,
            answers=answers,
            quoted=quoted,
        )

    def _question(self, shot: Shot) -> Shot | None:
        if shot.standing is not Standing.ASKED:
            return None
        self._tag += 1
        turned = self._turned(replace(shot, standing=Standing.NOTHING, answers=False, tag=self._tag))
        return replace(turned, hop_limit=64, extension=None)

    def _can_travel(self, shot: Shot) -> bool:
        """Whether the box would send or take such a packet at all, were there no rules."""
        terrain = self._terrain
        if shot.source == shot.destination:
            return False
        if terrain.is_own(shot.destination):
            return shot.origin is not Zone.GATEWAY
        way = terrain.way(shot.destination)
        if way is None:
            return False
        known = shot.destination in terrain.pool.get((way, self._family), ())
        return known or not terrain.is_on_link(shot.destination, way)

    def _keys(self, shot: Shot) -> set[object]:
        """What conntrack would take two packets for one session by, also under the address it is masqueraded by."""
        one, two, near, far = shot.initiator_first
        ends = [one, *([self._hidden(one, two)] if self._hidden(one, two) else [])]
        return {(shot.session_protocol, frozenset({(end, near), (two, far)})) for end in ends}

    def _hidden(self, source: IpAddress, destination: IpAddress) -> IpAddress | None:
        way = self._terrain.way(destination)
        return None if way is None else self._terrain.hidden_behind(source, way)
