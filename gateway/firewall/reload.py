"""From the live table to another, in one transaction that cuts nobody: rules anew, sets by their differences. Pure.

`flush table` takes the rules only. Counters, LIVE sets and their time-outs stay as they are, and no set that both tables
have is ever emptied: deleting and re-creating the table lost packets and grants.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gateway.firewall.table import NamedSet, Table


@dataclass(frozen=True, slots=True)
class LiveSet:
    """A set in the kernel: its type and flags, and its elements as the compiler would write them."""

    type: str
    flags: frozenset[str]
    elements: frozenset[str]


@dataclass(frozen=True, slots=True)
class Observed:
    """The live table. `text` is what restores it; None: there is no table."""

    text: str | None
    rules: Mapping[str, int]
    """How many rules each chain has."""
    sets: Mapping[str, LiveSet]
    counters: frozenset[str]
    latched: bool
    """Whether the boot latch still drops everything."""
    latch: str = ""
    """The latch's text, to put it back."""


def reload_commands(table: Table, live: Observed) -> str:
    """What nft must run so that the live table becomes `table`. Only for a table that is there."""
    return "\n".join(_commands(table, live)) + "\n"


def same_kind(wanted: NamedSet, live: LiveSet) -> bool:
    """Whether the kernel's set can hold what `wanted` holds. The dump of nft 1.0.6 omits the flag `dynamic`."""
    flags = frozenset(filter(None, wanted.flags.split(","))) - {"dynamic"}
    return wanted.type == live.type and flags == live.flags - {"dynamic"}


def element_changes(wanted: NamedSet, live: LiveSet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The elements to add and to delete. LIVE sets keep theirs."""
    if wanted.live:
        return (), ()
    gone = tuple(sorted(live.elements - set(wanted.elements)))
    return tuple(one for one in wanted.elements if one not in live.elements), gone


def _commands(table: Table, live: Observed) -> Iterator[str]:
    name = f"{table.family} {table.name}"
    yield f"flush table {name}"
    wanted = {one.name: one for one in table.sets}
    for set_name, found in live.sets.items():
        if set_name not in wanted or not same_kind(wanted[set_name], found):
            yield f"delete set {name} {set_name}"
    fresh = [one for one in table.sets if one.name not in live.sets or not same_kind(one, live.sets[one.name])]
    for one in table.sets:
        if one not in fresh:
            add, gone = element_changes(one, live.sets[one.name])
            # Deletions first: an interval may not overlap the one that replaces it.
            if gone:
                yield f"delete element {name} {one.name} {{ {', '.join(gone)} }}"
            if add:
                yield f"add element {name} {one.name} {{ {', '.join(add)} }}"
    counters = tuple(counter for counter in table.counters if counter.name not in live.counters)
    yield Table(table.family, table.name, counters, tuple(fresh), table.chains).text()
    yield from (f"delete chain {name} {chain}" for chain in live.rules.keys() - {one.name for one in table.chains})
    yield from (f"delete counter {name} {one}" for one in live.counters - {one.name for one in table.counters})
