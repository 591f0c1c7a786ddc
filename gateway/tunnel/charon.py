"""What charon has of ours, what it should have, and giving it that. Passing on secrets is all that is done with them."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from gateway.tunnel import message
from gateway.tunnel.credentials import Certified, Material, Shared
from gateway.tunnel.door import CharonRefusedError, Door
from gateway.tunnel.errors import TunnelError
from gateway.tunnel.model import Connection, Link, Tunnel


@dataclass(frozen=True, slots=True)
class Loaded:
    """What charon has loaded, by the names it calls them: connections, private keys, pre-shared keys."""

    connections: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ready:
    """A connection whose credentials are at hand, under the name it has at charon."""

    name: str
    connection: Connection
    material: Material
    link: Link

    @property
    def credential(self) -> str:
        """The name of its key at charon."""
        match self.material:
            case Certified():
                return self.material.key_id
            case Shared():
                return message.shared_id(self.connection, self.material)


def ready(wanted: Tunnel, materials: Mapping[str, Material]) -> tuple[Ready, ...]:
    """The connections that can be loaded, in order of priority; `materials` is by provider."""
    return tuple(
        Ready(message.connection(one, materials[one.name], wanted.link)[0], one, materials[one.name], wanted.link)
        for one in wanted.connections
        if one.name in materials
    )


def observe(door: Door) -> Loaded:
    """What charon has. Raises CharonGoneError."""
    return Loaded(
        connections=tuple(sorted(door.ask("get-conns").get("conns", []))),
        keys=tuple(sorted(door.ask("get-keys").get("keys", []))),
        shared=tuple(sorted(door.ask("get-shared").get("keys", []))),
    )


def missing(wanted: tuple[Ready, ...], loaded: Loaded) -> tuple[str, ...]:
    """What charon lacks, one line each. Pure."""
    credentials = {*loaded.keys, *loaded.shared}
    lines = [f"+ credential of provider {one.connection.name}" for one in wanted if one.credential not in credentials]
    lines += [
        f"+ connection {one.name} to {one.connection.address}" for one in wanted if one.name not in loaded.connections
    ]
    return tuple(lines)


def load(door: Door, wanted: tuple[Ready, ...], loaded: Loaded) -> None:
    """Give charon what it lacks. Raises TunnelError when it refuses, CharonGoneError when it is not there."""
    credentials = {*loaded.keys, *loaded.shared}
    for one in wanted:
        try:
            if one.credential not in credentials:
                _load_credential(door, one)
            if one.name not in loaded.connections:
                _, said = message.connection(one.connection, one.material, one.link)
                door.ask("load-conn", said)
        except CharonRefusedError as error:
            raise TunnelError(f"provider {one.connection.name}: charon refuses: {error}") from error


def unload(door: Door, gone: Loaded) -> None:
    """Take away what is named in `gone`, and end what runs by it."""
    for name in gone.connections:
        end(door, name)
        _unless_gone(door, "unload-conn", {"name": name})
    for key in gone.keys:
        _unless_gone(door, "unload-key", {"id": key})
    for shared in gone.shared:
        _unless_gone(door, "unload-shared", {"id": shared})


def end(door: Door, name: str) -> None:
    """Take a connection's tunnel down; nothing to do if it is not up."""
    _unless_gone(door, "terminate", {"ike": name, "force": "yes", "timeout": "-1"})


def strangers(wanted: tuple[Ready, ...], loaded: Loaded) -> Loaded:
    """What charon has beyond `wanted`: a former site's, or somebody else's. Pure."""
    names = {one.name for one in wanted}
    credentials = {one.credential for one in wanted}
    return Loaded(
        tuple(one for one in loaded.connections if one not in names),
        tuple(one for one in loaded.keys if one not in credentials),
        tuple(one for one in loaded.shared if one not in credentials),
    )


def version(path: Path) -> str:
    """Charon's version. Raises CharonGoneError."""
    with Door(path) as door:
        return str(door.ask("version").get("version", "unknown"))


def _load_credential(door: Door, one: Ready) -> None:
    match one.material:
        case Certified():
            door.ask("load-key", message.key(one.material))
        case Shared():
            door.ask("load-shared", message.shared(one.connection, one.material))


def _unless_gone(door: Door, command: str, said: Mapping[str, str]) -> None:
    try:
        door.ask(command, said)
    except CharonRefusedError:
        return  # it went by itself meanwhile
