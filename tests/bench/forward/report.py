"""Rounds of figures, as medians and ratios people read. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from gateway.site.values import Family
from tests.bench.forward.variants import FEATURES, Name

Round = Mapping[Name, float]
"""One figure of every variant, measured one after the other: what disturbs the machine disturbs neighbours alike."""

_COMPARED = (Name.FIREWALLD, Name.OURS)


@dataclass(frozen=True, slots=True)
class Figure:
    """What one line is about. `unit` is per second of processor time."""

    what: str
    unit: str
    family: Family
    direction: str


Results = Mapping[Figure, Sequence[Round]]


def ratio(rounds: Sequence[Round], name: Name, to: Name) -> float:
    """The median over the rounds of one variant's figure to another's in the same round."""
    return median(one[name] / one[to] for one in rounds)


def report(results: Results) -> Iterator[str]:
    """Two tables: the rulesets against no rules at all, and what each feature of ours costs."""
    yield f"{'':<40}{Name.NO_RULES:>18}" + "".join(f"{name:>22}" for name in _COMPARED)
    for figure, rounds in results.items():
        base = f"{_short(median(one[Name.NO_RULES] for one in rounds))} {figure.unit}"
        cells = (
            f"{_short(median(one[name] for one in rounds))}  × {ratio(rounds, name, Name.NO_RULES):.2f}"
            for name in _COMPARED
        )
        yield f"{_label(figure)}{base:>18}" + "".join(f"{cell:>22}" for cell in cells)
    yield ""
    yield f"{'faster without (1.00: it costs nothing)':<40}" + "".join(f"{name:>14}" for name in FEATURES)
    for figure, rounds in results.items():
        yield _label(figure) + "".join(f"{f'× {ratio(rounds, name, Name.OURS):.2f}':>14}" for name in FEATURES)
    yield ""
    yield "left out, one at a time:"
    yield from (f"  {name:<14}{lacks}" for name, lacks in FEATURES.items())


def _label(figure: Figure) -> str:
    return f"{figure.what:<24}IPv{figure.family} {figure.direction:<11}"


def _short(number: float) -> str:
    for power, unit in ((9, "G"), (6, "M"), (3, "k")):
        if number >= 10**power:
            return f"{number / 10**power:.3g} {unit}"
    return f"{number:.3g}"
