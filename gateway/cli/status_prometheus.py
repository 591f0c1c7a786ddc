"""`status` as a Prometheus text file, for the node exporter's textfile collector. Pure."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from gateway.cli.section import Figure, Section

PREFIX = "claim_gateway_"


def exposition(sections: Iterable[Section], at: float) -> str:
    """The text format (https://prometheus.io/docs/instrumenting/exposition_formats/). `at`: when it was asked, Unix time."""
    sections = tuple(sections)
    figures = [Figure("status_timestamp_seconds", at, "When this was looked at; an old one means that nobody looks.")]
    figures += [_well(section) for section in sections]
    figures += [figure for section in sections for figure in _complaints(section)]
    figures += [figure for section in sections for figure in section.figures]
    # One HELP and one TYPE for all of a name, which must stand together.
    by_name = sorted(figures, key=lambda figure: figure.name)
    return "".join(line for name, alike in groupby(by_name, lambda one: one.name) for line in _family(name, [*alike]))


def _well(section: Section) -> Figure:
    return Figure("well", int(section.well), "1 if nobody need do anything.", (("section", section.title),))


def _complaints(section: Section) -> Iterator[Figure]:
    for level, complaints in (("critical", section.critical), ("warning", section.complaints)):
        labels = (("section", section.title), ("level", level))
        yield Figure("complaints", len(complaints), "What `claim-gateway status` asks people to mend.", labels)


def _family(name: str, figures: list[Figure]) -> Iterator[str]:
    yield f"# HELP {PREFIX}{name} {figures[0].told}\n"
    yield f"# TYPE {PREFIX}{name} {'counter' if figures[0].counts_up else 'gauge'}\n"
    for figure in figures:
        labels = ",".join(f'{key}="{_escaped(value)}"' for key, value in figure.labels)
        yield f"{PREFIX}{name}{{{labels}}} {figure.value:.17g}\n" if labels else f"{PREFIX}{name} {figure.value:.17g}\n"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
