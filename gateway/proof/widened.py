"""A ruleset as if every pair of zones permitted everything: what then still drops a packet stands above the pairs.

A drop above them changes nothing while the pairs are as declared, so asking the rules alone would never miss it.
"""

from collections.abc import Iterator
from dataclasses import replace

from gateway.proof.ruleset import Chain, Kind, Named, Rule, Ruleset, Table, Verdict, VerdictMap

_HOOKS = ("input", "forward", "output")


def widened(ruleset: Ruleset) -> Ruleset:
    """The chains that verdict maps of input, forward and output lead to accept; all others stay."""
    return Ruleset(tuple(map(_widened, ruleset.tables)))


def _widened(table: Table) -> Table:
    asked = {name for chain in table.chains.values() if _decides(chain) for name in _led_to(table, chain)}
    opened = {name: _accepting(table, chain) if name in asked else chain for name, chain in table.chains.items()}
    return replace(table, chains=opened)


def _decides(chain: Chain) -> bool:
    return chain.hook is not None and chain.hook.hook in _HOOKS


def _led_to(table: Table, chain: Chain) -> Iterator[str]:
    for rule in chain.rules:
        for said in rule.statements:
            match said:
                case VerdictMap(entries=Named(name)) if name in table.sets:
                    yield from (entry.verdict.chain for entry in table.sets[name].entries)
                case VerdictMap(entries=(*entries,)):
                    yield from (entry.verdict.chain for entry in entries)


def _accepting(table: Table, chain: Chain) -> Chain:
    rule = Rule(
        f"{table} {chain.name} widened", chain.name, 0, "as if it permitted everything", (Verdict(Kind.ACCEPT),)
    )
    return Chain(chain.name, (rule,), None)
