"""The dump's expressions and set elements (libnftables-json(5)) as values. What is not known becomes Unknown, never a guess."""

import json
from typing import Any

from gateway.proof.errors import NotProvable
from gateway.proof.ruleset import (
    Concat,
    Element,
    Elements,
    Everything,
    Expression,
    Field,
    Masked,
    Named,
    Part,
    Prefix,
    Right,
    Span,
    Unknown,
    Value,
)

_TIMED = {"timeout", "expires"}
_ELEMENT_KEYS = {"val", "comment", "counter", *_TIMED}


def expression(said: Any) -> Expression:
    """What a rule reads. `-nn` dumps name fields the same way in nft 1.0.6 and 1.1."""
    match said:
        case {"meta": {"key": str(key), **rest}} if not rest:
            return Field(f"meta {key}")
        case {"payload": {"protocol": str(protocol), "field": str(name), **rest}} if not rest:
            return Field(f"{protocol} {name}")
        case {"ct": {"key": str(key), **rest}} if not rest:
            return Field(f"ct {key}")
        case {"fib": {"result": str(result), "flags": flags, **rest}} if not rest:
            named = (flags,) if isinstance(flags, str) else tuple(flags)
            return Field(f"fib {','.join(named)} {result}")
        case {"&": [inner, mask]} if (value := number(mask)) is not None:
            return Masked(expression(inner), value)
        case {"concat": [*parts]}:
            return Concat(tuple(map(expression, parts)))
    return Unknown(text(said))


def number(said: Any) -> int | None:
    """An integer, or flags joined in one of the dump's two ways; None for anything else."""
    match said:
        case bool():
            return None
        case int():
            return said
        case [*bits] | {"|": [*bits]}:
            values = [number(bit) for bit in bits]
            joined = 0
            for value in values:
                if value is None:
                    return None
                joined |= value
            return joined
    return None


def right(said: Any) -> Right:
    """What a match compares with."""
    match said:
        case str() if said.startswith("@"):
            return Named(said[1:])
        case {"set": [*elements]}:
            return Elements(tuple(element(one, "a set in a rule") for one in elements))
        case {"set": str() | int() | dict() as only}:
            return Elements((element(only, "a set in a rule"),))
    found = _part(said)
    return Unknown(text(said)) if found is None else found


def element(said: Any, where: str) -> Element:
    """One element. Raises NotProvable for a form or a statement nobody here reads."""
    match said:
        case {"elem": {"val": value, **rest}}:
            strange = {str(key) for key in rest} - _ELEMENT_KEYS
            if strange:
                raise NotProvable(f"an element with {', '.join(sorted(strange))} is not understood", where)
            return Element(element(value, where).parts, timed=bool(rest.keys() & _TIMED))
        case {"concat": [*parts]}:
            return Element(tuple(_known_part(part, where) for part in parts))
    return Element((_known_part(said, where),))


def text(said: Any) -> str:
    """The canonical text of a piece of the dump."""
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _known_part(said: Any, where: str) -> Part:
    found = _part(said)
    if found is None:
        raise NotProvable(f"an element of an unknown form: {text(said):.80}", where)
    return found


def _part(said: Any) -> Part | None:
    match said:
        case "*":
            return Everything()
        case {"prefix": {"addr": str(address), "len": int(length)}}:
            return Prefix(address, length)
        case {"range": [first, last]}:
            low, high = _value(first), _value(last)
            return None if low is None or high is None else Span(low, high)
    value = _value(said)
    return None if value is None else Span(value, value)


def _value(said: Any) -> Value | None:
    if isinstance(said, str | bool):
        return said
    return number(said)
