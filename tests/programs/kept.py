"""What systemd does with units, without their programs."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from gateway.programs.systemd import ProgramsError


@dataclass
class Kept:
    """What systemd does with units, without their programs: it remembers."""

    up: set[str] = field(default_factory=set)
    told: list[str] = field(default_factory=list)
    fails: str = ""

    def running(self, units: Iterable[str]) -> frozenset[str]:
        return frozenset(self.up & set(units))

    def restart(self, unit: str) -> None:
        if unit == self.fails:
            raise ProgramsError(f"systemctl restart {unit}: no")
        self.up.add(unit)
        self.told.append(f"+{unit}")

    def stop(self, unit: str) -> None:
        self.up.discard(unit)
        self.told.append(f"-{unit}")
