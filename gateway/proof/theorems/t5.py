"""T5 (under): whatever the Policy declares gets through, from its first packet to its last."""

from collections.abc import Iterator

from gateway.policy.places import Carrier
from gateway.proof.algebra import Term, all_of, any_of
from gateway.proof.case import Case, Violation, Weight
from gateway.proof.declared import LINE_ZONES, path_of
from gateway.proof.header import ICMP, ICMP6, LOCAL
from gateway.proof.model import Path, Theorem
from gateway.site.layout import TERMINAL_ZONES, Zone

THEOREM = Theorem.T5
STATEMENT = "every packet of a declared session gets through while it is open: the first, the later ones, the answers, the errors"


def violations(case: Case) -> Iterator[Violation]:
    """Needed packets that are dropped although every limit has room and every route is there."""
    calm = case.header.calm()
    rest = case.header.calm(*(one for one in case.header.frees if one.kind == "limit"))
    for path in Path:
        for name, meant in needs(case, path):
            needed = meant & _encrypted(case)
            yield Violation(
                f"{name} does not get through. put back the rule that accepts it, or take away what drops it",
                path,
                needed & calm & ~case.accepted(path),
            )
            yield from _limited(case, path, name, needed, rest)


def _limited(case: Case, path: Path, name: str, needed: Term, rest: Term) -> Iterator[Violation]:
    """Which limits needed packets depend on; `rest` is that everything but limits is in its place."""
    never, holds = case.header.algebra.never, case.header.algebra.holds
    limits = [one for one in case.header.frees if one.kind == "limit"]
    lost = needed & rest & ~case.accepted(path) & case.journey.world[path]
    while not never(lost):
        model = case.header.algebra.model(lost)
        for limit in limits:
            full = model.get(limit.number, False) is not limit.calm
            if full and not holds(lost, {**model, limit.number: bool(limit.calm)}):
                yield Violation(f"{name} is rate-limited: it gets through while {limit.text}", weight=Weight.NOTE)
                lost = lost & (limit.term if limit.calm else ~limit.term)
                break
        else:
            return


def needs(case: Case, path: Path) -> Iterator[tuple[str, Term]]:
    """What must get through on a path, each with its name."""
    declared, header = case.declared, case.header
    arrives = header.algebra.true
    if path is not Path.OUTPUT:
        arrives = ~header.source_missing
    if path is Path.INPUT:
        arrives = arrives & header.equal(header.destination_type, LOCAL, "destination type")
    arrives = arrives & header.parsed & header.whole & ~header.extended
    yield "the first packet of a declared session", declared.starting(path) & arrives
    yield "a packet of a live session", declared.continuing(path) & arrives & ~_ambiguous(case, path)
    yield "an ICMP error about a live session", _errors(case, path) & arrives
    for item in case.upkeep.items:
        if item.path is path:
            yield f"{item.name}: what the box needs", item.needed & _whole(case, path)


def _encrypted(case: Case) -> Term:
    """What comes by the tunnel came through IPsec, where the kernel knows of it."""
    known = case.carrier is Carrier.XFRM
    return ~case.declared.comes_from(Zone.TUNNEL) | (case.header.decrypted if known else ~case.header.decrypted)


def _ambiguous(case: Case, path: Path) -> Term:
    """An answer to a client port that is itself a service declared the other way: no client uses one."""
    return case.header.reply & case.declared.asking(path)


def _whole(case: Case, path: Path) -> Term:
    header = case.header
    loopback = header.on(header.iif if path is Path.INPUT else header.oif, "lo")
    return loopback | (header.parsed & header.whole & ~header.extended)


def _errors(case: Case, path: Path) -> Term:
    """Errors between the two ends of each flow, and from any router beyond the line."""
    declared, header = case.declared, case.header
    needed: list[Term] = []
    for flow in case.policy.flows:
        for family in flow.families:
            sources, destinations = flow.in_family(family)
            for origin, target, reply in ((flow.origin, flow.target, False), (flow.target, flow.origin, True)):
                if path_of(origin, target) is not path or (origin in TERMINAL_ZONES and target is Zone.LAN):
                    continue
                asker, asked = ("daddr", "saddr") if reply else ("saddr", "daddr")
                responder = declared.among(asked, destinations, family) | case.live.learned(flow, family, asked)
                if reply and origin in LINE_ZONES:
                    responder = header.family(family) & ~declared.inside("saddr")
                    responder = responder & (declared.comes_from(Zone.TUNNEL) | ~declared.protected("saddr"))
                ends = declared.among(asker, sources, family) & responder & case.live.open(flow, family, asker)
                direction = header.reply if reply else ~header.reply
                needed.append(declared.between(origin, target) & direction & ends)
    own_kind = (header.family(4) & header.transport(ICMP)) | (header.family(6) & header.transport(ICMP6))
    return all_of(header.algebra, (declared.errors(path), own_kind, any_of(header.algebra, needed)))
