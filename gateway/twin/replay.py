"""A counterexample sent for real: the site's twin under the ruleset and routing rules of the evidence, and what its kernel did.

The proof speaks of every packet and every moment; the twin can make most of them. What it cannot make it refuses by name.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from pyroute2 import IPRoute

from gateway.policy.derive import derive
from gateway.policy.model import FAMILIES
from gateway.proof.model import Dump, Evidence, Packet, RoutingRule
from gateway.proof.model import Path as Way
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.site.values import IpAddress
from gateway.twin.build import Twin
from gateway.twin.differential.range import Range
from gateway.twin.differential.shot import ACK, ERRORS, ICMP, ICMP6, TCP, UDP, Shot, Standing
from gateway.twin.differential.terrain import Terrain, terrain

_FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128}
_ORDER = ("table", "counter", "quota", "limit", "ct helper", "ct timeout", "flowtable", "chain", "set", "map", "rule")
"""What nft must be told before what refers to it."""
_PLAIN_RULES = tuple(
    RoutingRule(family, at, table=table) for family in FAMILIES for at, table in ((0, 255), (32_766, 254))
)
_CLIENT_PORT, _SHARE_PORT = 49_152, 445
_NEVER_TRACKED = (130, 131, 132, 133, 134, 135, 136, 143)  # nf_conntrack_proto_icmpv6.c


class NotReplayable(Exception):
    """The twin cannot make this packet or these rules. One line that says what."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """`control` says whether the packet arrives where no rules are: without it, not arriving means nothing."""

    arrived: bool
    control: bool

    def agrees(self, accepted: bool) -> bool | None:  # noqa: FBT001 -- the proof's own word
        """Whether the kernel did what the proof says; None if the control did not arrive either."""
        return self.arrived is accepted if self.control else None


def replay(site: Site, evidence: Evidence, packet: Packet) -> Replayed:
    """Send it once through the open router and once under the evidence's rules. Raises NotReplayable.

    Needs root. Acts in namespaces of its own. What the inventory found beside the rules is not rebuilt.
    """
    ground = terrain(site, derive(site))
    shot = as_shot(packet, ground)
    with Twin(site) as twin, tempfile.TemporaryDirectory() as scratch:
        twin.apply(twin.desire())
        zone = _zone(packet.oif, ground) if packet.oif else Zone.GATEWAY
        _make_way(twin, packet, ground)
        with Range(twin, _with_guest(ground, packet, zone), Path(scratch)) as shooting:
            _load(twin, ())
            _set_rules(twin, _PLAIN_RULES)
            control = (shot.tag, zone) in shooting.fire((shot,), frozenset({(shot.tag, zone)}))
            _set_rules(twin, evidence.guard)
            _load(twin, evidence.dump)
            arrived = (shot.tag, zone) in shooting.fire((shot,), frozenset({(shot.tag, zone)}))
    return Replayed(arrived, control)


# --- the packet ------------------------------------------------------------------------------------------------------


def as_shot(packet: Packet, ground: Terrain) -> Shot:
    """The packet with what conntrack must know before it comes. Raises NotReplayable. Pure."""
    if packet.decrypted:
        raise NotReplayable("it comes out of IPsec, and in a twin a wire stands for the tunnel")
    if packet.mark:
        raise NotReplayable(f"it arrives with the mark {packet.mark:#x}, which only a tunnel hands on")
    origin = Zone.GATEWAY if packet.path is Way.OUTPUT else _zone(packet.iif, ground)
    flags = sum(_FLAGS[name] for name in packet.tcp_flags or ())
    shot = Shot(
        1,
        packet.family,
        origin,
        packet.source,
        packet.destination,
        packet.protocol,
        sport=packet.sport or 0,
        dport=packet.dport or 0,
        flags=flags,
        type=packet.icmp_type or 0,
        code=packet.icmp_code or 0,
        extension=packet.extension,
        hop_limit=max(packet.hop_limit, 2),  # one less would not outlive the way to the far host
    )
    answers = packet.ct_direction == "reply"
    shot = _known(shot, packet.ct_state, answers=answers)
    return replace(shot, padding=max(0, packet.length - len(shot.packet())))


def _known(shot: Shot, state: str, *, answers: bool) -> Shot:
    match state:
        case "new" if _opens(shot):
            return shot
        case "established" if shot.protocol in (TCP, UDP):
            opening = shot.protocol == TCP and shot.flags & 2 and answers
            return replace(shot, standing=Standing.OPENING if opening else Standing.LIVE, answers=answers)
        case "related" if shot.protocol in (ICMP, ICMP6) and shot.type in ERRORS[shot.family]:
            quoted = (TCP, shot.destination, shot.source, _CLIENT_PORT, _SHARE_PORT)
            if not answers:
                quoted = (TCP, shot.destination, shot.source, _SHARE_PORT, _CLIENT_PORT)
            return replace(shot, standing=Standing.LIVE, answers=answers, quoted=quoted)
        case "invalid" if shot.protocol == TCP and not (shot.flags & 2 and not shot.flags & (ACK | 4 | 1)):
            return shot
        case "untracked" if shot.protocol == ICMP6 and shot.type in _NEVER_TRACKED:
            return shot
    raise NotReplayable(f"the twin cannot have conntrack call it {state}")


def _opens(shot: Shot) -> bool:
    """Whether the kernel opens an entry for it (nf_conntrack_proto_*.c): a SYN, an ICMP request, anything without states."""
    match shot.protocol:
        case 6:
            return shot.flags & 0x17 == 2
        case 1:
            return shot.type in (8, 13, 15, 17)
        case 58:
            return shot.type in (128, 139)
    return True


def _zone(port: str, ground: Terrain) -> Zone:
    found = next((zone for zone, name in ground.ports.items() if name == port), None)
    if found is None:
        raise NotReplayable(f"the site has no port {port}, so its twin has nobody behind it")
    return found


# --- the way ---------------------------------------------------------------------------------------------------------


def _make_way(twin: Twin, packet: Packet, ground: Terrain) -> None:
    """Routes, and an address of the box, where the counterexample supposes others than the site's own."""
    routes: list[tuple[IpAddress, str]] = []
    if packet.iif and packet.source_routed_back is not ground.routed_back(packet.source, _zone(packet.iif, ground)):
        if not packet.source_routed_back:
            raise NotReplayable(f"the twin's routes lead back to {packet.source} by {packet.iif}")
        routes.append((packet.source, packet.iif))
    if packet.oif and ground.way(packet.destination) is not _zone(packet.oif, ground):
        routes.append((packet.destination, packet.oif))
    twin.gateway.call(_add_routes, routes)
    if packet.path is Way.INPUT and not ground.is_own(packet.destination):
        twin.gateway.call(_add_address, packet.destination, packet.iif if packet.destination_type == "local" else "lo")


