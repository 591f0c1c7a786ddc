"""`nft -nn -j list ruleset` as a typed ruleset. Every key, object, chain type, hook and family must be known here."""

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.proof.errors import NotProvable
from gateway.proof.model import Dump
from gateway.proof.read_expression import element, text
from gateway.proof.read_statement import entries, statements
from gateway.proof.ruleset import Chain, Hook, Kind, NamedSet, Rule, Ruleset, Table

_FAMILIES = {"ip", "ip6", "inet", "arp", "bridge", "netdev"}
_TABLE_KEYS = {"family", "name", "handle", "flags", "comment"}
_TABLE_FLAGS = {"dormant", "owner", "persist"}
"""nft 1.0.6 does not know `persist`. A flag that stands alone it prints as whatever lies in its memory, which may be the name
of another table: only a list of flags is believed.
"""
_CHAIN_KEYS = {"family", "table", "name", "handle", "type", "hook", "prio", "policy", "dev", "comment"}
_CHAIN_TYPES = {"filter", "nat", "route"}
_HOOKS = {"prerouting", "input", "forward", "output", "postrouting", "ingress", "egress"}
_RULE_KEYS = {"family", "table", "chain", "handle", "index", "position", "comment", "expr"}
_SET_KEYS = {
    *("family", "table", "name", "handle", "type", "flags", "elem", "timeout", "gc-interval", "size", "policy"),
    *("comment", "stmt", "auto-merge", "map"),
}
_SET_FLAGS = {"constant", "interval", "timeout", "dynamic"}
_SILENT_OBJECTS = {"metainfo", "counter", "quota", "limit"}
_LOUD_OBJECTS = {"ct helper", "ct timeout", "ct expectation", "flowtable"}


def read(dump: Dump) -> Ruleset:
    """The ruleset of a dump. Raises NotProvable for anything that is not understood."""
    tables: dict[tuple[str, str], _Building] = {}
    for entry in dump:
        try:
            _entry(tables, entry)
        except RecursionError as error:
            raise NotProvable("an object is nested deeper than any nft prints", "the dump") from error
    return Ruleset(tuple(table.built() for table in tables.values() if not table.dormant))


def loads(said: str) -> Dump:
    """The objects of a dump's text. Raises NotProvable if it is no dump."""
    try:
        match json.loads(said):
            case {"nftables": [*objects]}:
                text(objects).encode()  # half a surrogate is read, and can be shown to nobody
                return tuple(objects)
    except (ValueError, RecursionError) as error:
        raise NotProvable(f"it is not JSON ({error}). make it with: nft -nn -j list ruleset", "the dump") from error
    raise NotProvable("it has no list 'nftables'. make it with: nft -nn -j list ruleset", "the dump")


@dataclass(slots=True)
class _Building:
    family: str
    name: str
    dormant: bool
    chains: dict[str, tuple[Hook | None, list[Rule]]] = field(default_factory=dict)
    sets: dict[str, NamedSet] = field(default_factory=dict)
    objects: list[tuple[str, str]] = field(default_factory=list)
    written: set[str] = field(default_factory=set)

    def built(self) -> Table:
        chains = {name: Chain(name, tuple(rules), hook) for name, (hook, rules) in self.chains.items()}
        return Table(self.family, self.name, chains, self.sets, tuple(self.objects))


def _entry(tables: dict[tuple[str, str], _Building], entry: Any) -> None:
    match entry:
        case {**one} if len(one) == 1:
            ((kind, body),) = one.items()
            _object(tables, str(kind), body)
        case _:
            raise NotProvable(f"an object of an unknown form: {text(entry):.80}", "the dump")


def _object(tables: dict[tuple[str, str], _Building], kind: str, body: Any) -> None:
    if kind in _SILENT_OBJECTS:
        return
    if not isinstance(body, Mapping):
        raise NotProvable(f"an object of an unknown form: {text({kind: body}):.80}", "the dump")
    where = f"{kind} {body.get('family')} {body.get('table', '')} {body.get('name', body.get('chain', ''))}"
    if kind == "table":
        made = _table(body, where)
        _once((made.family, made.name), tables, where)
        tables[made.family, made.name] = made
        return
    table = tables.get((str(body.get("family")), str(body.get("table"))))
    if table is None:
        raise NotProvable("its table is not in the dump. dump the whole ruleset", where)
    match kind:
        case "chain":
            _known(body, _CHAIN_KEYS, where)
            _once(str(body.get("name")), table.chains, where)
            table.chains[str(body.get("name"))] = (_hook(body, where), [])
        case "rule":
            _rule(table, body)
        case "set" | "map":
            _once(str(body.get("name")), table.sets, where)
            table.sets[str(body.get("name"))] = _set(body, where)
        case _ if kind in _LOUD_OBJECTS:
            table.objects.append((kind, str(body.get("name"))))
        case _:
            raise NotProvable(f"the object {kind} is not understood. take it away, or ask for support", where)


