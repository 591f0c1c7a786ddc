"""One part of `claim-gateway status`: each room that runs on a box adds a module with a function that returns one."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One number for monitoring. `name` is Prometheus' without our prefix, its unit at the end; `told` its HELP line."""

    name: str
    value: float
    told: str
    labels: tuple[tuple[str, str], ...] = ()

    @property
    def counts_up(self) -> bool:
        """Whether it only grows until the daemon starts anew (a counter; any other is a gauge)."""
        return self.name.endswith("_total")


@dataclass(frozen=True, slots=True)
class Section:
    """`lines` are (what, how it stands). Any complaint, critical or not, makes the box unhealthy.

    Attributes:
        title: what `--json` calls it.
        heading: what people read above it; empty: the title.
        complaints: for people to mend.
        critical: those of which a clinic notices something now: the box shut, files that cannot move, nobody repairing.
        data: what `--json` prints of it.
        figures: what monitoring gets of it.
        undecided: nothing could be learned, so nothing is said to be well.
    """

    title: str
    lines: tuple[tuple[str, str], ...]
    complaints: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    critical: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()
    heading: str = ""
    undecided: bool = False

    @property
    def well(self) -> bool:
        """Nobody need do anything."""
        return not (self.critical or self.complaints)


def words(lang: str) -> Callable[[str, str], str]:
    """A function that picks the English or the Japanese of two texts."""
    return (lambda _en, ja: ja) if lang == "ja" else (lambda en, _ja: en)
