"""An nftables ruleset as typed values: what `read` makes of the kernel's dump. No semantics here."""

from dataclasses import dataclass
from enum import StrEnum

Value = int | str | bool


@dataclass(frozen=True, slots=True)
class Field:
    """Something a rule reads, in nft's words: `ip saddr`, `meta iifname`, `ct state`, `fib saddr,iif oif`."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Masked:
    inner: "Expression"
    mask: int

    def __str__(self) -> str:
        return f"{self.inner} & {self.mask:#x}"


@dataclass(frozen=True, slots=True)
class Concat:
    parts: "tuple[Expression, ...]"

    def __str__(self) -> str:
        return " . ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Unknown:
    """An expression nobody here reads: it may have any value, and the same one wherever the same text stands."""

    text: str

    def __str__(self) -> str:
        return self.text.replace('"', "")


Expression = Field | Masked | Concat | Unknown


@dataclass(frozen=True, slots=True)
class Span:
    """From `first` to `last`, both included; one value when they are equal."""

    first: Value
    last: Value

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, slots=True)
class Prefix:
    address: str
    length: int

    def __str__(self) -> str:
        return f"{self.address}/{self.length}"


@dataclass(frozen=True, slots=True)
class Everything:
    """The catch-all element `*`: what no other element holds."""

    def __str__(self) -> str:
        return "*"


Part = Span | Prefix | Everything


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a set: a part for each field of its key. `timed` elements leave by themselves."""

    parts: tuple[Part, ...]
    timed: bool = False

    def __str__(self) -> str:
        return " . ".join(map(str, self.parts))


@dataclass(frozen=True, slots=True)
class Named:
    """A set or map by name, in the rule's own table."""

    name: str

    def __str__(self) -> str:
        return f"@{self.name}"


@dataclass(frozen=True, slots=True)
class Elements:
    """A set written in the rule."""

    elements: tuple[Element, ...]

    def __str__(self) -> str:
        return f"{{ {', '.join(map(str, self.elements))} }}"


Right = Part | Named | Elements | Unknown


class Kind(StrEnum):
    """What a verdict does with the packet."""

    ACCEPT = "accept"
    DROP = "drop"
    JUMP = "jump"
    GOTO = "goto"
    RETURN = "return"
    CONTINUE = "continue"
    QUEUE = "queue"


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: Kind
    chain: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.chain}".strip()


@dataclass(frozen=True, slots=True)
class Match:
    left: Expression
    op: str
    right: Right

    def __str__(self) -> str:
        return f"{self.left} {self.right}" if self.op == "==" else f"{self.left} {self.op} {self.right}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One element of a verdict map."""

    element: Element
    verdict: Verdict

    def __str__(self) -> str:
        return f"{self.element} : {self.verdict}"


@dataclass(frozen=True, slots=True)
class VerdictMap:
    key: Expression
    entries: tuple[Entry, ...] | Named

    def __str__(self) -> str:
        known = f"{{ {', '.join(map(str, self.entries))} }}" if isinstance(self.entries, tuple) else self.entries
        return f"{self.key} vmap {known}"


@dataclass(frozen=True, slots=True)
class Limit:
    """A rate, quota or connection limit: from the packet alone nobody can tell whether it matches. `over` is its inverse."""

    over: bool

    def __str__(self) -> str:
        return "limit over" if self.over else "limit"


@dataclass(frozen=True, slots=True)
class MarkSet:
    """Writes the packet's mark: `(mark & keep) ^ flip`, or anything at all when `known` is false."""

    keep: int
    flip: int
    known: bool = True

    def __str__(self) -> str:
        if not self.known:
            return "meta mark set to anything"
        if self.keep == ~self.flip & 0xFFFF_FFFF:
            return f"meta mark set meta mark | {self.flip:#x}"
        return f"meta mark set (meta mark & {self.keep:#x}) ^ {self.flip:#x}"


@dataclass(frozen=True, slots=True)
class NoTrack:
    def __str__(self) -> str:
        return "notrack"


@dataclass(frozen=True, slots=True)
class SetUpdate:
    """Adds or removes an element from the packet's path. `limited` when statements of the element can end the rule."""

    set: str
    op: str
    key: Expression
    limited: bool

    def __str__(self) -> str:
        return f"{self.op} @{self.set} {{ {self.key} }}"


@dataclass(frozen=True, slots=True)
class Translate:
    """`kind`: masquerade, snat, dnat, redirect, tproxy, or the header field a rule rewrites."""

    kind: str

    def __str__(self) -> str:
        return self.kind

    @property
    def ends_rule(self) -> bool:
        """Translations end the evaluation of their chain with accept; rewriting a header field does not."""
        return self.kind in {"masquerade", "snat", "dnat", "redirect"}


@dataclass(frozen=True, slots=True)
class Helper:
    """Gives the session a helper, timeout or expectation object."""

    kind: str

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class Bypass:
    """Takes packets past the rules: `fwd`, `dup` or `flow`. `to` is the port they leave by, where the rule names one."""

    kind: str
    to: str = ""

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}" if self.to else self.kind


Statement = Match | Verdict | VerdictMap | Limit | MarkSet | NoTrack | SetUpdate | Translate | Helper | Bypass


@dataclass(frozen=True, slots=True)
class Rule:
    """`text` is what a reader is shown; `id` is unique in the ruleset."""

    id: str
    chain: str
    handle: int
    text: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Hook:
    """Where a base chain stands (nft(8), "CHAINS")."""

    type: str
    hook: str
    priority: int
    policy: Kind


@dataclass(frozen=True, slots=True)
class Chain:
    name: str
    rules: tuple[Rule, ...]
    hook: Hook | None


@dataclass(frozen=True, slots=True)
class NamedSet:
    """A set, or a verdict map when it has `entries`. `moving` sets change without a reload: dynamic, or limited elements."""

    name: str
    elements: tuple[Element, ...]
    entries: tuple[Entry, ...] = ()
    moving: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """`objects` are named objects besides sets that matter: (kind, name)."""

    family: str
    name: str
    chains: dict[str, Chain]
    sets: dict[str, NamedSet]
    objects: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return f"{self.family} {self.name}"


@dataclass(frozen=True, slots=True)
class Ruleset:
    """Every table of the dump, in its order; dormant tables are left out, since the kernel does not ask them."""

    tables: tuple[Table, ...]
