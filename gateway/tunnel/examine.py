"""What `check` can say of a tunnel beyond the site file's own words: of its credentials, as far as they are at hand."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.site.model import Site
from gateway.tunnel.certificates import judge
from gateway.tunnel.compile import desired
from gateway.tunnel.credentials import Certified, absent, read
from gateway.tunnel.errors import CredentialError
from gateway.tunnel.model import Connection

SitePath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing found, at the key of the site file that it is about. `text` is one line: `what. what to do`."""

    path: SitePath
    text: str
    wrong: bool
    """Whether the tunnel cannot come up with it; else it is worth knowing."""


def examine(site: Site, folder: Path, now: datetime) -> tuple[Examined, ...]:
    """Everything found at `now`; `folder` is the site file's. Reads files, tells nobody, and shows no secret."""
    wanted = desired(site)
    seen: dict[SitePath, Connection] = {}
    for index, connection in enumerate(wanted.connections if wanted else ()):
        seen.setdefault(_exchange(site, index), connection)
    return tuple(found for path, connection in seen.items() for found in _examine(connection, path, folder, now))


def _exchange(site: Site, index: int) -> SitePath:
    own = site.tunnel is not None and site.tunnel.providers[index].ike is not None
    return ("tunnel", "providers", index, "ike") if own else ("tunnel", "ike")


def _examine(connection: Connection, path: SitePath, folder: Path, now: datetime) -> Iterator[Examined]:
    if connection.version == 1:
        text = "IKE version 1 is obsolete (RFC 9395). ask the provider for version 2"
        yield Examined((*path, "version"), text, wrong=False)
    if connection.allowed_weak:
        text = f"{', '.join(connection.allowed_weak)} is weak and allowed. ask the provider for something better"
        yield Examined((*path, "allow_weak"), text, wrong=False)
    missing = absent(connection, folder)
    for which, file in missing:
        text = f"{file} is not here, or not to be read. what is in it is looked at by apply"
        yield Examined((*path, which), text, wrong=False)
    if not missing:
        yield from _held(connection, path, folder, now)


def _held(connection: Connection, path: SitePath, folder: Path, now: datetime) -> Iterator[Examined]:
    try:
        material = read(connection, folder)
    except CredentialError as error:
        yield Examined(path, str(error), wrong=True)
        return
    if isinstance(material, Certified):
        for found in judge(material, now):
            yield Examined((*path, found.which), found.text, wrong=found.wrong)
