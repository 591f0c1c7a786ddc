"""One part of `claim-gateway status`: each room that runs on a box adds a module with a function that returns one."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Section:
    """`lines` are (what, how it stands). `complaints` are for people to mend; any of them makes the box unhealthy."""

    title: str
    lines: tuple[tuple[str, str], ...]
    complaints: tuple[str, ...] = ()
    data: dict[str, Any] = field(default_factory=dict)
    """What `--json` prints of it."""
