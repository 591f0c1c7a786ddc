"""What a rule found, and the parts of a site most rules look at."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from gateway.site.layout import Zone
from gateway.site.model import LanZone, Site, Terminal, TerminalZone
from gateway.site.tree import Path

# Whether a zone, a system or a tunnel belongs into the file follows from these two keys.
LAYOUT_AND_ROLES: tuple[Path, ...] = (("layout",), ("roles",))


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit, at `path`.

    `relies_on` names the parts in which the rule missed something, or whose default it may have met: if one of them
    could not be read whole, the finding is not certain and is kept back until it can.
    """

    path: Path
    text: str
    relies_on: tuple[Path, ...] = ()
    at_key: bool = False
    """Points at the key rather than at its value."""


Rule = Callable[[Site], Iterator[Finding]]


def inside(site: Site) -> Iterator[tuple[Zone, LanZone | TerminalZone, Path]]:
    """The segments of the institution itself: zone, what is declared of it, and where."""
    for zone, declared in (
        (Zone.LAN, site.zones.lan),
        (Zone.CLAIM, site.zones.claim),
        (Zone.QUALIFICATION, site.zones.qualification),
    ):
        if declared is not None:
            yield zone, declared, ("zones", zone.value)


def terminals(site: Site) -> Iterator[tuple[Zone, Terminal, Path]]:
    """Every terminal: its zone, itself, and where it is declared."""
    for zone, declared, path in inside(site):
        if isinstance(declared, TerminalZone):
            for index, terminal in enumerate(declared.terminals):
                yield zone, terminal, (*path, "terminals", index)


def written(words: Iterable[str]) -> str:
    """A list of words as the file writes it: [a, b]."""
    return f"[{', '.join(words)}]"


def repeated(values: Iterable[str], path: Path, what: str) -> Iterator[Finding]:
    """A finding at each item of the list at `path` that stood there before."""
    seen: set[str] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield Finding((*path, index), f"{what} {value} is listed twice. keep one")
        seen.add(value)
