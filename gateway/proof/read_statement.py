"""The dump's statements (libnftables-json(5)) as values. A statement nobody here knows refuses the proof."""

from collections.abc import Iterator
from typing import Any

from gateway.proof.errors import NotProvable
from gateway.proof.read_expression import element, expression, number, right, text
from gateway.proof.ruleset import (
    Bypass,
    Entry,
    Expression,
    Field,
    Helper,
    Kind,
    Limit,
    MarkSet,
    Match,
    Named,
    NoTrack,
    SetUpdate,
    Span,
    Statement,
    Translate,
    Unknown,
    Verdict,
    VerdictMap,
)

ALL_BITS = 0xFFFF_FFFF
_OPS = {"==", "!=", "<", ">", "<=", ">=", "in", "!"}
_SILENT = {"counter", "log", "comment", "last"}
"""Decides nothing. A log statement of a group that is not read loses its copy, not the packet."""
_LIMITS = {"limit", "quota", "ct count", "connlimit"}
_TRANSLATIONS = {"masquerade", "snat", "dnat", "redirect", "tproxy"}
_OBJECTS = {"ct helper", "ct timeout", "ct expectation"}
_BYPASSES = {"fwd", "dup", "flow"}
_META_WRITES = {"nftrace", "priority"}
"""Meta keys whose writing changes no later decision: tracing, and the place in a queue of the sending card."""
_CT_WRITES = {"mark", "label", "event"}
"""Conntrack keys whose writing changes no decision here, since reading them is a free Boolean."""
_HEADER_WRITES = {"dscp", "ecn"}
"""Header fields no decision here reads; like the maximum segment size, they change how fast packets go, not where."""
_ADDRESSES = {"saddr", "daddr", "sport", "dport", "protocol", "nexthdr"}


def statements(said: list[Any], where: str) -> tuple[Statement, ...]:
    """What a rule asks and does, in its order. Raises NotProvable."""
    return tuple(part for one in said for part in _statement(one, where))


def verdict(said: Any) -> Verdict | None:
    """A verdict, or None if it is none."""
    if not isinstance(said, dict) or len(said) != 1:
        return None
    ((kind, body),) = said.items()
    match kind, body:
        case "accept" | "drop" | "return" | "continue" | "queue", _:
            return Verdict(Kind(kind))
        case "jump" | "goto", {"target": str(chain)}:
            return Verdict(Kind(kind), chain)
    return None


def entries(said: list[Any], where: str) -> tuple[Entry, ...]:
    """The elements of a verdict map. Raises NotProvable."""
    return tuple(_entry(one, where) for one in said)


def _entry(said: Any, where: str) -> Entry:
    match said:
        case [key, decided] if (found := verdict(decided)) is not None:
            return Entry(element(key, where), found)
    raise NotProvable(f"an element of a verdict map of an unknown form: {text(said):.80}", where)


def _statement(said: Any, where: str) -> Iterator[Statement]:
    if not isinstance(said, dict) or len(said) != 1:
        raise NotProvable(f"a statement of an unknown form: {text(said):.80}", where)
    if (decided := verdict(said)) is not None:
        yield decided
        return
    ((kind, body),) = said.items()
    if _may_end(kind, body):
        yield Match(Unknown(text(said)), "==", Unknown("possible"))
    if kind not in _SILENT:
        yield from _deciding(kind, body, where)


def _deciding(kind: str, body: Any, where: str) -> Iterator[Statement]:
    if kind == "reject":
        yield from _reject(body)
    elif kind in _LIMITS:
        yield Limit(over=isinstance(body, dict) and bool(body.get("inv", False)))
    elif kind in _TRANSLATIONS:
        yield Translate(kind)
    elif kind in _OBJECTS:
        yield Helper(kind)
    elif kind in _BYPASSES:
        yield Bypass(kind, _port(body))
    elif kind == "notrack":
        yield NoTrack()
    elif kind == "mangle" and _decides_nothing(body):
        return
    else:
        yield _compound(kind, body, where)


def _port(body: Any) -> str:
    match body:
        case {"dev": str(name), **rest} if not rest:
            return name
    return ""


def _may_end(kind: str, body: Any) -> bool:
    """Whether a statement that decides nothing may still end its rule, for want of what it reads or writes (NFT_BREAK)."""
    match kind, body:
        case "mangle", {"key": {"meta": _} | {"ct": _}, "value": value}:
            return not _always_there(value)
        case "mangle", _:
            return True
        case _, {"map": _}:
            return kind in _SILENT
    return False


