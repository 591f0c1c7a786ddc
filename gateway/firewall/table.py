"""An nftables table as values, and its text. Knows nft's grammar, nothing of zones or flows."""

from collections.abc import Callable
from dataclasses import dataclass, field

from gateway.site.values import IpNetwork

FAMILY = "inet"
TABLE = "claim_gateway"
VERDICT = "verdict"


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A named set, or a named verdict map if its type says ` : verdict`.

    `elements` are nft literals. A `live` set keeps what it holds across reloads, as far as it `may_hold` it; None: anything.
    """

    name: str
    type: str
    flags: str
    elements: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    live: bool = False
    may_hold: Callable[[str], bool] | None = field(default=None, compare=False, repr=False)

    @property
    def keyword(self) -> str:
        """What nft calls it: `set` or `map`."""
        return "map" if self.type.endswith(f" : {VERDICT}") else "set"

    def body(self) -> tuple[str, ...]:
        """What stands between its braces."""
        elements = (f"elements = {{ {', '.join(self.elements)} }}",) if self.elements else ()
        return (f"type {self.type}", *((f"flags {self.flags}",) if self.flags else ()), *self.options, *elements)

    def lines(self) -> tuple[str, ...]:
        """Its part of the table block."""
        return (f"{self.keyword} {self.name} {{", *(f"  {line}" for line in self.body()), "}")


@dataclass(frozen=True, slots=True)
class Counter:
    name: str

    def lines(self) -> tuple[str, ...]:
        """Its part of the table block."""
        return (f"counter {self.name} {{ }}",)


@dataclass(frozen=True, slots=True)
class Chain:
    """`hook` is the base-chain declaration with its policy, or empty for a chain that is jumped to."""

    name: str
    rules: tuple[str, ...]
    hook: str = ""

    def lines(self) -> tuple[str, ...]:
        """Its part of the table block."""
        hook = (f"  {self.hook}",) if self.hook else ()
        return (f"chain {self.name} {{", *hook, *(f"  {rule}" for rule in self.rules), "}")


@dataclass(frozen=True, slots=True)
class Table:
    """One table. `sets` holds its verdict maps too; chains stand before the chains that jump to them."""

    family: str
    name: str
    counters: tuple[Counter, ...]
    sets: tuple[NamedSet, ...]
    chains: tuple[Chain, ...]

    def text(self) -> str:
        """The table block as `nft -f` reads it."""
        parts: tuple[Counter | NamedSet | Chain, ...] = (*self.counters, *self.sets, *self.chains)
        body = "\n".join(f"  {line}" for part in parts for line in part.lines())
        return f"table {self.family} {self.name} {{\n{body}\n}}\n"


def literal(network: IpNetwork) -> str:
    """A set element: one address without its prefix length, or a prefix."""
    return str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)


def braces(values: tuple[str, ...]) -> str:
    """An anonymous set."""
    return f"{{ {', '.join(values)} }}"
