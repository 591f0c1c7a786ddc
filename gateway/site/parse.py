"""YAML 1.2 text to a tree of plain data with places.

Anchors, aliases, tags and a second document are refused: a site file says each thing once, where it belongs, and its
reader needs no YAML manual.
"""

import re
from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, StringMark, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceStartEvent,
)

from gateway.site.tree import Broken, Entry, Mapping, Node, Place, Scalar, Sequence
from gateway.site.words import UNPRINTABLE, shown

DEPTH_MAX = 16  # the deepest site file has 7 levels: zones, wan, uplink, static, addresses, and the items
VALUES_MAX = 20_000  # a hospital with 500 receipt PCs has 4,000; the parser takes 30 µs for each

# YAML 1.2.2, 10.3.2 core schema: `yes` is text, `12:30` is text, `010` is ten.
_TRUTH = re.compile(r"true|True|TRUE|false|False|FALSE")
_NULL = re.compile(r"null|Null|NULL|~|")
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}|0o[0-7]{1,18}|0x[0-9a-fA-F]{1,15}")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")

Complaint = tuple[Place, str]


class NotYamlError(Exception):
    """The text stops being YAML here, or is more than a site file may be."""

    def __init__(self, place: Place, text: str) -> None:
        super().__init__(text)
        self.complaint: Complaint = (place, text)


def parse(text: str) -> tuple[Node | None, list[Complaint]]:
    """The tree and what is wrong with its form. No tree when the text holds no data, or is not YAML to its end."""
    builder = _Builder()
    try:
        tree = builder.document(YAML(typ="safe", pure=True).parse(text))
    except NotYamlError as error:
        return None, [*builder.complaints, error.complaint]
    except MarkedYAMLError as error:
        return None, [*builder.complaints, _syntax(text, error)]
    except YAMLError as error:
        return None, [
            *builder.complaints,
            (Place(1, 1), f"is not YAML ({shown(str(error))}). start from configs/ip-vpn-claim.yaml"),
        ]
    return tree, builder.complaints


class _Builder:
    """Builds the tree from the parser's events; complaints gather beside it."""

    def __init__(self) -> None:
        self.complaints: list[Complaint] = []
        self._values = 0

    def document(self, events: Iterator[Event]) -> Node | None:
        tree: Node | None = None
        for event in events:
            match event:
                case DocumentStartEvent() if tree is not None:
                    raise NotYamlError(_place(event), "a second document begins. keep one site in a file")
                case DocumentStartEvent() if event.version not in (None, (1, 2)):
                    raise NotYamlError(
                        _place(event), "the file asks for another YAML than 1.2. take out the %YAML line"
                    )
                case NodeEvent():
                    tree = self._node(event, events, 1)
        return None if isinstance(tree, Scalar) and not tree.written else tree

    def _node(self, event: NodeEvent, events: Iterator[Event], depth: int) -> Node:
        place = _place(event)
        self._values += 1
        if depth > DEPTH_MAX:
            raise NotYamlError(place, f"is nested more than {DEPTH_MAX} levels deep. a site file needs 7")
        if self._values > VALUES_MAX:
            raise NotYamlError(place, f"the file holds more than {VALUES_MAX} values. name a site file")
        refused = self._refused(event, place)
        node: Node
        match event:
            case ScalarEvent():
                node = self._scalar(event, place)
            case SequenceStartEvent():
                node = Sequence(place, tuple(self._items(events, depth)))
            case MappingStartEvent():
                node = Mapping(place, self._entries(events, depth))
            case _:
                node = Broken(place)
        return Broken(place) if refused else node

    def _refused(self, event: NodeEvent, place: Place) -> bool:
        if isinstance(event, AliasEvent):
            self._complain(place, f"*{event.anchor} refers to another place. write the value out")
            return True
        if event.anchor is not None:
            self._complain(place, f"&{event.anchor} names a value for later. take the anchor out")
        if getattr(event, "tag", None) is not None:
            self._complain(place, "a YAML tag (!…) stands before the value. take it out")
            return True
        return False

    def _scalar(self, event: ScalarEvent, place: Place) -> Node:
        found = UNPRINTABLE.search(event.value)
        if found:
            self._complain(
                place, f"the value holds the invisible character U+{ord(found[0]):04X}. write it on one line"
            )
            return Broken(place)
        bare = event.implicit[0] and event.style is None
        return Scalar(place, event.value, _resolved(event.value) if bare else event.value)

    def _nodes(self, events: Iterator[Event], depth: int) -> Iterator[Node]:
        for event in events:
            if not isinstance(event, NodeEvent):  # the list or the table ends
                return
            yield self._node(event, events, depth + 1)

    def _items(self, events: Iterator[Event], depth: int) -> Iterator[Node]:
        for node in self._nodes(events, depth):
            if _is_null(node):
                self._complain(node.place, "an item of the list is empty. write it, or take its line out")
            yield Broken(node.place) if _is_null(node) else node

    def _entries(self, events: Iterator[Event], depth: int) -> dict[str, Entry]:
        entries: dict[str, Entry] = {}
        nodes = self._nodes(events, depth)
        for key, node in zip(nodes, nodes, strict=True):
            match key:
                case Scalar() if key.written in entries:
                    what = f"{shown(key.written)} stands here a second time, after line {entries[key.written].key.line}"
                    self._complain(key.place, f"{what}. keep one")
                case Scalar() if _is_null(node):
                    self._complain(key.place, f"{shown(key.written)} has no value. write one, or take the key out")
                    entries[key.written] = Entry(key.place, Broken(key.place))
                case Scalar():
                    entries[key.written] = Entry(key.place, node)
                case Sequence() | Mapping():
                    self._complain(key.place, "a list or a table cannot be a key. write a word and a colon")
                case Broken():
                    pass  # said already
        return entries

    def _complain(self, place: Place, text: str) -> None:
        self.complaints.append((place, text))


def _place(event: Event) -> Place:
    return Place(event.start_mark.line + 1, event.start_mark.column + 1)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _resolved(text: str) -> str | int | float | bool | None:
    if _NULL.fullmatch(text):
        return None
    if _TRUTH.fullmatch(text):
        return text.lower() == "true"
    if _INTEGER.fullmatch(text):
        return int(text, {"0o": 8, "0x": 16}.get(text[:2], 10))
    if _FLOAT.fullmatch(text):
        return float(text)
    return text


def _syntax(text: str, error: MarkedYAMLError) -> Complaint:
    """Where and why the parser stopped, in the words of someone who writes site files and not parsers."""
    problem = error.problem or "it cannot be read"
    mark: StringMark = error.problem_mark or error.context_mark
    to_the_end = "end of stream" in problem or "<stream end>" in problem
    opened = error.context_mark
    if opened is not None and (to_the_end or "flow" in (error.context or "")):
        what = "quote" if "quoted" in (error.context or "") else "bracket"
        return _at(opened), f"this {what} is not closed properly. close it, and look at the commas and quotes inside"
    if text[mark.index : mark.index + 1] == "\t":
        return _at(mark), "a tab stands before the text. indent with spaces"
    if "mapping values" in problem:
        return _at(mark), "a second colon on the line, or a line indented by mistake. put a text with ': ' in quotes"
    if "cannot start any token" in problem:
        return _at(mark), f"{shown(text[mark.index])} cannot begin a value. put the value in quotes"
    return _at(mark), f"this is not YAML: {shown(problem)[1:-1]}. check the indentation, the quotes and the colons"


def _at(mark: StringMark) -> Place:
    return Place(mark.line + 1, mark.column + 1)
