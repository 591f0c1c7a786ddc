"""The firewall as one part of the box: what it should be, what it is, how they differ, and making it so.

Each function that meets the kernel takes the door to it, for a process that holds the table; without one it opens its own.
"""

from collections.abc import Iterable, Iterator, Mapping

from gateway.firewall.compile import compile_table
from gateway.firewall.hold import HELD_BY_OTHER, TableHeld, can_hold, take
from gateway.firewall.nft import Nft, opened
from gateway.firewall.observed import LATCH_TABLE, LiveSet, Observed, read
from gateway.firewall.reload import element_changes, former, reload_commands, same_kind
from gateway.firewall.spelling import Rules, remember, spelled
from gateway.firewall.table import FAMILY, TABLE, Chain, NamedSet, Table
from gateway.policy.model import Policy
from gateway.policy.places import Carrier
from gateway.site.layout import Zone

__all__ = ["LATCH_TABLE", "Observed", "apply", "desired", "difference", "foreign", "hold", "observe", "restore"]

_NOTHING = Observed(None, {}, {}, frozenset(), latched=False)


def desired(policy: Policy, ports: Mapping[Zone, str], carrier: Carrier = Carrier.XFRM) -> Table:
    """The table this policy needs. Pure."""
    return compile_table(policy, ports, carrier)


def observe(nft: Nft | None = None) -> Observed:
    """The live table in this network namespace. Raises NftError."""
    with opened(nft) as door:
        return read(door.run("list ruleset"))


def difference(table: Table, observed: Observed, spelling: Rules | None = None) -> tuple[str, ...]:
    """What stands between the live table and `table`, one line each; empty when nothing does. Pure.

    `spelling` is what the kernel shows when exactly `table` is loaded (`spelling.spelled`): with it every word of every
    rule is compared, without it their number. Neither is a proof of what the rules say.
    """
    if observed.text is None:
        return (f"table {FAMILY} {TABLE} is not in the kernel",)
    lines = [f"table {FAMILY} {LATCH_TABLE} still drops everything"] if observed.latched else []
    if observed.dormant:
        lines.append(f"table {FAMILY} {TABLE} is dormant: its chains see no packet")
    lines.extend(_chain_differences(table.chains, observed, spelling))
    lines.extend(_set_differences(table.sets, observed.sets))
    lines.extend(_strangers(table, observed))
    return tuple(lines)


def foreign(observed: Observed) -> tuple[str, ...]:
    """Where chains of other tables see packets. They cannot let through what ours drops; they can rewrite or mark it."""
    return observed.foreign_hooks


def hold(nft: Nft) -> bool:
    """For the one process that keeps `nft` as long as it lives: hold the table from now on. Returns whether it is held.

    Creates it empty if there is none. One that cannot be taken as it is, is made anew with the same rules, sets and
    open doors: for some milliseconds the guard stops all traffic, sessions live on. Raises NftError, and TableHeld if
    another process holds it.
    """
    if take(nft):
        return True
    live = observe(nft)
    if not can_hold() or live.text is None:
        return False
    nft.run(f"delete table {FAMILY} {TABLE}\n")
    held = take(nft)
    nft.run(reload_commands(former(live), _NOTHING))
    return held


def apply(table: Table, nft: Nft | None = None) -> bool:
    """Make the live table `table` and lift the boot latch, in one transaction. Returns whether anything had to change.

    Raises NftError: then nothing changed.
    """
    with opened(nft) as door:
        live = observe(door)
        spelling = spelled(table)
        if spelling is not None and not difference(table, live, spelling):
            return False
        door.run(_lift(live) + _ready(live, nft) + reload_commands(table, live))
        if spelling is None:
            remember(table, observe(door).rules)
        return True


def restore(observed: Observed, nft: Nft | None = None) -> None:
    """Put back what `observe` saw, the latch included. Without either, the guard keeps the box closed. Raises NftError.

    LIVE sets that are still there keep what they hold now; those that are gone come back with the time they had left.
    """
    with opened(nft) as door:
        live = observe(door)
        ready = _ready(live, nft)
        if observed.text is None:
            door.run(_lift(live) + ready + f"delete table {FAMILY} {TABLE}\n" + observed.latch)
        else:
            door.run(_lift(live) + ready + reload_commands(former(observed), live) + observed.latch)


def _ready(live: Observed, holder: Nft | None) -> str:
    """What nft must run so that the table is there and awake. Raises TableHeld if it is another process's."""
    if holder is not None:
        if take(holder):
            return ""
    elif live.held:
        raise TableHeld(HELD_BY_OTHER)
    return f"add table {FAMILY} {TABLE}\n" if live.text is None or live.dormant else ""


def _lift(live: Observed) -> str:
    return f"delete table {FAMILY} {LATCH_TABLE}\n" if live.latched else ""


def _chain_differences(wanted: Iterable[Chain], live: Observed, spelling: Rules | None) -> Iterator[str]:
    chains = {chain.name: chain for chain in wanted}
    for name in sorted(chains.keys() | live.rules.keys()):
        want, have = chains.get(name), live.rules.get(name)
        if want is None or have is None or len(want.rules) != len(have):
            yield (
                f"chain {name} has {'no' if have is None else len(have)} rules, "
                f"not {'none' if want is None else len(want.rules)}"
            )
            continue
        if want.hook != live.hooks.get(name, ""):
            yield f"chain {name} is declared as '{live.hooks.get(name, '')}', not '{want.hook}'"
        if spelling is not None:
            expected = zip(spelling.get(name, ()), have, strict=False)
            yield from (f"chain {name} says '{found}', not '{rule}'" for rule, found in expected if found != rule)


def _set_differences(wanted: Iterable[NamedSet], live: Mapping[str, LiveSet]) -> Iterator[str]:
    for one in wanted:
        found = live.get(one.name)
        if found is None or not same_kind(one, found):
            yield f"{one.keyword} {one.name} is {'missing' if found is None else 'of another kind'}"
            continue
        add, gone = element_changes(one, found)
        yield from (f"{one.keyword} {one.name} lacks {element}" for element in add)
        yield from (f"{one.keyword} {one.name} holds {element}, which is not declared" for element in gone)


def _strangers(table: Table, live: Observed) -> Iterator[str]:
    declared = {one.name for one in table.sets}
    yield from (f"set {name} is not declared" for name in sorted(live.sets.keys() - declared))
    counters = {one.name for one in table.counters}
    yield from (f"counter {name} is missing" for name in sorted(counters - live.counters))
    yield from (f"counter {name} is not declared" for name in sorted(live.counters - counters))
    yield from (f"{kind} {name} is not declared" for kind, name in live.strangers)
