"""From a set of packets to one packet that a person can believe, and the way it takes through the rules."""

from collections.abc import Iterator
from ipaddress import IPv4Address, IPv6Address

from gateway.policy.places import Carrier
from gateway.proof.algebra import Assignment, Term, any_of
from gateway.proof.case import Case
from gateway.proof.header import (
    DESTINATION_TYPES,
    EXTENSIONS,
    FLAG_NAMES,
    ICMP,
    ICMP6,
    INVALID,
    LOCAL,
    NEW,
    RELATED,
    STATES,
    SYN,
    TCP,
    UDP,
    UNTRACKED,
    WITH_PORTS,
    Header,
)
from gateway.proof.model import Counterexample, Packet, Path, Step
from gateway.proof.ruleset import Rule, Table, Verdict, VerdictMap
from gateway.site.layout import TERMINAL_ZONES, Zone

USUAL_LENGTH_BYTES = 60  # a SYN with its options
USUAL_HOP_LIMIT = 64  # RFC 1700
CLIENT_PORT = 49_152  # the first ephemeral port, RFC 6335 §6
_TELLING_PORTS = (445, 53, 22)


def counterexample(case: Case, path: Path, packets: Term) -> Counterexample:
    """The least odd of these packets; there must be one. `packets` lie within the world of the path."""
    algebra = case.header.algebra
    chosen = packets
    for preferred in _preferences(case, path):
        narrowed = chosen & preferred
        if not algebra.never(narrowed):
            chosen = narrowed
    model = algebra.model(chosen)
    accepted = algebra.holds(case.accepted(path), model)
    assumed = tuple(_assumed(case, path, packets, model))
    return Counterexample(_packet(case, path, model, assumed), accepted, tuple(_steps(case, path, model)))


def _preferences(case: Case, path: Path) -> Iterator[Term]:
    """In the order of what makes a packet believable: what is assumed first, then addresses, service, header."""
    header, declared = case.header, case.declared
    for one in header.frees:
        if one.kind in ("match", "route", "mark", "queue"):
            yield one.term if one.calm else ~one.term
    yield declared.routes()
    if path is Path.FORWARD:
        yield declared.ways_out()
    yield header.calm()
    yield _decrypted_where_it_should_be(case)
    yield header.parsed & header.whole & ~header.extended
    yield ~header.source_missing
    yield ~header.states[UNTRACKED] & ~header.states[INVALID]
    yield header.states[NEW]
    yield ~header.states[RELATED] | declared.error_kinds()
    yield header.transport(TCP)
    yield header.transport(TCP) | header.transport(UDP)
    for interface in (header.iif, header.oif):
        yield any_of(header.algebra, [header.on(interface, name) for name in (*case.ports.values(), "")])
    yield declared.comes_from(Zone.CLAIM)
    yield declared.from_terminals()
    yield declared.goes_to(Zone.LAN)
    yield header.family(4)
    for zones, side, interface in ((tuple(case.ports), "saddr", header.iif), (tuple(case.ports), "daddr", header.oif)):
        for zone in zones:
            yield ~header.on(interface, case.ports[zone]) | _lives_in(case, zone, side)
    for side in ("daddr", "saddr"):
        yield any_of(header.algebra, [_is_named(case, side, family) for family in (4, 6)])
    yield header.equal(header.destination_type, LOCAL if path is Path.INPUT else 1, "destination type")
    yield header.equal(header.flags, SYN, "flags")
    for port in _TELLING_PORTS:
        yield header.equal(header.dport, port, "dport")
    yield header.equal(header.sport, CLIENT_PORT, "sport")
    yield header.equal(header.length, USUAL_LENGTH_BYTES, "length")
    yield header.equal(header.hop_limit, USUAL_HOP_LIMIT, "hop limit")


def _decrypted_where_it_should_be(case: Case) -> Term:
    by_tunnel = case.declared.comes_from(Zone.TUNNEL)
    if case.carrier is not Carrier.XFRM:
        return ~case.header.decrypted
    return (by_tunnel & case.header.decrypted) | (~by_tunnel & ~case.header.decrypted)


def _is_named(case: Case, side: str, family: int) -> Term:
    """An address the policy itself speaks of, the box's own aside."""
    flows = case.policy.flows
    hosts = [network for flow in flows if flow.origin is not Zone.GATEWAY for network in flow.sources]
    spoken = [*hosts, *(network for flow in flows if flow.target is not Zone.GATEWAY for network in flow.destinations)]
    return case.declared.among(side, (network for network in spoken if network.version == family), family)


def _lives_in(case: Case, zone: Zone, side: str) -> Term:
    if zone in (*TERMINAL_ZONES, Zone.LAN):
        return case.declared.inside(side, zone)
    return ~case.declared.inside(side)


