"""`status` as a plugin of Nagios, Icinga or Zabbix: one line with performance data, and their exit codes, not ours. Pure."""

from collections.abc import Iterable
from enum import IntEnum

from gateway.cli.section import Section


class State(IntEnum):
    """What a plugin's exit code means (Monitoring Plugins' development guidelines, "Plugin Return Codes")."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


def state(sections: Iterable[Section]) -> State:
    """The worst of them. Nothing to ask at all is no good news either."""
    sections = tuple(sections)
    if any(section.critical for section in sections):
        return State.CRITICAL
    if not sections or any(section.undecided for section in sections):
        return State.UNKNOWN
    return State.OK if all(section.well for section in sections) else State.WARNING


def line(sections: Iterable[Section]) -> str:
    """`CLAIM-GATEWAY STATE - the worst first | name=value …`. A vertical bar in a text would begin the figures."""
    sections = tuple(sections)
    told = [text for section in sections for text in section.critical]
    told += [text for section in sections for text in section.complaints]
    well = ", ".join(f"{section.title} well" for section in sections)
    # Figures with labels are one of many; a graph for each of them is Prometheus' business.
    figures = " ".join(
        f"{one.name}={one.value:.17g}" for section in sections for one in section.figures if not one.labels
    )
    text = "; ".join(told) or well or "nothing to ask"
    return f"CLAIM-GATEWAY {state(sections).name} - {text.replace('|', '/')}" + (f" | {figures}" if figures else "")
