"""Where Debian looks for what a release brings beside its program. `difference` is pure but for reading; `place` writes."""

import os
from dataclasses import dataclass
from pathlib import Path

from gateway.release.archive import SYSTEM

_OWN = "usr/lib/claim-gateway"
_UNITS = "etc/systemd/system"
_ELSEWHERE = {
    "claim-gateway-guard": f"{_OWN}/claim-gateway-guard",
    "claim-gateway-closed.nft": f"{_OWN}/claim-gateway-closed.nft",
    "claim-gateway-line": f"{_OWN}/claim-gateway-line",
    "claim-gateway-dial": f"{_OWN}/claim-gateway-dial",
    "claim-gateway-journal-copy.conf": f"{_OWN}/claim-gateway-journal-copy.conf",
    "claim-gateway-charon.conf": f"{_OWN}/charon.conf",
    "claim-gateway-charon-unit.conf": f"{_UNITS}/strongswan.service.d/claim-gateway.conf",
    "claim-gateway-networkd.conf": "etc/systemd/networkd.conf.d/claim-gateway.conf",
    "claim-gateway-sysusers.conf": "usr/lib/sysusers.d/claim-gateway.conf",
    "claim-gateway-tmpfiles.conf": "usr/lib/tmpfiles.d/claim-gateway.conf",
    "claim-gateway.catalog": "usr/lib/systemd/catalog/claim-gateway.catalog",
    "claim-gateway.ja.catalog": "usr/lib/systemd/catalog/claim-gateway.ja.catalog",
}
_UNIT_KINDS = (".service", ".target", ".timer", ".path", ".socket")
_PROGRAMS = ("claim-gateway-guard", "claim-gateway-line", "claim-gateway-dial")


@dataclass(frozen=True, slots=True)
class Placed:
    """One file: its content and mode, and where it belongs, relative to the root."""

    target: str
    content: bytes
    mode: int


def target_of(name: str) -> str | None:
    """Where the file called `name` in the release's systemd folder belongs, relative to the root; None if nowhere."""
    if name in _ELSEWHERE:
        return _ELSEWHERE[name]
    return f"{_UNITS}/{name}" if name.startswith("claim-gateway") and name.endswith(_UNIT_KINDS) else None


def brought(release: Path) -> tuple[Placed, ...]:
    """Everything the release unpacked at `release` brings."""
    return tuple(
        Placed(target, file.read_bytes(), 0o755 if file.name in _PROGRAMS else 0o644)
        for file in sorted((release / SYSTEM).iterdir())
        if (target := target_of(file.name)) is not None
    )


def difference(wanted: tuple[Placed, ...], root: Path) -> tuple[tuple[Placed, ...], tuple[str, ...]]:
    """What is not yet as wanted, and which units of an other release stand there that this one does not bring."""
    kept = {one.target for one in wanted}
    units = (root / _UNITS).glob("claim-gateway*")
    foreign = (f"{_UNITS}/{path.name}" for path in units if path.is_file() and path.name.endswith(_UNIT_KINDS))
    return tuple(one for one in wanted if not _stands(one, root)), tuple(sorted(set(foreign) - kept))


def place(release: Path, root: Path) -> tuple[str, ...]:
    """Make it so, each file whole or not at all. Returns the absolute paths that changed."""
    wrong, foreign = difference(brought(release), root)
    for one in wrong:
        target = root / one.target
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name}.new")
        with fresh.open("wb") as written:
            written.write(one.content)
            os.fchmod(written.fileno(), one.mode)
            os.fsync(written.fileno())
        fresh.replace(target)
    for name in foreign:
        (root / name).unlink()
    return tuple(f"/{name}" for name in (*(one.target for one in wrong), *foreign))


def _stands(one: Placed, root: Path) -> bool:
    target = root / one.target
    return (
        target.is_file()
        and not target.is_symlink()
        and target.stat().st_mode & 0o7777 == one.mode
        and target.read_bytes() == one.content
    )
