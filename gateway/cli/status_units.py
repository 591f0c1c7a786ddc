"""What `status` says of the units: which of them systemd was told to run and does not, and which it keeps starting anew."""

import argparse
import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from gateway.cli.section import Figure, Section, words

TITLE = "units"
_HEADING = "ユニット"
_PATTERN = "claim-gateway-*.service"
_PROPERTIES = "Id,UnitFileState,Type,ActiveState,Result,NRestarts"
_TIMEOUT_S = 10
_ANSWERS_BY_ENDING = "oneshot"


@dataclass(frozen=True, slots=True)
class Unit:
    """One service as systemd has it. `wanted`: enabled, so it is to run whenever the box does."""

    name: str
    wanted: bool
    once: bool
    state: str
    result: str
    restarts: int

    @property
    def runs(self) -> bool:
        """Starting and reloading are on the way there; `systemctl` says so too."""
        return self.state in ("active", "activating", "reloading")

    @property
    def missing(self) -> bool:
        """Whether somebody should look: failed, or enabled and not there. What runs once and ended is not missing."""
        return self.state == "failed" or (self.wanted and not self.once and not self.runs)


def units(args: argparse.Namespace) -> Section | None:
    """Asks systemd. None where there is none, or where it knows no unit of ours: a twin, a vendor's bench."""
    try:
        # `show` with a pattern would leave out what is not loaded: a stopped unit.
        files = _systemctl("list-unit-files", "--no-legend", _PATTERN)
        loaded = _systemctl("list-units", "--all", "--plain", "--no-legend", _PATTERN)
        names = services(files, loaded)
        found = parse(_systemctl("show", f"--property={_PROPERTIES}", *names)) if names else ()
    except (OSError, subprocess.SubprocessError):
        return None
    return section(found, args.lang)


def _systemctl(*arguments: str) -> str:
    """Raises OSError, subprocess.SubprocessError."""
    command = ("systemctl", *arguments)
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S).stdout


def services(files: str, loaded: str) -> tuple[str, ...]:
    """Every service of ours, from what `systemctl` lists: of a template its instances, since systemd shows no template."""
    named = {line.split()[0] for line in (*files.splitlines(), *loaded.splitlines()) if line.strip()}
    return tuple(sorted(name for name in named if "@." not in name))


def parse(text: str) -> tuple[Unit, ...]:
    """What `systemctl show` prints: a paragraph of `Name=value` for each unit."""
    paragraphs = (dict(line.split("=", 1) for line in one.splitlines() if "=" in line) for one in text.split("\n\n"))
    return tuple(
        Unit(
            name=one["Id"].removesuffix(".service"),
            wanted=one["UnitFileState"] == "enabled",
            once=one.get("Type") == _ANSWERS_BY_ENDING,
            state=one["ActiveState"],
            result=one["Result"],
            restarts=int(one["NRestarts"]),
        )
        for one in paragraphs
        if "Id" in one
    )


def section(found: Iterable[Unit], lang: str) -> Section | None:
    """Pure."""
    known = sorted(found, key=lambda unit: unit.name)
    if not known:
        return None
    say = words(lang)
    running = [unit.name.removeprefix("claim-gateway-") for unit in known if unit.runs]
    return Section(
        TITLE,
        ((say("running", "動作中"), ", ".join(running)), *_restarted(known, lang)),
        critical=tuple(_missing(known, lang)),
        data={unit.name: {"state": unit.state, "result": unit.result, "restarts": unit.restarts} for unit in known},
        figures=tuple(_figures(known)),
        heading=say(TITLE, _HEADING),
    )


def _missing(known: Iterable[Unit], lang: str) -> Iterator[str]:
    for unit in known:
        if unit.missing:
            yield words(lang)(
                f"{unit.name} does not run ({unit.state}, {unit.result}). journalctl -xeu {unit.name}",
                f"{unit.name} が動いていません（{unit.state}、{unit.result}）。journalctl -xeu {unit.name} を確認してください",
            )


def _restarted(known: Iterable[Unit], lang: str) -> Iterator[tuple[str, str]]:
    for unit in known:
        if unit.restarts:
            yield (
                words(lang)("restarted", "再起動"),
                words(lang)(f"{unit.name}: {unit.restarts} times by itself", f"{unit.name}: 自動で {unit.restarts} 回"),
            )


def _figures(known: Iterable[Unit]) -> Iterator[Figure]:
    for unit in known:
        labels = (("unit", unit.name),)
        yield Figure(
            "unit_running", int(not unit.missing), "0 while systemd should run this unit and does not.", labels
        )
    for unit in known:
        labels = (("unit", unit.name),)
        yield Figure("unit_restarts_total", unit.restarts, "Times systemd started this unit anew by itself.", labels)
