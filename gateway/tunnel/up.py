"""What is up, as a value: which provider is in use, since when, and what passed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from gateway.tunnel.door import DOOR, Answer, Door
from gateway.tunnel.message import provider_of

_ESTABLISHED, _INSTALLED = "ESTABLISHED", "INSTALLED"


@dataclass(frozen=True, slots=True)
class ChildUp:
    """One pair of networks whose traffic is encrypted now (RFC 4301's SA pair). Bytes are those inside the tunnel."""

    name: str
    spi_in: str
    spi_out: str
    age_s: int
    rekey_s: int
    """Until the keys are renewed; 0 where the provider does that."""
    bytes_in: int
    bytes_out: int
    encryption: str
    local: tuple[str, ...]
    remote: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Up:
    """One key exchange that stands."""

    name: str
    """The connection's name at charon: the provider's, and a digest of its settings."""
    provider: str
    address: str
    version: int
    age_s: int
    rekey_s: int
    behind_nat: bool
    virtual_addresses: tuple[str, ...]
    children: tuple[ChildUp, ...]


def observe_up(path: Path = DOOR) -> tuple[Up, ...]:
    """Everything that is up, of whichever site. Raises CharonGoneError when charon does not answer."""
    with Door(path) as door:
        return standing(door)


def standing(door: Door) -> tuple[Up, ...]:
    """As `observe_up`, within a conversation."""
    return tuple(_ups(door.stream("list-sas", "list-sa")))


def _ups(told: Iterable[Answer]) -> Iterable[Up]:
    for answer in told:
        for name, one in answer.items():
            if one.get("state") == _ESTABLISHED:
                yield Up(
                    name=name,
                    provider=provider_of(name),
                    address=one.get("remote-host", ""),
                    version=int(one.get("version", 0)),
                    age_s=int(one.get("established", 0)),
                    rekey_s=int(one.get("rekey-time", 0)),
                    behind_nat=one.get("nat-local") == "yes",
                    virtual_addresses=tuple(one.get("local-vips", ())),
                    children=tuple(_child(child) for child in one["child-sas"].values() if _is_installed(child)),
                )


def _is_installed(child: Answer) -> bool:
    return bool(child.get("state") == _INSTALLED)


def _child(child: Answer) -> ChildUp:
    words = (child.get("encr-alg", ""), child.get("encr-keysize", ""), child.get("integ-alg", ""))
    return ChildUp(
        name=child["name"],
        spi_in=child.get("spi-in", ""),
        spi_out=child.get("spi-out", ""),
        age_s=int(child.get("install-time", 0)),
        rekey_s=int(child.get("rekey-time", 0)),
        bytes_in=int(child.get("bytes-in", 0)),
        bytes_out=int(child.get("bytes-out", 0)),
        encryption=" ".join(filter(None, words)),
        local=tuple(child.get("local-ts", ())),
        remote=tuple(child.get("remote-ts", ())),
    )
