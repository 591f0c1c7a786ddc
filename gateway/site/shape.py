"""Whether the data has the model's shape: pydantic's findings, said as what is wrong and what to write, with their place."""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gateway.site.known import known_keys, nearest
from gateway.site.model import Site
from gateway.site.parse import Complaint
from gateway.site.shapes import TABLE, WORD
from gateway.site.tree import (
    Data,
    Mapping,
    Node,
    Path,
    Scalar,
    Sequence,
    broken_paths,
    descend,
    key_place,
    plain,
    without,
)
from gateway.site.words import shown

# Each round leaves out what the one before found wrong; a part left out may leave its parent wanting. Seven levels deep
# is the deepest such chain.
ROUNDS_MAX = 8
# Past this a file is not a slip or two away from a site file: say the first mistakes and look no further.
ERRORS_MAX = 200
LISTED_MAX_CHARS = 60  # choices longer than this are better guessed than listed


@dataclass(frozen=True, slots=True)
class Shaped:
    """What the model made of the data.

    `site` is whole when neither `complaints` nor `left_out` holds anything. Otherwise it is what remains once the wrong
    parts are gone: enough to look for further mistakes, never enough to act on; None if nothing coherent remains.
    `tree` is the data `site` was made of.
    """

    site: Site | None
    complaints: tuple[Complaint, ...]
    left_out: tuple[Path, ...]
    tree: Node


def shape(tree: Mapping) -> Shaped:
    """Validate the tree's data against the model."""
    broken = tuple(broken_paths(tree))
    site, errors = _validated(plain(tree))
    hopeless = len(errors) > ERRORS_MAX
    errors = errors[:ERRORS_MAX]
    meant = {near for error in errors if error["type"] == "extra_forbidden" and (near := _meant(_path(error)))}
    complaints = tuple(_complaint(tree, error) for error in errors if not _follows(tree, error, broken, meant))
    left_out = list(broken)
    remains: Node = tree
    for _ in range(ROUNDS_MAX):
        if site is not None or hopeless:
            break
        left_out += [_path(error) for error in errors if error["type"] == "missing"]
        # The last item first: leaving one out moves those behind it.
        for path in sorted({_offender(remains, error) for error in errors} - {()}, key=_order, reverse=True):
            left_out.append(path)
            remains = without(remains, path)
        site, errors = _validated(_STAND_IN | _table(remains))
    return Shaped(site, complaints, tuple(left_out), remains)


# What stands in for a required part that is missing or wrong, so that the rest can still be examined. Findings that
# rely on one of these are not reported.
_STAND_IN: dict[str, Any] = {
    "site": {"name": "-", "prefecture": "01", "institution_code": "0000000"},
    "responsible": {
        "system_manager": {"name": "-", "phone": "00-0000"},
        "vendor": {"name": "-", "phone": "00-0000"},
    },
    "layout": "ip-vpn/claim",
    "zones": {},
}


def _table(node: Node) -> dict[str, Any]:
    data = plain(node)
    return data if isinstance(data, dict) else {}


def _validated(data: Data) -> tuple[Site | None, list[Any]]:
    try:
        return Site.model_validate(data), []
    except ValidationError as error:
        return None, list(error.errors(include_url=False, include_input=False))


def _order(path: Path) -> tuple[tuple[bool, int, str], ...]:
    return tuple((isinstance(step, int), step if isinstance(step, int) else 0, str(step)) for step in path)


def _path(error: Any) -> Path:
    """Pydantic's location without what is no step in the data: the form a value took, `[key]` for a table's key."""
    return tuple(step for step in error["loc"] if step not in (WORD, TABLE, "[key]"))


def _follows(tree: Node, error: Any, broken: tuple[Path, ...], meant: set[Path]) -> bool:
    """Whether the error only repeats another: a value refused before, a misspelt key, a list whose items are all wrong."""
    path = _path(error)
    match error["type"]:
        case "missing" if path in meant:
            return True
        case "too_short" if isinstance(node := descend(tree, path)[1], Sequence) and node.items:
            return True
        case "site_value" | "exactly_one" | "nowhere" if any(part[: len(path)] == path for part in broken):
            return True
    return any(path[: len(part)] == part for part in broken)


def _meant(path: Path) -> Path | None:
    """The path with its last key, which nobody knows, replaced by the nearest known one."""
    near = nearest(str(path[-1]), known_keys(Site, path[:-1]))
    return (*path[:-1], near) if near else None