def _always_there(value: Any) -> bool:
    """Constants and the packet's mark; a look-up may find nothing, and a header may be another's."""
    match value:
        case {"meta": {"key": "mark"}} | str():
            return True
        case {"|": [inner, operand]} | {"&": [inner, operand]} | {"^": [inner, operand]}:
            return _always_there(inner) and _always_there(operand)
    return number(value) is not None


def _reject(body: Any) -> Iterator[Statement]:
    """A drop of what it can answer: nft leaves out that `icmp` asks for IPv4, `icmpv6` for IPv6 and a reset for TCP."""
    asked: dict[Any, tuple[Expression, int]] = {
        "tcp reset": (Field("meta l4proto"), 6),
        "icmp": (Field("meta nfproto"), 2),
        "icmpv6": (Field("meta nfproto"), 10),
    }
    kind = body.get("type") if isinstance(body, dict) else None
    if kind in asked:
        left, value = asked[kind]
        yield Match(left, "==", Span(value, value))
    yield Verdict(Kind.DROP)


def _compound(kind: str, body: Any, where: str) -> Statement:
    match kind, body:
        case "match", {"op": str(op), "left": left, "right": compared, **rest} if op in _OPS and not rest:
            return Match(expression(left), op, right(compared))
        case "vmap", {"key": key, "data": data, **rest} if not rest:
            return VerdictMap(expression(key), _map_data(data, where))
        case "set", {"op": str(op), "elem": key, "set": str(name), **rest} if not rest.keys() - {"stmt"}:
            return SetUpdate(name.removeprefix("@"), op, expression(_bare(key)), limited=_limited(rest.get("stmt", ())))
        case "mangle", {"key": key, "value": value, **rest} if not rest:
            return _mangle(key, value, where)
    raise NotProvable(f"the statement {kind} is not understood: {text(body):.80}", where)


def _map_data(data: Any, where: str) -> tuple[Entry, ...] | Named:
    match data:
        case str() if data.startswith("@"):
            return Named(data[1:])
        case {"set": [*said]}:
            return entries(said, where)
    raise NotProvable(f"a verdict map of an unknown form: {text(data):.80}", where)


def _bare(key: Any) -> Any:
    match key:
        case {"elem": {"val": value}}:
            return value
    return key


def _limited(said: Any) -> bool:
    return any(not isinstance(one, dict) or one.keys() - {"counter"} for one in said)


def _decides_nothing(body: Any) -> bool:
    match body:
        case {"key": {"meta": {"key": str(name)}}}:
            return name in _META_WRITES
        case {"key": {"ct": {"key": str(name)}}}:
            return name in _CT_WRITES
        case {"key": {"payload": {"protocol": "ip" | "ip6", "field": str(name)}}}:
            return name in _HEADER_WRITES
        case {"key": {"tcp option": {"name": "maxseg"}}}:
            return True
    return False


def _mangle(key: Any, value: Any, where: str) -> Statement:
    match key:
        case {"meta": {"key": "mark"}}:
            return _mark(value)
        case {"payload": {"protocol": str(protocol), "field": str(name)}} if name in _ADDRESSES:
            return Translate(f"{protocol} {name} set")
    raise NotProvable(f"writing {text(key):.60} is not understood", where)


def _mark(value: Any) -> MarkSet:
    """`(mark & keep) ^ flip` for every arithmetic nft can write on a mark and constants."""
    match value:
        case {"meta": {"key": "mark"}}:
            return MarkSet(ALL_BITS, 0)
        case {"|": [inner, operand]} if (bits := number(operand)) is not None:
            before = _mark(inner)
            return MarkSet(before.keep & ~bits, before.flip | bits, before.known)
        case {"&": [inner, operand]} if (bits := number(operand)) is not None:
            before = _mark(inner)
            return MarkSet(before.keep & bits, before.flip & bits, before.known)
        case {"^": [inner, operand]} if (bits := number(operand)) is not None:
            before = _mark(inner)
            return MarkSet(before.keep, before.flip ^ bits, before.known)
    constant = number(value)
    return MarkSet(0, 0, known=False) if constant is None else MarkSet(0, constant)
