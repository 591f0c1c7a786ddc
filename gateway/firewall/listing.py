"""What `nft list ruleset` prints, as values (nft(8)). Pure. Knows how a listing is laid out, not what a rule means."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

_TABLE = re.compile(r"table (?P<family>\w+) (?P<name>\S+) \{(?: #.*)?")
_OBJECT = re.compile(r"\t(?P<kind>[a-z][a-z ]*?) (?P<name>\S+) \{(?P<rest>.*)")
_HOOK = re.compile(r"type \w+ hook .*;")
_COUNTED = re.compile(r"\bcounter packets \d+ bytes \d+")


@dataclass(frozen=True, slots=True)
class Listed:
    """One chain, set, map or other object: its lines, without their indentation; a list of elements is one line."""

    kind: str
    name: str
    body: tuple[str, ...]

    @property
    def hook(self) -> str:
        """A base chain's declaration as the compiler writes it; empty for any other."""
        return next((line for line in self.body[:2] if _HOOK.fullmatch(line)), "")

    @property
    def rules(self) -> tuple[str, ...]:
        """A chain's rules, without what they counted."""
        return tuple(_COUNTED.sub("counter", line) for line in self.body if line != self.hook)

    def words(self, name: str) -> str:
        """What follows `name` on its line of the body; empty if there is none."""
        return next((line.removeprefix(f"{name} ") for line in self.body if line.startswith(f"{name} ")), "")

    @property
    def elements(self) -> tuple[str, ...]:
        """A set's elements as listed, time-outs included."""
        inside = self.words("elements").removeprefix("= {").removesuffix("}").strip()
        return tuple(inside.split(", ")) if inside else ()


@dataclass(frozen=True, slots=True)
class ListedTable:
    """One table. Of its flags nft 1.0.6 prints `dormant` and `owner` and leaves out `persist`."""

    family: str
    name: str
    text: str
    flags: frozenset[str]
    objects: tuple[Listed, ...]

    def of(self, *kinds: str) -> tuple[Listed, ...]:
        """Its objects of some kinds, in order."""
        return tuple(one for one in self.objects if one.kind in kinds)


def tables(listing: str) -> tuple[ListedTable, ...]:
    """Every table of a listing."""
    return tuple(_table(lines) for lines in _blocks(listing.splitlines()))


def _blocks(lines: Iterable[str]) -> Iterator[list[str]]:
    block: list[str] = []
    for line in lines:
        if block or _TABLE.fullmatch(line):
            block.append(line)
        if line == "}" and block:
            yield block
            block = []


def _table(lines: list[str]) -> ListedTable:
    head = _TABLE.fullmatch(lines[0])
    if head is None:
        raise ValueError(f"no table: {lines[0]:.80}")
    flags = next((line.removeprefix("\tflags ") for line in lines if line.startswith("\tflags ")), "")
    return ListedTable(
        head["family"],
        head["name"],
        "\n".join(lines) + "\n",
        frozenset(filter(None, flags.split(","))),
        tuple(_objects(lines[1:-1])),
    )


def _objects(lines: Iterable[str]) -> Iterator[Listed]:
    kind, name, body = "", "", list[str]()
    for line in lines:
        if not kind:
            head = _OBJECT.fullmatch(line)
            if head is not None:
                kind, name, body = head["kind"], head["name"], []
        elif line == "\t}":
            yield Listed(kind, name, tuple(_joined(body)))
            kind = ""
        else:
            body.append(line.strip())


def _joined(lines: Iterable[str]) -> Iterator[str]:
    """A list of elements goes on over lines until its brace."""
    begun = ""
    for line in lines:
        begun = f"{begun} {line}" if begun else line
        if not begun.startswith("elements = {") or begun.endswith("}"):
            yield begun
            begun = ""
