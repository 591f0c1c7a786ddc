"""The Policy as predicates over packets: which may start a session, which continue one, which answer.

Written apart from the compiler, from the same words: a session is (initiator, responder, service) and belongs to one ordered
pair of zones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from gateway.policy.model import Flow, Policy, Protocol, ServicePorts
from gateway.policy.networks import of_family
from gateway.proof.algebra import Term, all_of, any_of
from gateway.proof.header import ESP, ESTABLISHED, ICMP, ICMP6, NEW, RELATED, TCP, UDP, Header
from gateway.proof.live import LiveSets, in_network
from gateway.proof.model import Path
from gateway.site.layout import TERMINAL_ZONES, Zone
from gateway.site.values import Family, IpNetwork

_NUMBERS = {Protocol.TCP: TCP, Protocol.UDP: UDP, Protocol.ESP: ESP}
LINE_ZONES = (Zone.WAN, Zone.TUNNEL)
ERROR_TYPES: Mapping[int, tuple[int, ...]] = {ICMP: (3, 11, 12), ICMP6: (1, 2, 3, 4)}
"""Destination unreachable, time exceeded, parameter problem (RFC 792); and packet too big (RFC 4443). Never a redirect."""
ERROR_MAX_BYTES: Mapping[int, int] = {ICMP: 576, ICMP6: 1280}
"""RFC 1812 §4.3.2.3 and RFC 4443 §2.4(c): no room to carry files."""


@dataclass(frozen=True, slots=True)
class Direction:
    """One flow's packets of one family and one direction. `learned` addresses are apart: they come and go."""

    flow: Flow
    family: Family
    path: Path
    packets: Term
    answers: bool


