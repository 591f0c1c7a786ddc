"""The tunnel as one part of the box: interface, routes, and what charon has loaded.

Whether it is up is no part of it: the provider may be down, and no apply fails for that (`session`). Nor is a charon that
is not there: it is given what it should have when it comes back.
"""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gateway.tunnel import charon, link
from gateway.tunnel.certificates import judge
from gateway.tunnel.charon import Loaded, Ready
from gateway.tunnel.credentials import Certified, Material, read
from gateway.tunnel.door import DOOR, CharonGoneError, Door
from gateway.tunnel.errors import CredentialError
from gateway.tunnel.link import Standing
from gateway.tunnel.model import CertificateFiles, Connection, Tunnel

TUNNEL = "tunnel"


@dataclass(frozen=True, slots=True)
class Found:
    """What is there. `loaded` is None where charon does not answer."""

    standing: Standing
    loaded: Loaded | None = None
    ready: tuple[Ready, ...] = ()
    """What charon can be given: the connections whose credentials can be read."""
    unusable: tuple[str, ...] = ()
    """Why the others' cannot, one line each."""


@dataclass(frozen=True, slots=True)
class TunnelPart:
    """The fourth part. `folder` is the site file's: credentials are named relative to it. Raises TunnelError."""

    wanted: Tunnel | None
    folder: Path
    door: Path = DOOR
    name: str = field(default=TUNNEL)

    def observe(self) -> Found:
        """What the kernel and charon have, and which credentials can be read."""
        ready, unusable = prepared(self.wanted, self.folder)
        return Found(link.observe(), self._loaded(), ready, unusable)

    def difference(self, found: Found) -> tuple[str, ...]:
        """What is to be made or taken away, one line each. A charon that is not there is no difference."""
        lacking = () if found.loaded is None else charon.missing(found.ready, found.loaded)
        return (*map(str, link.steps(self.wanted, found.standing)), *lacking)

    def apply(self, found: Found) -> None:
        """Blackholes, interface, routes; then what charon lacks. What it has too much of, `session` takes away."""
        link.apply(link.steps(self.wanted, found.standing))
        if found.loaded is None:
            return
        try:
            with Door(self.door) as door:
                charon.load(door, found.ready, found.loaded)
        except CharonGoneError:
            return

    def restore(self, found: Found) -> None:
        """The former interface and routes, and no connection that charon did not have."""
        link.apply(link.steps_back(found.standing, link.observe()))
        if found.loaded is None:
            return
        try:
            with Door(self.door) as door:
                now = charon.observe(door)
                charon.unload(door, _beyond(now, found.loaded))
        except CharonGoneError:
            return

    def _loaded(self) -> Loaded | None:
        if self.wanted is None:
            return None
        try:
            with Door(self.door) as door:
                return charon.observe(door)
        except CharonGoneError:
            return None


def prepared(wanted: Tunnel | None, folder: Path) -> tuple[tuple[Ready, ...], tuple[str, ...]]:
    """The connections whose credentials can be read, and why the others' cannot."""
    materials: dict[str, Material] = {}
    unusable = []
    for connection in wanted.connections if wanted else ():
        try:
            materials[connection.name] = read(connection, folder)
        except CredentialError as error:
            unusable.append(f"provider {connection.name}: {error}")
    return charon.ready(wanted, materials) if wanted else (), tuple(unusable)


def refuse_unusable(wanted: Tunnel | None, folder: Path, now: datetime) -> None:
    """Raise CredentialError if any file is missing, or holds what cannot work at `now`. For an apply, before it begins."""
    for connection in wanted.connections if wanted else ():
        try:
            material = read(connection, folder)
        except CredentialError as error:
            raise CredentialError(f"provider {connection.name}: {error}") from error
        _judged(connection, material, now)


def _judged(connection: Connection, material: Material, now: datetime) -> None:
    if not isinstance(material, Certified) or not isinstance(connection.credentials, CertificateFiles):
        return
    files = connection.credentials
    names = {"certificate": files.certificate, "key_file": files.key, "ca": files.ca}
    for found in judge(material, now):
        if found.wrong:
            raise CredentialError(f"provider {connection.name}: {names[found.which]}: {found.text}")


def _beyond(now: Loaded, before: Loaded) -> Loaded:
    return Loaded(
        tuple(one for one in now.connections if one not in before.connections),
        tuple(one for one in now.keys if one not in before.keys),
        tuple(one for one in now.shared if one not in before.shared),
    )