def _offender(tree: Node, error: Any) -> Path:
    """What to leave out so that the rest can be examined: the wrong value, or the table a key is missing from."""
    path = _path(error)
    return descend(tree, path[:-1] if error["type"] == "missing" else path)[0]


def _complaint(tree: Node, error: Any) -> Complaint:
    path = _path(error)
    walked, node = descend(tree, path)
    name = _name(walked if isinstance(node, Scalar) else path)
    match error["type"]:
        case "missing":
            above = path[:-1]
            key = path[-1]
            return key_place(tree, above), f"{_name(above)} has no {key}. add {key}: to it"
        case "extra_forbidden":
            place = key_place(tree, path) if walked == path else node.place
            return place, _unknown(path)
        case "exactly_one" | "nowhere":
            return key_place(tree, path), f"{name} {error['ctx']['text'] if 'ctx' in error else error['msg']}"
    if error["loc"][-1:] == ("[key]",):
        return key_place(tree, path), error["msg"]
    return node.place, _value_text(name, node, error)


def _unknown(path: Path) -> str:
    *above, key = path
    known = known_keys(Site, tuple(above))
    near = nearest(str(key), known)
    todo = f"did you mean {near}?" if near else f"known here: {', '.join(known)}"
    return f"{shown(str(key))} is not known in {_name(tuple(above))}. {todo}"


_NOT_TRUTH = "{name}: {value} is neither true nor false. write true or false"
_NOT_WHOLE = "{name}: {value} is not a whole number. write it in digits, without quotes"
_NOT_A_CHOICE = "{name}: {value} is not known here. write {expected}{or_table}"
_NOT_A_TABLE = "{name} is {value}. write a table: keys with a colon, and their values"
# pydantic's error types (https://docs.pydantic.dev/latest/errors/validation_errors/) as the vendor reads them.
_TEXTS = {
    "bool_type": _NOT_TRUTH,
    "dict_type": _NOT_A_TABLE,
    "enum": _NOT_A_CHOICE,
    "greater_than_equal": "{name}: {value} is too small. write {ge} or more",
    "int_type": _NOT_WHOLE,
    "less_than_equal": "{name}: {value} is too large. write {le} or less",
    "literal_error": _NOT_A_CHOICE,
    "model_type": _NOT_A_TABLE,
    "site_value": "{name}: {text}",
    "string_type": "{name} is {value}. write a text",
    "too_long": "{name} has {actual_length} items. write at most {max_length}",
    "too_short": "{name} is empty. write at least one item",
    "tuple_type": "{name} is {value}. write a list, in [ ] or with one item a line after '- '",
}


def _value_text(name: str, node: Node, error: Any) -> str:
    value = _kind(node)
    if error["type"] == "string_type" and isinstance(node, Scalar):
        kind = "true or false" if isinstance(node.value, bool) else "a number"
        return f'{name}: {value} reads as {kind}, not as text. put it in quotes: "{value}"'
    near = _nearest_choice(node, error.get("ctx", {}).get("expected", ""))
    if near:
        return f"{name}: {value} is not known here. did you mean {near}?"
    context = {
        key: str(told).replace("'", "") if key == "expected" else told for key, told in error.get("ctx", {}).items()
    }
    template = _TEXTS.get(error["type"], "{name}: {value} does not fit. see docs/site-file.md")
    return template.format_map(
        context | {"name": name, "value": value, "or_table": ", or its keys" if WORD in error["loc"] else ""}
    )


def _nearest_choice(node: Node, expected: str) -> str | None:
    """The choice closest to the value, where they are too many to list; pydantic writes them as 'a', 'b' or 'c'."""
    if len(expected) <= LISTED_MAX_CHARS:
        return None
    return nearest(node.written, tuple(re.findall("'([^']*)'", expected))) if isinstance(node, Scalar) else None


def _kind(node: Node) -> str:
    """What a value is, for someone who wrote another kind of thing."""
    match node:
        case Scalar():
            return shown(node.written) if isinstance(node.value, str) else shown(node.written)[1:-1]
        case Mapping():
            return "a table"
        case _:
            return "a list"


def _name(path: Path) -> str:
    """A path as people write it: zones.claim.terminals.address. The place says which item of a list is meant."""
    return ".".join(shown(step)[1:-1] for step in path if isinstance(step, str)) or "the site file"
