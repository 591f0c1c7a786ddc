"""Pieces of a dump, written as the kernel prints them."""

from typing import Any

from gateway.proof.model import Dump

Piece = dict[str, Any]
OWN = ("inet", "claim_gateway")

ACCEPT: Piece = {"accept": None}
DROP: Piece = {"drop": None}
MARK: Piece = {"meta": {"key": "mark"}}
STATE: Piece = {"ct": {"key": "state"}}
DIRECTION: Piece = {"ct": {"key": "direction"}}
NEW, ESTABLISHED, RELATED = 8, 2, 4


def match(left: Piece, right: Any, op: str = "==") -> Piece:
    return {"match": {"op": op, "left": left, "right": right}}


def meta(key: str, right: Any, op: str = "==") -> Piece:
    return match({"meta": {"key": key}}, right, op)


def payload(protocol: str, field: str, right: Any, op: str = "==") -> Piece:
    return match({"payload": {"protocol": protocol, "field": field}}, right, op)


def concat(*parts: Piece) -> Piece:
    return {"concat": list(parts)}


def field(protocol: str, name: str) -> Piece:
    return {"payload": {"protocol": protocol, "field": name}}


def state(bits: Any, op: str = "in") -> Piece:
    return match(STATE, bits, op)


def goto(chain: str) -> Piece:
    return {"goto": {"target": chain}}


def jump(chain: str) -> Piece:
    return {"jump": {"target": chain}}


def mark(value: Any) -> Piece:
    return {"mangle": {"key": MARK, "value": value}}


def mark_or(bits: int) -> Piece:
    return mark({"|": [MARK, bits]})


def rule(chain: str, *said: Piece, table: tuple[str, str] = OWN, handle: int = 9000) -> Piece:
    family, name = table
    return {"rule": {"family": family, "table": name, "chain": chain, "handle": handle, "expr": list(said)}}


def chain(name: str, table: tuple[str, str] = OWN) -> Piece:
    return {"chain": {"family": table[0], "table": table[1], "name": name, "handle": 1}}


def base(
    name: str,
    hook: str,
    priority: int = 0,
    *,
    policy: str = "accept",
    kind: str = "filter",
    table: tuple[str, str] = OWN,
) -> Piece:
    found = chain(name, table)
    found["chain"] |= {"type": kind, "hook": hook, "prio": priority, "policy": policy}
    return found


def table(family: str = "inet", name: str = "foreign", **more: Any) -> Piece:
    return {"table": {"family": family, "name": name, "handle": 1, **more}}


def foreign(
    hook: str,
    *rules: tuple[Piece, ...],
    priority: int = 0,
    family: str = "inet",
    kind: str = "filter",
    policy: str = "accept",
) -> Dump:
    """A table of somebody else with one base chain."""
    owner = (family, "foreign")
    numbered = (rule("c", *said, table=owner, handle=9000 + at) for at, said in enumerate(rules))
    return (table(family), base("c", hook, priority, policy=policy, kind=kind, table=owner), *numbered)
