"""The units of systemd, asked and told by systemctl(1): which run, and that one starts with its new file, or ends."""

import subprocess
from collections.abc import Iterable
from typing import Protocol

PATIENCE_S = 30.0
_RUNS = {"active", "activating", "reloading"}
"""`activating` is also what waits to be started again after it ended by itself (systemd.service(5), Restart=)."""


class ProgramsError(Exception):
    """A program is missing, does not take its file, or its unit does not start. One line, with what to do."""


class Units(Protocol):
    """Who keeps the units."""

    def running(self, units: Iterable[str]) -> frozenset[str]:
        """Those of `units` that run. Raises ProgramsError."""
        ...

    def restart(self, unit: str) -> None:
        """Start it, or start it anew so that it reads its file. Raises ProgramsError."""
        ...

    def stop(self, unit: str) -> None:
        """End it. Raises ProgramsError."""
        ...


class Systemd:
    """The systemd of this box. Asked directly, by its own socket: a box needs no D-Bus for it."""

    def running(self, units: Iterable[str]) -> frozenset[str]:
        """Those of `units` that run."""
        asked = tuple(units)
        if not asked:
            return frozenset()
        # One line for each; the exit code only says whether all of them run.
        told = _systemctl("is-active", *asked, fails=True).split()
        if len(told) != len(asked):
            raise ProgramsError("systemctl does not say which units run. is systemd this box's process 1?")
        return frozenset(unit for unit, state in zip(asked, told, strict=True) if state in _RUNS)

    def restart(self, unit: str) -> None:
        """Start it, or start it anew."""
        _systemctl("restart", unit)

    def stop(self, unit: str) -> None:
        """End it."""
        _systemctl("stop", unit)


def _systemctl(verb: str, *units: str, fails: bool = False) -> str:
    try:
        done = subprocess.run(
            ("systemctl", verb, *units), capture_output=True, text=True, check=False, timeout=PATIENCE_S
        )
    except FileNotFoundError as error:
        raise ProgramsError("systemctl is missing. services need systemd") from error
    except subprocess.TimeoutExpired as error:
        raise ProgramsError(f"systemctl {verb} {' '.join(units)} did not end within {PATIENCE_S:g} s") from error
    if done.returncode and not fails:
        first = (done.stderr.strip().splitlines() or [f"exit {done.returncode}"])[0]
        raise ProgramsError(f"systemctl {verb} {' '.join(units)}: {first}")
    return done.stdout