def _table(body: Mapping[str, Any], where: str) -> _Building:
    _known(body, _TABLE_KEYS, where)
    if isinstance(body.get("flags"), str):
        raise NotProvable("a single flag is not believed: nft 1.0.6 prints it wrong. take it away", where)
    # nft 1.0.6 does not know `persist` and calls it so; it is believed only of a table that its holder alone can change.
    held = {"unknown"} if "owner" in body.get("flags", ()) else set[str]()
    flags = _flags(body, _TABLE_FLAGS | held, where)
    family = str(body.get("family"))
    if family not in _FAMILIES:
        raise NotProvable(f"the family {family} is not understood", where)
    return _Building(family, str(body.get("name")), "dormant" in flags)


def _hook(body: Mapping[str, Any], where: str) -> Hook | None:
    if "hook" not in body and "type" not in body:
        return None
    match body.get("type"), body.get("hook"), body.get("prio"), body.get("policy", "accept"):
        case str(kind), str(hook), int(priority), ("accept" | "drop") as policy:
            if kind in _CHAIN_TYPES and hook in _HOOKS:
                return Hook(kind, hook, priority, Kind(policy))
    raise NotProvable("a chain of this type, hook, priority or policy is not understood", where)


def _rule(table: _Building, body: Mapping[str, Any]) -> None:
    chain, handle = str(body.get("chain")), body.get("handle")
    where = f"table {table.family} {table.name} chain {chain} handle {handle}"
    _known(body, _RULE_KEYS, where)
    said = body.get("expr", [])
    if chain not in table.chains or not isinstance(said, list):
        raise NotProvable("a rule of an unknown form, or of no chain in the dump", where)
    rules = table.chains[chain][1]
    known = statements(said, where)
    shown = str(body["comment"]) if "comment" in body else " ".join(map(str, known)) or "counts or logs"
    number = handle if isinstance(handle, int) else 0
    place = f"handle {number}" if number else f"rule {len(rules) + 1}"
    rules.append(Rule(f"{table.family} {table.name} {chain} {place}", chain, number, shown, known))


def _set(body: Mapping[str, Any], where: str) -> NamedSet:
    _known(body, _SET_KEYS, where)
    flags = _flags(body, _SET_FLAGS, where)
    said, done = body.get("elem", []), body.get("stmt", [])
    if not isinstance(said, list) or not isinstance(done, list):
        raise NotProvable("a set of an unknown form", where)
    moving = "dynamic" in flags or any(not isinstance(one, dict) or one.keys() - {"counter"} for one in done)
    if body.get("map") == "verdict":
        return NamedSet(str(body.get("name")), (), entries(said, where), moving)
    if "map" in body:
        # A map of data is read by no match; what it feeds (a mark, a translation) is unknown where it is used.
        return NamedSet(str(body.get("name")), ())
    return NamedSet(str(body.get("name")), tuple(element(one, where) for one in said), (), moving)


def _once(name: object, known: Container[object], where: str) -> None:
    """The second of two would take the first one's rules or elements away, which no kernel prints."""
    if name in known:
        raise NotProvable("it is in the dump twice. dump the whole ruleset again, once", where)


def _known(body: Mapping[str, Any], keys: set[str], where: str) -> None:
    strange = body.keys() - keys
    if strange:
        raise NotProvable(f"the key {', '.join(sorted(strange))} is not understood", where)


def _flags(body: Mapping[str, Any], known: set[str], where: str) -> frozenset[str]:
    said = body.get("flags", [])
    flags = frozenset(map(str, said if isinstance(said, list) else [said]))
    if flags - known:
        raise NotProvable(f"the flag {', '.join(sorted(flags - known))} is not understood", where)
    return flags
