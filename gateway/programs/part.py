"""The programs of a site as one part of the box: their files, and that each runs with its own.

The difference is taken between files and units, never between what the line gives: a lease or a prefix that changes is
the programs' own business, which the rules and this part need not hear of.
"""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.programs.model import File, Programs, Service, unit_of
from gateway.programs.networkd import PREFIX
from gateway.programs.systemd import ProgramsError, Units

PROGRAMS = "programs"
NETWORKD = "systemd-networkd.service"
CHECK_PATIENCE_S = 10.0
_STARTED = ".started"
"""Beside each service's file: the digest of what it was last started with."""


@dataclass(frozen=True, slots=True)
class Folders:
    """Where the files lie: networkd's, and the services'. Both are lost when the box starts anew."""

    networkd: Path = Path("/run/systemd/network")
    services: Path = Path("/run/claim-gateway-enforcer/programs")


ON_A_BOX = Folders()


@dataclass(frozen=True, slots=True)
class Found:
    """What is there: our files by name, the units that run, and what each was started with, by its file's name."""

    network: Mapping[str, str]
    services: Mapping[str, str]
    running: frozenset[str]
    started: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ProgramsPart:
    """The last part: what it starts, starts behind rules, routes and addresses. Every method but `difference` raises ProgramsError."""

    wanted: Programs
    units: Units
    folders: Folders = ON_A_BOX
    name: str = PROGRAMS

    def observe(self) -> Found:
        """Files, and which units run; a site that needs no program asks systemd nothing."""
        return observe(self.wanted, self.folders, self.units)

    def difference(self, found: Found) -> tuple[str, ...]:
        """What stands between `found` and what is wanted, one line each. Pure."""
        return tuple(_differences(self.wanted, found))

    def apply(self, _found: Found) -> None:
        """Files first, then the programs that read them."""
        apply(self.wanted, self.folders, self.units)

    def restore(self, found: Found) -> None:
        """The former files, and the programs that ran with them."""
        restore(self.wanted, found, self.folders, self.units)


def observe(wanted: Programs, folders: Folders, units: Units) -> Found:
    """What there is now. Raises ProgramsError."""
    network, kept = _files(folders.networkd, PREFIX), _files(folders.services, "")
    started = {name.removesuffix(_STARTED): text for name, text in kept.items() if name.endswith(_STARTED)}
    asked = {service.unit for service in wanted.services} | {unit_of(name) for name in started}
    asked |= {NETWORKD} if wanted.network or network else set()
    return Found(
        network,
        {name: text for name, text in kept.items() if not name.endswith(_STARTED)},
        units.running(sorted(asked)),
        started,
    )


def _differences(wanted: Programs, found: Found) -> Iterator[str]:
    yield from _file_differences("systemd-networkd", wanted.network, found.network)
    if wanted.network and NETWORKD not in found.running:
        yield f"{NETWORKD} does not run, and the line's addresses are its to get"
    yield from _file_differences("services", [one.file for one in wanted.services], found.services)
    for service in wanted.services:
        if service.unit not in found.running:
            yield f"{service.unit} does not run"
        elif found.started.get(service.file.name) != service.digest:
            yield f"{service.unit} runs with another file"
    asked = {service.unit for service in wanted.services} | {NETWORKD}
    yield from (f"{unit} runs, which the site does not ask for" for unit in sorted(found.running - asked))


def _file_differences(whose: str, wanted: Iterable[File], found: Mapping[str, str]) -> Iterator[str]:
    texts = {file.name: file.text for file in wanted}
    for name in sorted(texts.keys() | found.keys()):
        if name not in found:
            yield f"{whose}: {name} is missing"
        elif name not in texts:
            yield f"{whose}: {name} is not declared"
        elif texts[name] != found[name]:
            yield f"{whose}: {name} says something else"


def apply(wanted: Programs, folders: Folders, units: Units) -> None:
    """Make it so. Raises ProgramsError; a file its program does not take replaces nothing."""
    found = observe(wanted, folders, units)
    for service in wanted.services:
        _check(service, folders)
    network = {file.name: file.text for file in wanted.network}
    services = {service.file.name: service.file.text for service in wanted.services}
    _make(found, network, services, folders, units)
    for service in wanted.services:
        if service.unit not in found.running or found.started.get(service.file.name) != service.digest:
            _start(service.file.name, service.digest, folders, units)


def restore(wanted: Programs, before: Found, folders: Folders, units: Units) -> None:
    """Put back the files `observe` saw before `wanted` was tried, and have the programs read them. Raises ProgramsError."""
    found = observe(wanted, folders, units)
    _make(found, before.network, before.services, folders, units)
    for name, digest in before.started.items():
        running = unit_of(name) in found.running
        if unit_of(name) in before.running and not (running and found.started.get(name) == digest):
            _start(name, digest, folders, units)


def _make(
    found: Found, network: Mapping[str, str], services: Mapping[str, str], folders: Folders, units: Units
) -> None:
    """These files and no others; what has lost its file ends, and networkd reads its own anew."""
    for unit in sorted(found.running - {NETWORKD} - {unit_of(name) for name in services}):
        units.stop(unit)
    _write(folders.networkd, network, found.network)
    # Without files of ours it lets go of what it got from the line; where it never ran it need not begin.
    runs = NETWORKD in found.running
    if (network and not runs) or (runs and dict(network) != dict(found.network)):
        units.restart(NETWORKD)
    _write(folders.services, services, found.services)
    for name in found.started.keys() - services.keys():
        (folders.services / f"{name}{_STARTED}").unlink(missing_ok=True)


def _start(name: str, digest: str, folders: Folders, units: Units) -> None:
    units.restart(unit_of(name))
    _put(folders.services / f"{name}{_STARTED}", digest)


def _check(service: Service, folders: Folders) -> None:
    """The program's own word on its file. Raises ProgramsError."""
    draft = folders.services / f".{service.file.name}.draft"
    _put(draft, service.file.text)
    try:
        command = [word.format(draft) for word in service.check]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=CHECK_PATIENCE_S)
    except FileNotFoundError as error:
        raise ProgramsError(f"{service.check[0]} is missing. install its Debian package") from error
    except subprocess.TimeoutExpired as error:
        raise ProgramsError(f"{service.check[0]} did not read its file within {CHECK_PATIENCE_S:g} s") from error
    finally:
        draft.unlink(missing_ok=True)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines() or ["it says nothing"]
        raise ProgramsError(f"{service.check[0]} does not take {service.file.name}: {said[-1].strip()}")


def _files(folder: Path, prefix: str) -> dict[str, str]:
    try:
        there = sorted(folder.iterdir())
        return {
            path.name: path.read_text(encoding="utf-8", errors="replace")
            for path in there
            if path.name.startswith(prefix) and not path.name.startswith(".") and path.is_file()
        }
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise ProgramsError(f"{folder}: {error.strerror}") from error


def _write(folder: Path, wanted: Mapping[str, str], found: Mapping[str, str]) -> None:
    for name, text in wanted.items():
        if found.get(name) != text:
            _put(folder / name, text)
    for name in found.keys() - wanted.keys():
        (folder / name).unlink(missing_ok=True)


def _put(path: Path, text: str) -> None:
    """Whole or not at all, and readable for the program's user whatever our umask is."""
    draft = path.with_name(f".{path.name}.new")
    try:
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True)
            path.parent.chmod(0o755)
        draft.write_text(text, encoding="utf-8")
        draft.chmod(0o644)
        draft.rename(path)
    except OSError as error:
        raise ProgramsError(f"{path}: {error.strerror}") from error
