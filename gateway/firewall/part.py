"""The firewall as one part of the box: what it should be, what it is, how they differ, and making it so."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping
from typing import Any

from gateway.firewall.compile import FAMILY, TABLE, compile_table
from gateway.firewall.elements import spelled
from gateway.firewall.nft import Nft
from gateway.firewall.reload import LiveSet, Observed, element_changes, reload_commands, same_kind
from gateway.firewall.table import NamedSet, Table
from gateway.policy.model import Policy
from gateway.site.layout import Zone

LATCH_TABLE = "claim_gateway_closed"
"""What the boot guard loads: a table that drops everything until the first policy is in force."""


def desired(policy: Policy, ports: Mapping[Zone, str]) -> Table:
    """The table this policy needs. Pure."""
    return compile_table(policy, ports)


def observe() -> Observed:
    """The live table in this network namespace. Raises NftError."""
    with Nft() as nft:
        names = {
            entry["table"]["name"]
            for entry in nft.dump("list tables")
            if "table" in entry and entry["table"]["family"] == FAMILY
        }
        latched = LATCH_TABLE in names
        latch = nft.run(f"list table {FAMILY} {LATCH_TABLE}") if latched else ""
        if TABLE not in names:
            return Observed(None, {}, {}, frozenset(), latched, latch)
        dump = nft.dump(f"list table {FAMILY} {TABLE}")
        text = nft.run(f"list table {FAMILY} {TABLE}")
    rules = Tally({entry["chain"]["name"]: 0 for entry in dump if "chain" in entry})
    rules.update(entry["rule"]["chain"] for entry in dump if "rule" in entry)
    return Observed(
        text,
        rules,
        {entry["set"]["name"]: _live_set(entry["set"]) for entry in dump if "set" in entry},
        frozenset(entry["counter"]["name"] for entry in dump if "counter" in entry),
        latched,
        latch,
    )


def difference(table: Table, observed: Observed) -> tuple[str, ...]:
    """What stands between the live table and `table`, one line each; empty when nothing does. Pure.

    Counts rules and compares elements: enough to know that a transaction took effect whole, not a proof of what rules say.
    """
    if observed.text is None:
        return (f"table {FAMILY} {TABLE} is not in the kernel",)
    lines = [f"table {FAMILY} {LATCH_TABLE} still drops everything"] if observed.latched else []
    wanted = {chain.name: len(chain.rules) for chain in table.chains}
    lines.extend(
        f"chain {name} has {observed.rules.get(name, 'no')} rules, not {wanted.get(name, 'none')}"
        for name in sorted(wanted.keys() | observed.rules.keys())
        if wanted.get(name) != observed.rules.get(name)
    )
    lines.extend(_set_differences(table.sets, observed.sets))
    return tuple(lines)


def apply(table: Table) -> None:
    """Make the live table `table` and lift the boot latch, in one transaction. Raises NftError: then nothing changed."""
    live = observe()
    with Nft() as nft:
        nft.run(_without(LATCH_TABLE) + (table.text() if live.text is None else reload_commands(table, live)))


def restore(observed: Observed) -> None:
    """Put back what `observe` saw, the latch included. Without either, the guard keeps the box closed. Raises NftError."""
    with Nft() as nft:
        nft.run(_without(TABLE) + _without(LATCH_TABLE) + (observed.text or "") + observed.latch)


def _without(table: str) -> str:
    # "add" before "delete" makes the deletion succeed whether or not the table is there.
    return f"add table {FAMILY} {table}\ndelete table {FAMILY} {table}\n"


def _set_differences(wanted: Iterable[NamedSet], live: Mapping[str, LiveSet]) -> Iterable[str]:
    for one in wanted:
        found = live.get(one.name)
        if found is None or not same_kind(one, found):
            yield f"set {one.name} is {'missing' if found is None else 'of another kind'}"
            continue
        add, gone = element_changes(one, found)
        yield from (f"set {one.name} lacks {element}" for element in add)
        yield from (f"set {one.name} holds {element}, which is not declared" for element in gone)


def _live_set(entry: Mapping[str, Any]) -> LiveSet:
    kind = entry["type"]
    flags = entry.get("flags", ())
    return LiveSet(
        kind if isinstance(kind, str) else " . ".join(kind),
        frozenset((flags,) if isinstance(flags, str) else flags),
        frozenset(spelled(element) for element in entry.get("elem", ())),
    )
