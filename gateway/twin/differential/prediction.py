"""What the proof's model says becomes of one packet: its header and conntrack's word, as the values of the model's variables."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gateway.proof.case import Case
from gateway.proof.header import ESTABLISHED as CT_ESTABLISHED
from gateway.proof.header import EXTENSIONS, RELATED
from gateway.proof.header import INVALID as CT_INVALID
from gateway.proof.header import NEW as CT_NEW
from gateway.proof.header import UNTRACKED as CT_UNTRACKED
from gateway.proof.model import Path
from gateway.site.layout import Zone
from gateway.twin.differential.shot import ICMP, ICMP6, RST, SYN, Shot, Standing
from gateway.twin.differential.terrain import Terrain

_UNICAST, _LOCAL = 1, 2  # RTN_UNICAST, RTN_LOCAL, linux/rtnetlink.h
_VALID_FLAGS = {SYN, SYN | 32, SYN | 16, RST, RST | 16, 17, 17 | 32, 16, 16 | 32}
"""tcp_valid_flags of nf_conntrack_proto_tcp.c; PSH, ECE and CWR do not matter."""
_ASKS = {4: (8, 13, 15, 17), 6: (128, 139)}
"""ICMP types that may open an entry (nf_conntrack_proto_icmp.c, nf_conntrack_proto_icmpv6.c)."""
_NEVER_TRACKED = (130, 131, 132, 133, 134, 135, 136, 143)  # nf_conntrack_proto_icmpv6.c
_DOUBTS = ("match", "member")
_WINDOWS = ("window", "granted")


class Outcome(StrEnum):
    """`LIMITED` gets through while a rate limit has room; `EITHER` hangs on a match the model leaves open."""

    PASSES = "passes"
    LIMITED = "limited"
    STOPS = "stops"
    EITHER = "either"


@dataclass(frozen=True, slots=True)
class Route:
    """The path a packet takes and the zone it leaves to; `None` where it stays at the box."""

    path: Path
    leaves_to: Zone | None


class Predictor:
    """One case's word on single packets. `opened`: whether every window and grant stands open."""

    def __init__(self, case: Case, terrain: Terrain, *, opened: bool = False) -> None:
        self._case, self._terrain = case, terrain
        header = case.header
        self._calm = {one.number: one.calm is True or (opened and one.kind in _WINDOWS) for one in header.frees}
        self._busy = self._calm | {one.number: False for one in header.frees if one.kind == "limit"}
        self._doubts = tuple(one.number for one in header.frees if one.kind in _DOUBTS)
        self._asked = {one.number for one in header.frees if one.kind == "asked"}

    def route(self, shot: Shot) -> Route:
        """Where the box's routes send it."""
        if self._terrain.is_own(shot.destination):
            return Route(Path.INPUT, None)
        way = self._terrain.way(shot.destination)
        return Route(Path.OUTPUT if shot.origin is Zone.GATEWAY else Path.FORWARD, way)

    def outcome(self, shot: Shot, *, asked: bool = False) -> Outcome:
        """`asked`: the question this answers got through a moment ago."""
        if self._refused_by_routing(shot):
            return Outcome.STOPS
        accepted = self._case.accepted(self.route(shot).path)
        holds = self._case.header.algebra.holds
        values = {**dict.fromkeys(self._asked, asked), **self._values(shot, asked=asked)}
        plain = holds(accepted, self._calm | values)
        for some in (*((one,) for one in self._doubts), self._doubts):
            if holds(accepted, self._calm | dict.fromkeys(some, True) | values) != plain:
                return Outcome.EITHER
        if not plain:
            return Outcome.STOPS
        return Outcome.PASSES if holds(accepted, self._busy | values) else Outcome.LIMITED

    def _refused_by_routing(self, shot: Shot) -> bool:
        """The kernel's own source checks beside the rules: a box does not hear itself, and rp_filter=1 on inside ports."""
        terrain = self._terrain
        if shot.origin is Zone.GATEWAY or shot.family == 6:
            return False
        strict = shot.origin not in (Zone.WAN, Zone.TUNNEL)
        return terrain.is_own(shot.source) or (strict and terrain.way(shot.source) is not shot.origin)

    def _values(self, shot: Shot, *, asked: bool) -> Mapping[int, bool]:
        header, route = self._case.header, self.route(shot)
        state, reply = self._state(shot, asked=asked)
        shift = 96 if shot.family == 4 else 0
        has_type = shot.protocol in (ICMP, ICMP6)
        numbers = {
            "iif": self._port(None if route.path is Path.OUTPUT else shot.origin),
            "oif": self._port(route.leaves_to),
            "family6": shot.family == 6,
            "state": state,
            "reply": reply,
            "source missing": shot.origin is not Zone.GATEWAY
            and not self._terrain.routed_back(shot.source, shot.origin),
            "destination type": self._destination_type(shot, route),
            "parsed": 1,
            "whole": 1,
            "extended": shot.extension is not None,
            "first extension": 0 if shot.extension is None else EXTENSIONS.index(shot.extension),
            "protocol": shot.protocol,
            "type": shot.type if has_type else 0,
            "code": shot.code if has_type else 0,
            "flags": shot.flags,
            "dport": 0 if has_type else shot.dport,
            "daddr": int(shot.destination) << shift,
            "saddr": int(shot.source) << shift,
            "sport": 0 if has_type else shot.sport,
            "hop limit": shot.hop_limit,
            "length": len(shot.packet()),
        }
        values: dict[int, bool] = {}
        for name, value in numbers.items():
            values.update(header.assigned(name, int(value)))
        return values

    def _port(self, zone: Zone | None) -> int:
        name = "" if zone is None or zone is Zone.GATEWAY else self._terrain.ports[zone]
        return self._case.header.names.names.index(name)

    def _destination_type(self, shot: Shot, route: Route) -> int:
        if route.path is not Path.INPUT:
            return _UNICAST
        here = self._terrain.own.get(shot.origin, ())
        return _LOCAL if any(one.ip == shot.destination for one in here) else _UNICAST

    def _state(self, shot: Shot, *, asked: bool) -> tuple[int, bool]:
        """Conntrack's word on it, and whether it runs in the reply direction."""
        match shot.standing:
            case Standing.LIVE if shot.quoted is not None:
                return RELATED, shot.answers
            case Standing.LIVE | Standing.OPENING:
                return CT_ESTABLISHED, shot.answers
            case Standing.ASKED if asked:
                return CT_ESTABLISHED, True
        return _state_alone(shot), False


def _state_alone(shot: Shot) -> int:
    match shot.protocol:
        case 6:
            flags = shot.flags & ~(8 | 0x40 | 0x80)
            return CT_NEW if flags in _VALID_FLAGS and flags & 0x17 == SYN else CT_INVALID
        case 1:
            return CT_NEW if shot.type in _ASKS[4] else CT_INVALID
        case 58 if shot.type in _NEVER_TRACKED:
            return CT_UNTRACKED
        case 58:
            return CT_NEW if shot.type in _ASKS[6] else CT_INVALID
    return CT_NEW
