"""From the live table to another, in one transaction that cuts nobody: rules anew, sets by their differences. Pure.

`flush table` takes the rules only. Counters, LIVE sets and their time-outs stay as they are, and no set that both tables
have is ever emptied: deleting and re-creating the table lost packets and grants. Every command is a flat one: nft 1.0.6
cannot run a `table … { … }` block against a table that is held (gateway/firewall/hold.py).
"""

from collections.abc import Iterator

from gateway.firewall.observed import LiveSet, Observed
from gateway.firewall.table import FAMILY, TABLE, Chain, Counter, NamedSet, Table


def reload_commands(table: Table, live: Observed) -> str:
    """What nft must run so that the live table, which must be there, becomes `table`."""
    return "\n".join(_commands(table, live)) + "\n"


def same_kind(wanted: NamedSet, live: LiveSet) -> bool:
    """Whether the kernel's set can hold what `wanted` holds."""
    flags = frozenset(filter(None, wanted.flags.split(",")))
    return wanted.type == live.type and flags == live.flags


def element_changes(wanted: NamedSet, live: LiveSet) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The elements to add and to delete. LIVE sets keep what the policy lets them hold."""
    if wanted.live:
        may_hold = wanted.may_hold
        return (), tuple(sorted(one for one in live.elements if may_hold is not None and not may_hold(one)))
    gone = tuple(sorted(live.elements - set(wanted.elements)))
    return tuple(one for one in wanted.elements if one not in live.elements), gone


def former(observed: Observed) -> Table:
    """The table that was observed, as one that can be put in force again."""
    return Table(
        FAMILY,
        TABLE,
        tuple(map(Counter, sorted(observed.counters))),
        tuple(_former(name, one) for name, one in observed.sets.items()),
        tuple(Chain(name, rules, observed.hooks.get(name, "")) for name, rules in observed.rules.items()),
    )


def _former(name: str, found: LiveSet) -> NamedSet:
    flags, live = ",".join(sorted(found.flags)), "timeout" in found.flags
    return NamedSet(
        name, found.type, flags, found.timed if live else tuple(sorted(found.elements)), found.options, live
    )


def _commands(table: Table, live: Observed) -> Iterator[str]:
    name = f"{table.family} {table.name}"
    if live.text is not None:
        yield f"flush table {name}"
    yield from _chains(name, table, live)
    kept = {one.name for one in table.sets if one.name in live.sets and same_kind(one, live.sets[one.name])}
    yield from (f"delete {_keyword(found)} {name} {gone}" for gone, found in live.sets.items() if gone not in kept)
    for one in table.sets:
        if one.name not in kept:
            yield f"add {one.keyword} {name} {one.name} {{ {'; '.join(one.body())}; }}"
            continue
        add, gone = element_changes(one, live.sets[one.name])
        # Deletions first: an interval may not overlap the one that replaces it.
        if gone:
            yield f"delete element {name} {one.name} {{ {', '.join(gone)} }}"
        if add:
            yield f"add element {name} {one.name} {{ {', '.join(add)} }}"
    yield from (f"add counter {name} {one.name}" for one in table.counters if one.name not in live.counters)
    yield from (f"add rule {name} {chain.name} {rule}" for chain in table.chains for rule in chain.rules)
    yield from (f"delete chain {name} {chain}" for chain in live.rules.keys() - {one.name for one in table.chains})
    yield from (f"delete counter {name} {one}" for one in live.counters - {one.name for one in table.counters})
    yield from (f"delete {kind} {name} {stranger}" for kind, stranger in live.strangers)


def _chains(name: str, table: Table, live: Observed) -> Iterator[str]:
    """All chains before any rule or element that leads to one. `add` sets the policy of a chain that is there."""
    for chain in table.chains:
        found = live.hooks.get(chain.name, "") if chain.name in live.rules else None
        if found is not None and _place(found) != _place(chain.hook):
            yield f"delete chain {name} {chain.name}"
        yield f"add chain {name} {chain.name} {{ {chain.hook} }}" if chain.hook else f"add chain {name} {chain.name}"


def _place(hook: str) -> str:
    """Where a base chain is, without its policy."""
    return hook.partition(";")[0]


def _keyword(found: LiveSet) -> str:
    return NamedSet("", found.type, "").keyword
