"""One rule, read back: the small grammar the compiler writes, as values. Whatever it never writes is refused, not guessed."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from gateway.firewall.packet import FIELDS, Field

_TOKEN = re.compile(r'"[^"]*"|[{},]|[^\s{},"]+')
_LONGEST_FIELD = max(map(len, FIELDS))
_COMPARISONS = ("!=", "==", "<=")
_VERDICTS = ("accept", "drop")
_JUMPS = ("goto", "jump")
_NO_VALUES = (*_VERDICTS, *_JUMPS, "counter", "comment", "reject", "limit", "{", "}", ",")
ALL_BITS = 0xFFFFFFFF
_BITS = re.compile(r"0x[0-9a-f]{1,8}")


class Unreadable(Exception):
    """A rule says something this reader does not know. One line, with the rule."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of the packet. `kind` is accept, drop, goto or jump; a reject is a drop that answers."""

    kind: str
    chain: str = ""


@dataclass(frozen=True, slots=True)
class Compare:
    """Fields against a set, by name, or against elements written in the rule."""

    fields: tuple[Field, ...]
    comparison: str
    named: str = ""
    elements: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lookup:
    """A verdict map, by its name: the verdict of the element that holds the fields (`read_entry`)."""

    fields: tuple[Field, ...]
    named: str


@dataclass(frozen=True, slots=True)
class TcpFlags:
    """`tcp flags & mask == value`."""

    mask: frozenset[str]
    value: frozenset[str]


@dataclass(frozen=True, slots=True)
class Mark:
    """Bits put into the packet's mark, after all but those in `keep` were taken out."""

    bits: int
    keep: int = ALL_BITS


Part = Compare | Lookup | TcpFlags | Mark | Verdict


@lru_cache(maxsize=8192)
def read_rule(rule: str) -> tuple[Part, ...]:
    """What the rule asks and does, in its order. Counters, logs, rate limits and comments decide nothing and are left out.

    Raises Unreadable.
    """
    reader = _Reader(rule, _TOKEN.findall(rule))
    return tuple(reader.parts())


@lru_cache(maxsize=8192)
def read_entry(element: str) -> tuple[str, Verdict]:
    """One element of a verdict map: its key and its verdict. Raises Unreadable."""
    return _Reader(element, _TOKEN.findall(element)).entry()


class _Reader:
    def __init__(self, rule: str, tokens: list[str]) -> None:
        self._rule, self._tokens, self._at = rule, tokens, 0

    def parts(self) -> Iterator[Part]:
        while self._at < len(self._tokens):
            part = self._silent() or self._statement() or self._comparison()
            if part is None:
                raise Unreadable(f"'{' '.join(self._tokens[self._at :])}' is not understood, in the rule: {self._rule}")
            if not isinstance(part, bool):
                yield part

    def _silent(self) -> bool:
        """Skips what decides nothing. A rate limit is taken as not yet reached: this is the first packet."""
        for words in (
            ("counter", "name", None),
            ("counter",),
            ("comment", None),
            ("limit", "rate", None, "burst", None, "packets"),
            ("limit", "rate", None),
            ("log", "prefix", None, "group", None),
            ("tcp", "option", "maxseg", "size", "set", "rt", "mtu"),
        ):
            if self._take(*words):
                return True
        if self._ahead("update") and self._ahead("{", after=2):
            while self._word() != "}":
                pass
            return True
        return False

    def _statement(self) -> Part | None:
        if self._take("meta", "mark", "set", "meta", "mark", "&"):
            keep = self._bits()
            self._expect("|")
            return Mark(self._bits(), keep)
        if self._take("meta", "mark", "set", "meta", "mark", "|"):
            return Mark(self._bits())
        if self._take("tcp", "flags", "&"):
            mask = self._flags()
            self._expect("==")
            return TcpFlags(mask, self._flags())
        return self._verdict()

    def _verdict(self) -> Verdict | None:
        if self._take("reject", "with", "tcp", "reset"):
            return Verdict("drop")
        if any(self._ahead(word) for word in _VERDICTS):
            return Verdict(self._word())
        if any(self._ahead(word) for word in _JUMPS):
            return Verdict(self._word(), self._word())
        return None

    def _comparison(self) -> Part | None:
        field = self._field()
        if field is None:
            return None
        fields = [field]
        while self._take("."):
            field = self._field()
            if field is None:
                raise Unreadable(f"a concatenation without its next field, in the rule: {self._rule}")
            fields.append(field)
        if self._take("vmap"):
            return Lookup(tuple(fields), self._named())
        comparison = next((word for word in _COMPARISONS if self._take(word)), "==")
        if self._take("{"):
            return Compare(tuple(fields), comparison, elements=tuple(self._elements()))
        word = self._value()
        if word.startswith("@"):
            return Compare(tuple(fields), comparison, named=word[1:])
        elements = [word]
        while self._take(","):
            elements.append(self._value())
        return Compare(tuple(fields), comparison, elements=tuple(elements))

    def _field(self) -> Field | None:
        for length in range(_LONGEST_FIELD, 0, -1):
            words = tuple(self._tokens[self._at : self._at + length])
            if words in FIELDS:
                self._at += length
                return words
        return None

    def _elements(self) -> Iterator[str]:
        element: list[str] = []
        while (word := self._word()) != "}":
            if word == ",":
                yield " ".join(element)
                element = []
            else:
                element.append(word)
        yield " ".join(element)

    def entry(self) -> tuple[str, Verdict]:
        words = []
        while (word := self._word()) != ":":
            words.append(word)
        verdict = self._verdict()
        if verdict is None or self._at < len(self._tokens):
            raise Unreadable(f"no verdict, in the element of a verdict map: {self._rule}")
        return " ".join(words), verdict

    def _named(self) -> str:
        word = self._word()
        if not word.startswith("@"):
            raise Unreadable(f"'{word}' is no named map, in the rule: {self._rule}")
        return word[1:]

    def _value(self) -> str:
        """A word that can be compared with; a verdict in its place means the comparison was cut off."""
        word = self._word()
        if word in _NO_VALUES:
            raise Unreadable(f"'{word}' stands where a value should, in the rule: {self._rule}")
        return word

    def _bits(self) -> int:
        word = self._word()
        if not _BITS.fullmatch(word):
            raise Unreadable(f"'{word}' is no mark, in the rule: {self._rule}")
        return int(word, 16)

    def _flags(self) -> frozenset[str]:
        word = self._word().strip("()")
        return frozenset() if word == "0" else frozenset(word.split("|"))

    def _take(self, *words: str | None) -> bool:
        """Moves past `words` if they stand here; None is any word."""
        here = self._tokens[self._at : self._at + len(words)]
        if len(here) < len(words) or any(word not in (None, found) for word, found in zip(words, here, strict=True)):
            return False
        self._at += len(words)
        return True

    def _ahead(self, word: str, *, after: int = 0) -> bool:
        return self._tokens[self._at + after : self._at + after + 1] == [word]

    def _expect(self, word: str) -> None:
        if not self._take(word):
            raise Unreadable(f"'{word}' is missing, in the rule: {self._rule}")

    def _word(self) -> str:
        if self._at >= len(self._tokens):
            raise Unreadable(f"the rule ends too early: {self._rule}")
        self._at += 1
        return self._tokens[self._at - 1]