def _with_guest(ground: Terrain, packet: Packet, zone: Zone) -> Terrain:
    """The terrain with the packet's destination among those the box knows a neighbour for."""
    if zone is Zone.GATEWAY:
        return ground
    pool = dict(ground.pool)
    pool[zone, packet.family] = (*pool.get((zone, packet.family), ()), packet.destination)
    return replace(ground, pool=pool)


def _add_routes(routes: list[tuple[IpAddress, str]]) -> None:
    with IPRoute() as ip:
        for address, port in routes:
            ip.route("replace", dst=f"{address}/{address.max_prefixlen}", oif=ip.link_lookup(ifname=port)[0])


def _add_address(address: IpAddress, port: str) -> None:
    with IPRoute() as ip:
        index = ip.link_lookup(ifname=port)[0]
        ip.addr("add", index=index, address=str(address), prefixlen=address.max_prefixlen)


# --- the rules -------------------------------------------------------------------------------------------------------


def loadable(dump: Dump) -> str:
    """The dump as commands in nft's JSON, in an order nft can follow, in place of whatever is there. Pure."""
    commands: list[Mapping[str, Any]] = [{"flush": {"ruleset": None}}]
    for kind in _ORDER:
        for one in dump:
            if kind in one:
                # A table's owner is a process of the box; handles are the kernel's to give.
                said = {key: value for key, value in one[kind].items() if key != "handle"}
                commands.append({"add": {kind: {**said, "flags": []} if kind == "table" and "flags" in said else said}})
    return json.dumps({"nftables": commands})


def _load(twin: Twin, dump: Dump) -> None:
    command = twin.gateway.command("nft", "-j", "-f", "-")
    done = subprocess.run(command, check=False, capture_output=True, text=True, input=loadable(dump))
    if done.returncode:
        first = next(iter(done.stderr.strip().splitlines()), "without a reason")
        raise NotReplayable(f"nft cannot load the dump again: {first}")


def _set_rules(twin: Twin, rules: tuple[RoutingRule, ...]) -> None:
    unknown = next((rule for rule in rules if rule.unmodelled), None)
    if unknown is not None:
        raise NotReplayable(f"the routing rule {unknown.priority} has parts nobody here reads: {unknown.unmodelled[0]}")
    for family in FAMILIES:
        own = [rule for rule in rules if rule.family == family]
        subprocess.run(twin.gateway.command("ip", f"-{family}", "rule", "flush"), check=True, capture_output=True)
        local = twin.gateway.command("ip", f"-{family}", "rule", "del", "pref", "0")
        subprocess.run(local, check=False, capture_output=True)  # `flush` may have left it; or not
        for rule in own:
            command = twin.gateway.command("ip", f"-{family}", "rule", "add", *_words(rule))
            subprocess.run(command, check=True, capture_output=True)


def _words(rule: RoutingRule) -> Iterator[str]:
    """As ip-rule(8) takes it."""
    yield from ("pref", str(rule.priority))
    for word, value in (("from", rule.source), ("to", rule.destination), ("iif", rule.iif), ("oif", rule.oif)):
        if value:
            yield from (word, str(value))
    if rule.protocol:
        yield from ("ipproto", str(rule.protocol))
    if rule.mark_mask:
        yield from ("fwmark", f"{rule.mark:#x}/{rule.mark_mask:#x}")
    if rule.blackhole:
        yield "blackhole"
    elif rule.goto:
        yield from ("goto", str(rule.goto))
    else:
        yield from ("lookup", str(rule.table))