def _packet(case: Case, path: Path, model: Assignment, assumed: tuple[str, ...]) -> Packet:
    header = case.header
    six = bool(header.value("family6", model))
    protocol = header.value("protocol", model)
    state = STATES[min(header.value("state", model), len(STATES) - 1)]
    tracked = state not in ("invalid", "untracked")
    has_ports = protocol in WITH_PORTS.values()
    is_icmp = protocol in (ICMP, ICMP6)
    return Packet(
        path=path,
        iif="" if path is Path.OUTPUT else header.names.names[header.value("iif", model)],
        oif="" if path is Path.INPUT else header.names.names[header.value("oif", model)],
        family=6 if six else 4,
        source=_address(header, "saddr", model),
        destination=_address(header, "daddr", model),
        protocol=protocol,
        sport=header.value("sport", model) if has_ports else None,
        dport=header.value("dport", model) if has_ports else None,
        tcp_flags=_flags(header, model) if protocol == TCP else None,
        icmp_type=header.value("type", model) if is_icmp else None,
        icmp_code=header.value("code", model) if is_icmp else None,
        extension=EXTENSIONS[header.value("first extension", model)] if header.value("extended", model) else None,
        hop_limit=header.value("hop limit", model),
        length=header.value("length", model),
        mark=_mark(case, model),
        decrypted=bool(header.value("decrypted", model)),
        ct_state=state,
        ct_direction=("reply" if header.value("reply", model) else "original") if tracked else None,
        source_routed_back=not header.value("source missing", model),
        destination_type=DESTINATION_TYPES.get(header.value("destination type", model), "unspec"),
        assumed=assumed,
    )


def _address(header: Header, side: str, model: Assignment) -> IPv4Address | IPv6Address:
    bits = header.value(side, model)
    return IPv6Address(bits) if header.value("family6", model) else IPv4Address(bits >> 96)


def _flags(header: Header, model: Assignment) -> tuple[str, ...]:
    bits = header.value("flags", model)
    return tuple(name for at, name in enumerate(FLAG_NAMES) if bits >> at & 1)


def _mark(case: Case, model: Assignment) -> int:
    holds = case.header.algebra.holds
    return sum(1 << bit for bit, term in enumerate(case.journey.arriving) if holds(term, model))


def _assumed(case: Case, path: Path, packets: Term, model: Assignment) -> Iterator[str]:
    """What nobody can tell from the packet, and without which it would be no counterexample."""
    for one in case.header.frees:
        value = model.get(one.number, False)
        if one.kind == "mark" or value == one.calm:
            continue
        if not case.header.algebra.holds(packets, {**model, one.number: not value}):
            yield one.text if value else f"not: {one.text}"
    holds, declared = case.header.algebra.holds, case.declared
    if path is not Path.OUTPUT and not holds(declared.routes(), model):
        yield "a route nobody declared leads back to the source by that interface"
    if path is Path.FORWARD and not holds(declared.ways_out(), model):
        yield "a route nobody declared sends the destination out by that interface"


def _steps(case: Case, path: Path, model: Assignment) -> Iterator[Step]:
    """The rules the packet matches, hook by hook, until something drops it."""
    holds = case.header.algebra.holds
    for at, piece in enumerate(case.journey.pieces[path]):
        met = {rule.id for _, rule, packets in piece.hits if holds(packets, model)}
        for table, chain, fell in piece.policies:
            yield from _walk(table, chain.name, met, set())
            if holds(fell, model) and chain.hook is not None:
                yield Step(str(table), chain.name, 0, f"policy {chain.hook.policy}")
        if not holds(piece.accepted, model):
            return
        if at == 0 and path is not Path.OUTPUT and not holds(case.journey.routed(path), model):
            yield Step(
                "routing", "guard", 0, "no routing rule lets it go on: it lacks the mark, or a blackhole takes it"
            )
            return


def _walk(table: Table, name: str, met: set[str], seen: set[str]) -> Iterator[Step]:
    """The rules met in a chain and in those it leads to, in the order they are asked."""
    if name in seen or name not in table.chains:
        return
    seen.add(name)
    for rule in table.chains[name].rules:
        if rule.id in met:
            yield Step(str(table), name, rule.handle, rule.text)
            for target in _targets(table, rule):
                yield from _walk(table, target, met, seen)


def _targets(table: Table, rule: Rule) -> Iterator[str]:
    for statement in rule.statements:
        match statement:
            case Verdict(chain=chain) if chain:
                yield chain
            case VerdictMap(entries=entries):
                known = entries if isinstance(entries, tuple) else table.sets[entries.name].entries
                yield from (entry.verdict.chain for entry in known if entry.verdict.chain)
