"""Whether a packet matches: fields against literals, sets and maps.

What nobody can tell is a free Boolean, one for each rule that asks: a mark of conntrack, a number drawn or a set of the
packets' own may have changed when the next rule asks in the same words.
"""

from collections.abc import Mapping, Sequence
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from gateway.proof.algebra import Term, all_of, any_of
from gateway.proof.errors import NotProvable
from gateway.proof.fields import Fields, Key, Place, Reading
from gateway.proof.header import Header
from gateway.proof.live import LiveSets
from gateway.proof.ruleset import (
    Concat,
    Element,
    Elements,
    Everything,
    Expression,
    Field,
    Masked,
    Match,
    Named,
    Part,
    Prefix,
    Right,
    Span,
    Table,
    Unknown,
    Value,
)

_ETHERTYPES = {0x0800: 0x0008, 0x86DD: 0xDD86}


class Matching:
    """Answers for one ruleset. `moving` names the sets of a table that rules change from the packets' path."""

    def __init__(self, header: Header, fields: Fields, live: LiveSets, moving: Mapping[str, frozenset[str]]) -> None:
        self.header = header
        self.fields = fields
        self._live = live
        self._moving = moving
        self._members: dict[tuple[int, tuple[str, ...]], Term] = {}

    def match(self, said: Match, table: Table, place: Place, rule: str) -> Term:
        """Where the match is true."""
        key = self.key(said.left, place)
        if key is None or isinstance(said.right, Unknown):
            return self.header.free("match", f"{said.left} {said.op} {said.right} in {rule}")
        present = all_of(self.header.algebra, (reading.present for reading in key.readings))
        result = self._compared(key, said, table, rule)
        if result is None:
            return present & self.header.free("match", f"{said.left} {said.op} {said.right} in {rule}")
        return present & self._unless_unsure(key, result, f"{said} in {rule}")

    def readable(self, key: Key | None, expression: Expression, rule: str) -> Term:
        """Where a rule gets what it reads: elsewhere it ends, and the next one is asked."""
        if key is None:
            return self.header.free("match", f"{expression} can be read in {rule}")
        return all_of(self.header.algebra, (reading.present for reading in key.readings))

    def entry(self, key: Key | None, expression: Expression, element: Element, rule: str) -> Term:
        """Where a verdict map's key is in one of its elements; Everything is for the caller."""
        if key is None:
            return self.header.free("match", f"{expression} vmap {element} in {rule}")
        present = all_of(self.header.algebra, (reading.present for reading in key.readings))
        found = self._in_element(key, element)
        if found is None:
            return present & self.header.free("match", f"{expression} vmap {element} in {rule}")
        return present & self._unless_unsure(key, found, f"{expression} vmap {element} in {rule}")

    def key(self, left: Expression, place: Place) -> Key | None:
        """The readings of an expression; None if any part of it is not known."""
        parts = left.parts if isinstance(left, Concat) else (left,)
        readings = [self._reading(part, place) for part in parts]
        known = tuple(reading for reading in readings if reading is not None)
        names = tuple(part.name if isinstance(part, Field) else "" for part in parts)
        return Key(known, names) if len(known) == len(readings) else None

    def _reading(self, part: Expression, place: Place) -> Reading | None:
        match part:
            case Field(name):
                return self.fields.read(name, place)
            case Masked(Field(name), mask):
                inner = self.fields.read(name, place)
                if inner is None or inner.kind != "number":
                    return None
                width, none = len(inner.bits), self.header.algebra.false
                bits = tuple(bit if mask >> (width - 1 - at) & 1 else none for at, bit in enumerate(inner.bits))
                return Reading("", bits, inner.present, sure=inner.sure)
        return None

    def _unless_unsure(self, key: Key, result: Term, text: str) -> Term:
        unsure = [reading.sure for reading in key.readings if reading.sure is not None]
        if not unsure:
            return result
        sure = all_of(self.header.algebra, unsure)
        instead = [reading.instead for reading in key.readings if reading.instead is not None]
        if self.header.algebra.never(all_of(self.header.algebra, (result, *instead))):
            return sure & result
        return (sure & result) | (~sure & self.header.free("match", text))

    def _compared(self, key: Key, said: Match, table: Table, rule: str) -> Term | None:
        match said.op:
            case "==":
                return self._equal(key, said.right, table, rule)
            case "!=":
                equal = self._equal(key, said.right, table, rule)
                return None if equal is None else ~equal
            case "in" | "!":
                bits = self._any_bit(key, said.right)
                if bits is None:
                    return self._equal(key, said.right, table, rule) if said.op == "in" else None
                return bits if said.op == "in" else ~bits
        return self._ordered(key, said)

    def _any_bit(self, key: Key, right: Right) -> Term | None:
        """The dump's `in` with a number: any of its bits is set; `!` says none of them."""
        match right, key.readings:
            case Span(int(first), int(last)), (Reading(bits=bits, kind="number"),) if first == last:
                width = len(bits)
                return any_of(self.header.algebra, [bits[width - 1 - at] for at in range(width) if first >> at & 1])
        return None

    def _ordered(self, key: Key, said: Match) -> Term | None:
        match said.right, key.readings:
            case Span(int(value), int(last)), (Reading(bits=bits, kind="number"),) if value == last:
                top = (1 << len(bits)) - 1
                first, last = {"<": (0, value - 1), "<=": (0, value), ">": (value + 1, top), ">=": (value, top)}[
                    said.op
                ]
                return self.header.between(bits, first, last)
        return None

    def _equal(self, key: Key, right: Right, table: Table, rule: str) -> Term | None:
        match right:
            case Named(name):
                return self._in_named(key, name, table, rule)
            case Elements(elements):
                return self._in_elements(key, elements)
            case Span() | Prefix() | Everything():
                return self._in_element(key, Element((right,)))
        return None

    def _in_named(self, key: Key, name: str, table: Table, rule: str) -> Term | None:
        found = table.sets.get(name)
        if found is None:
            raise NotProvable(f"the set {name} is not in the dump. dump the whole ruleset", f"table {table}")
        live = self._live.member(table, name, key)
        if live is not None:
            return live
        if found.moving or name in self._moving.get(str(table), frozenset()):
            return self.header.free("member", f"{' . '.join(key.names)} is in {table} {name} when {rule} asks")
        kept = (id(found), key.kept_as) if key.kept_as else None
        if kept and kept in self._members:
            return self._members[kept]
        stays = self._in_elements(key, tuple(one for one in found.elements if not one.timed))
        leaves = self._in_elements(key, tuple(one for one in found.elements if one.timed))
        if stays is None or leaves is None:
            return None
        timed = any(one.timed for one in found.elements)
        result = stays | (leaves & self.header.free("member", f"{table} {name} still holds it")) if timed else stays
        if kept:
            self._members[kept] = result
        return result

    def _in_elements(self, key: Key, elements: Sequence[Element]) -> Term | None:
        found = [self._in_element(key, one) for one in elements]
        known = [one for one in found if one is not None]
        return any_of(self.header.algebra, known) if len(known) == len(found) else None

    def _in_element(self, key: Key, element: Element) -> Term | None:
        if element.parts == (Everything(),):
            return self.header.algebra.true
        if len(element.parts) != len(key.readings):
            return None
        result = self.header.algebra.true
        for reading, part in reversed(tuple(zip(key.readings, element.parts, strict=True))):
            found = self._in_part(reading, part)
            if found is None:
                return None
            result = result & found
        return result

    def _in_part(self, reading: Reading, part: Part) -> Term | None:
        match part:
            case Everything():
                return self.header.algebra.true
            case Prefix(address, length):
                first = _number(reading, address)
                rest = len(reading.bits) - length
                if first is None or not 0 <= rest <= len(reading.bits):
                    return None
                return self.header.between(reading.bits, first >> rest << rest, first | (1 << rest) - 1, reading.name)
            case Span(str(name), last) if reading.kind == "name":
                return self.header.on(reading.bits, name) if reading.name and name == last else self._nowhere(name)
            case Span(first_value, last_value):
                low, high = _number(reading, first_value), _number(reading, last_value)
                if low is None or high is None:
                    return None
                return self.header.between(reading.bits, low, high, reading.name)

    def _nowhere(self, name: str) -> Term:
        """Against no interface at all, whose name is empty: only the empty name and the wildcard of everything."""
        return self.header.algebra.true if name in ("", "*") else self.header.algebra.false


def _number(reading: Reading, value: Value) -> int | None:
    """A literal as a number of the field's own width; None if it is not written as this field writes them."""
    try:
        match reading.kind, value:
            case "address4", str():
                return int(IPv4Address(value))
            case "address6", str():
                return int(IPv6Address(value))
            case "exists", bool():
                return int(value)
            case "exists", "0" | 0:
                return 0
            case "ethertype", int():
                return _ETHERTYPES.get(value, value)
            case "number", int() if not isinstance(value, bool):
                return value
            case "number" | "ethertype", str():
                raise NotProvable(
                    f"'{value}' stands where a number should. dump with: nft -nn -j list ruleset",
                    reading.name or "a rule",
                )
    except AddressValueError:
        return None
    return None