class Declared:
    """The sessions of one policy, over the variables of one header."""

    def __init__(self, header: Header, policy: Policy, ports: Mapping[Zone, str], live: LiveSets) -> None:
        self.header, self.policy, self.ports, self.live = header, policy, ports, live
        self.questions = tuple(self._directions(answers=False))
        self.answers = tuple(self._directions(answers=True))

    # --- what may pass ------------------------------------------------------------------------------------------------

    def starting(self, path: Path) -> Term:
        """First packets of declared sessions: conntrack says new, and TCP opens with a bare SYN."""
        header = self.header
        opening = ~header.transport(TCP) | (header.whole & header.opening())
        return header.states[NEW] & opening & self.asking(path)

    def continuing(self, path: Path) -> Term:
        """Later packets: questions in the original direction, answers in the reply direction and never a bare SYN."""
        header = self.header
        questions = ~header.reply & self.asking(path)
        no_syn = ~header.transport(TCP) | (header.whole & ~header.bare_syn())
        answers = header.reply & no_syn & self.answering(path)
        return header.states[ESTABLISHED] & (questions | answers)

    def asking(self, path: Path) -> Term:
        """Packets from initiator to responder, whatever conntrack says."""
        return any_of(self.header.algebra, [one.packets for one in self.questions if one.path is path])

    def answering(self, path: Path) -> Term:
        """Packets from responder to initiator; over UDP only while the question is fresh."""
        header = self.header
        fresh = [
            one.packets
            if one.flow.either_asks
            else one.packets & (~header.transport(UDP) | self.live.asked(one.family))
            for one in self.answers
            if one.path is path
        ]
        return any_of(header.algebra, fresh)

    def errors(self, path: Path) -> Term:
        """ICMP errors about a live session, small, along the pairs that have one; never from a terminal into lan."""
        pairs: list[Term] = []
        for flow in self.policy.flows:
            for origin, target, reply in ((flow.origin, flow.target, False), (flow.target, flow.origin, True)):
                if path_of(origin, target) is path and not (origin in TERMINAL_ZONES and target is Zone.LAN):
                    direction = self.header.reply if reply else ~self.header.reply
                    pairs.append(self.between(origin, target) & direction)
        plain = self.header.algebra.true if path is Path.OUTPUT else ~self.header.extended
        return self.header.states[RELATED] & plain & self.small_errors() & any_of(self.header.algebra, pairs)

    def small_errors(self) -> Term:
        """The listed ICMP errors within the lengths the standards give."""
        header = self.header
        return self.error_kinds() & any_of(
            header.algebra,
            [
                header.transport(number) & header.between(header.length, 0, size, "length")
                for number, size in ERROR_MAX_BYTES.items()
            ],
        )

    def error_kinds(self) -> Term:
        """The listed ICMP errors of any length."""
        header = self.header
        kinds = [
            header.transport(one) & header.one_of(header.type, types, "type") for one, types in ERROR_TYPES.items()
        ]
        return header.whole & any_of(header.algebra, kinds)

    # --- places -------------------------------------------------------------------------------------------------------

    def between(self, origin: Zone, target: Zone) -> Term:
        """Packets that come from one zone and go to another; the box itself has no interface."""
        return self.comes_from(origin) & self.goes_to(target)

    def comes_from(self, zone: Zone) -> Term:
        """By the interface of a zone; true for the box itself, whose packets are on the path OUTPUT."""
        return self._on(self.header.iif, zone)

    def goes_to(self, zone: Zone) -> Term:
        """Out by the interface of a zone; true for the box itself, on the path INPUT."""
        return self._on(self.header.oif, zone)

    def from_terminals(self) -> Term:
        """By the interface of any terminal zone."""
        zones = [zone for zone in TERMINAL_ZONES if zone in self.ports]
        return any_of(self.header.algebra, [self.comes_from(zone) for zone in zones])

    def inside(self, side: str, *zones: Zone) -> Term:
        """An address of the prefixes of these zones, in either family; of every zone inside if none is named."""
        return any_of(
            self.header.algebra,
            [
                self.among(side, of_family(networks, family), family)
                for zone, networks in self.policy.networks
                if not zones or zone in zones
                for family in (4, 6)
            ],
        )

    def among(self, side: str, networks: Iterable[IpNetwork], family: int) -> Term:
        """An address of one family in one of the networks."""
        inside = [in_network(self.header, side, network) for network in networks]
        return self.header.family(family) & any_of(self.header.algebra, inside)

    def protected(self, side: str) -> Term:
        """An address that is reached through the box's own tunnel or not at all."""
        networks = self.policy.protected
        families = [self.among(side, of_family(networks, family), family) for family in (4, 6)]
        return any_of(self.header.algebra, families)

    def routes(self) -> Term:
        """What the declared addresses make of the routes: a source inside a zone leads back to that zone's port only."""
        facts = [
            ~self.inside("saddr", zone) | self.comes_from(zone) | self.header.source_missing
            for zone, _ in self.policy.networks
            if zone in self.ports
        ]
        return all_of(self.header.algebra, facts)

    def ways_out(self) -> Term:
        """The same of destinations: one inside a zone leaves by that zone's port, and nothing else does."""
        inside = [zone for zone, _ in self.policy.networks if zone in self.ports]
        facts = [
            (self.inside("daddr", zone) & self.goes_to(zone)) | (~self.inside("daddr", zone) & ~self.goes_to(zone))
            for zone in inside
        ]
        return all_of(self.header.algebra, facts)

    def _on(self, interface: tuple[Term, ...], zone: Zone) -> Term:
        if zone is Zone.GATEWAY:
            return self.header.algebra.true
        name = self.ports.get(zone)
        return self.header.algebra.false if name is None else self.header.on(interface, name)

    # --- flows --------------------------------------------------------------------------------------------------------

    def _directions(self, *, answers: bool) -> Iterator[Direction]:
        for flow in self.policy.flows:
            origin, target = (flow.target, flow.origin) if answers else (flow.origin, flow.target)
            for family in flow.families:
                packets = self.between(origin, target) & self.tuple_of(flow, family, answers=answers)
                path = path_of(origin, target)
                if path is not Path.OUTPUT:  # what the box itself puts before its headers nobody smuggles in
                    packets = packets & ~self.header.extended
                yield Direction(flow, family, path, packets, answers)

    def tuple_of(self, flow: Flow, family: Family, *, answers: bool) -> Term:
        """A flow's addresses, services and openness; `answers` swaps the two ends."""
        asker, asked, port = ("daddr", "saddr", self.header.sport) if answers else ("saddr", "daddr", self.header.dport)
        sources, destinations = flow.in_family(family)
        responders = self.among(asked, destinations, family) | self.live.learned(flow, family, asked)
        services = [self._service(one, port, "sport" if answers else "dport") for one in flow.services]
        return all_of(
            self.header.algebra,
            (
                self.header.family(family),
                self.live.open(flow, family, asker),
                any_of(self.header.algebra, services),
                responders,
                self.among(asker, sources, family),
            ),
        )

    def _service(self, service: ServicePorts, port: tuple[Term, ...], name: str) -> Term:
        header = self.header
        protocol = (
            header.transport(_NUMBERS[service.protocol]) if service.protocol in _NUMBERS else header.algebra.false
        )
        if service.ports is None:
            return protocol
        return protocol & header.whole & header.between(port, service.ports.first, service.ports.last, name)


def path_of(origin: Zone, target: Zone) -> Path:
    """The path packets from one zone to another take."""
    if origin is Zone.GATEWAY:
        return Path.OUTPUT
    return Path.INPUT if target is Zone.GATEWAY else Path.FORWARD
