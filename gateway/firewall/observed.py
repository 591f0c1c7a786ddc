"""What the kernel shows of our table and of whoever else filters here, read from one listing of all tables. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.firewall import pppoe
from gateway.firewall.listing import Listed, ListedTable, tables
from gateway.firewall.table import FAMILY, TABLE

LATCH_TABLE = "claim_gateway_closed"
"""What the boot guard loads: a table that drops everything until the first policy is in force."""
_CHAINS, _SETS, _COUNTERS = ("chain",), ("set", "map"), ("counter",)


@dataclass(frozen=True, slots=True)
class LiveSet:
    """A set or verdict map in the kernel: its type and flags, and its elements as the compiler would write them."""

    type: str
    flags: frozenset[str]
    elements: frozenset[str]
    options: tuple[str, ...] = ()
    """Its other lines: size, time-out, comment."""
    timed: tuple[str, ...] = field(default=(), compare=False)
    """Its elements with the time they have left, where it has time-outs."""


@dataclass(frozen=True, slots=True)
class Observed:
    """The live table. `text` is how nft shows it; None: there is no table."""

    text: str | None
    rules: Mapping[str, tuple[str, ...]]
    """What each chain says, in the kernel's spelling, without what it counted."""
    sets: Mapping[str, LiveSet]
    counters: frozenset[str]
    latched: bool
    """Whether the boot latch still drops everything."""
    latch: str = ""
    """The latch's text, to put it back."""
    hooks: Mapping[str, str] = field(default_factory=dict)
    """The declaration of each base chain, its policy included."""
    strangers: tuple[tuple[str, str], ...] = ()
    """Objects in our table of a kind we never make: (kind, name)."""
    held: bool = False
    """Whether a socket, of this process or another, holds the table against every other (gateway/firewall/hold.py)."""
    dormant: bool = False
    """Whether somebody put the table to sleep: its chains are at no hook."""
    foreign_hooks: tuple[str, ...] = ()
    """Where chains of other tables see packets, as `family table chain: type … hook …`."""


def read(listing: str) -> Observed:
    """`listing` is what `nft list ruleset` printed."""
    found = {(one.family, one.name): one for one in tables(listing)}
    latch = found.pop((FAMILY, LATCH_TABLE), None)
    for beside in (pppoe.TABLE, pppoe.SHUT_TABLE):
        found.pop((pppoe.FAMILY, beside), None)
    ours = found.pop((FAMILY, TABLE), None) or ListedTable(FAMILY, TABLE, "", frozenset(), ())
    return Observed(
        ours.text or None,
        {one.name: one.rules for one in ours.of(*_CHAINS)},
        {one.name: _live_set(one) for one in ours.of(*_SETS)},
        frozenset(one.name for one in ours.of(*_COUNTERS)),
        latched=latch is not None,
        latch=latch.text if latch else "",
        hooks={one.name: one.hook for one in ours.of(*_CHAINS) if one.hook},
        strangers=tuple((one.kind, one.name) for one in ours.objects if one.kind not in (*_CHAINS, *_SETS, *_COUNTERS)),
        held="owner" in ours.flags,
        dormant="dormant" in ours.flags,
        foreign_hooks=tuple(
            f"{table.family} {table.name} {chain.name}: {chain.hook}"
            for table in found.values()
            for chain in table.of(*_CHAINS)
            if chain.hook
        ),
    )


def _live_set(one: Listed) -> LiveSet:
    made_of = ("type ", "flags ", "elements ")
    return LiveSet(
        one.words("type"),
        frozenset(filter(None, one.words("flags").split(","))),
        frozenset(element.partition(" timeout ")[0].partition(" expires ")[0] for element in one.elements),
        tuple(line for line in one.body if not line.startswith(made_of)),
        one.elements,
    )
