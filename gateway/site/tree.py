"""A site file's plain data with the place of every key and value. Knows nothing of what the keys mean."""

from collections.abc import Iterator
from dataclasses import dataclass

Step = str | int
Path = tuple[Step, ...]
Data = dict[str, "Data"] | list["Data"] | str | int | float | bool | None


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands; both count from 1, columns in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Scalar:
    place: Place
    written: str
    """The text as it stands in the file, quotes undone."""
    value: str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that was refused already; what is said about it further on is noise."""

    place: Place


@dataclass(frozen=True, slots=True)
class Sequence:
    place: Place
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Entry:
    key: Place
    node: "Node"


@dataclass(frozen=True, slots=True)
class Mapping:
    place: Place
    entries: dict[str, Entry]


Node = Scalar | Broken | Sequence | Mapping


def plain(node: Node) -> Data:
    """The data alone. A refused value is None, which no key of a site file takes."""
    match node:
        case Scalar():
            return node.value
        case Broken():
            return None
        case Sequence():
            return [plain(item) for item in node.items]
        case Mapping():
            return {key: plain(entry.node) for key, entry in node.entries.items()}


def child(node: Node, step: Step) -> Node | None:
    """The value one step down, or None."""
    match node, step:
        case Mapping(), str() if step in node.entries:
            return node.entries[step].node
        case Sequence(), int() if step < len(node.items):
            return node.items[step]
    return None


def descend(node: Node, path: Path) -> tuple[Path, Node]:
    """As far down `path` as the data goes: the steps that led there and the value found."""
    for depth, step in enumerate(path):
        below = child(node, step)
        if below is None:
            return path[:depth], node
        node = below
    return path, node


def key_place(root: Node, path: Path) -> Place:
    """Where the last key on `path` stands; an item of a list and the file itself have no key, so where they begin."""
    if not path:
        return root.place
    walked, above = descend(root, path[:-1])
    if len(walked) == len(path) - 1 and isinstance(above, Mapping) and path[-1] in above.entries:
        return above.entries[str(path[-1])].key
    _, node = descend(root, path)
    return node.place


def without(node: Node, path: Path) -> Node:
    """The same data with the value at `path` left out; what remains keeps its places."""
    step, *rest = path
    match node, step:
        case Mapping(), str() if step in node.entries:
            entry = node.entries[step]
            kept = {step: Entry(entry.key, without(entry.node, tuple(rest)))} if rest else {}
            return Mapping(
                node.place,
                {key: kept.get(key, other) for key, other in node.entries.items() if key != step or kept},
            )
        case Sequence(), int() if step < len(node.items):
            middle = (without(node.items[step], tuple(rest)),) if rest else ()
            return Sequence(node.place, node.items[:step] + middle + node.items[step + 1 :])
    return node


def broken_paths(node: Node, above: Path = ()) -> Iterator[Path]:
    """Where the refused values are."""
    match node:
        case Broken():
            yield above
        case Sequence():
            for index, item in enumerate(node.items):
                yield from broken_paths(item, (*above, index))
        case Mapping():
            for key, entry in node.entries.items():
                yield from broken_paths(entry.node, (*above, key))
        case Scalar():
            pass
