"""The firewall as one part of the box: what it should be, what it is, how they differ, and making it so."""

from collections import Counter as Tally
from collections.abc import Mapping
from dataclasses import dataclass

from gateway.firewall.compile import FAMILY, TABLE, compile_table
from gateway.firewall.nft import Nft, NftError
from gateway.firewall.table import Table
from gateway.policy.model import Policy
from gateway.site.layout import Zone

LATCH_TABLE = "claim_gateway_closed"
"""What the boot guard loads: a table that drops everything until the first policy is in force."""


@dataclass(frozen=True, slots=True)
class Observed:
    """The live table: its text, to restore it, and how much is in each chain and set. None text: there is no table."""

    text: str | None
    rules: Mapping[str, int]
    elements: Mapping[str, int]
    latched: bool


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
        if TABLE not in names:
            return Observed(None, {}, {}, latched)
        dump = nft.dump(f"list table {FAMILY} {TABLE}")
        text = nft.run(f"list table {FAMILY} {TABLE}")
    rules = Tally({entry["chain"]["name"]: 0 for entry in dump if "chain" in entry})
    rules.update(entry["rule"]["chain"] for entry in dump if "rule" in entry)
    elements = {entry["set"]["name"]: len(entry["set"].get("elem", ())) for entry in dump if "set" in entry}
    return Observed(text, rules, elements, latched)


def difference(table: Table, observed: Observed) -> tuple[str, ...]:
    """What stands between the live table and `table`, one line each; empty when nothing does. Pure.

    Counts rules and elements: enough to know that a transaction took effect whole, not a proof of what they say.
    """
    if observed.text is None:
        return (f"table {FAMILY} {TABLE} is not in the kernel",)
    lines = []
    if observed.latched:
        lines.append(f"table {FAMILY} {LATCH_TABLE} still drops everything")
    wanted = {chain.name: len(chain.rules) for chain in table.chains}
    lines.extend(
        f"chain {name} has {observed.rules.get(name, 'no')} rules, not {wanted.get(name, 'none')}"
        for name in sorted(wanted.keys() | observed.rules.keys())
        if wanted.get(name) != observed.rules.get(name)
    )
    lines.extend(
        f"set {one.name} has {observed.elements.get(one.name, 0)} elements, not {len(one.elements)}"
        for one in table.sets
        if one.elements and len(one.elements) != observed.elements.get(one.name, 0)
    )
    return tuple(lines)


def apply(table: Table) -> None:
    """Replace the live table and lift the boot latch, in one transaction. Raises NftError: then nothing changed."""
    _replace(table.text())


def restore(observed: Observed) -> None:
    """Put back what `observe` saw. Without a table then, the guard keeps the box closed. Raises NftError."""
    if observed.text is not None:
        _replace(observed.text)
        return
    with Nft() as nft:
        nft.run(f"add table {FAMILY} {TABLE}\ndelete table {FAMILY} {TABLE}")


def _replace(text: str) -> None:
    # "add" before "delete" makes the deletion succeed whether or not the table is there.
    gone = "".join(f"add table {FAMILY} {name}\ndelete table {FAMILY} {name}\n" for name in (TABLE, LATCH_TABLE))
    with Nft() as nft:
        nft.run(gone + text)


__all__ = ["LATCH_TABLE", "NftError", "Observed", "apply", "desired", "difference", "observe", "restore"]
