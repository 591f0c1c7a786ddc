"""A signed release from a medium, put in use on this box; if the box does not run under it, the one before comes back."""

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.release.archive import name_of, unpack, verify
from gateway.release.errors import Failed, WrongRelease
from gateway.release.install import (
    BASE,
    ROOT,
    alone,
    bring,
    build,
    forget_others,
    in_use,
    installed_at,
    is_whole,
    need_room,
    releases,
    told,
)
from gateway.release.signature import SIGNERS, signer
from gateway.release.window import refuse_in_claim_days

GUARD, ENFORCER = "claim-gateway-guard.service", "claim-gateway-enforcer.service"
FOLLOWERS = ("claim-gateway-relay.service", "claim-gateway-share.service", "claim-gateway-resolver.service")
RESTART_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Updated:
    """What runs now, what ran before, and who vouches for it."""

    release: str
    before: str | None
    signer: str


@dataclass(frozen=True, slots=True)
class Box:
    """Where this box keeps releases, and whom it trusts to make them."""

    base: Path = BASE
    root: Path = ROOT
    signers: Path = SIGNERS


def update(archive: Path, now: datetime, *, emergency: bool, box: Box) -> Updated:
    """Verify, install, switch, restart. Raises NotNow, WrongRelease (nothing was changed) or Failed (what ran runs again)."""
    refuse_in_claim_days(now, emergency=emergency, installed=installed_at(in_use(box.base)))
    if not archive.is_file():
        raise WrongRelease(f"{archive}: is not there. name the release's archive")
    with told(), alone(box.base):
        before = in_use(box.base)
        releases(box.base).mkdir(parents=True, exist_ok=True)
        need_room(box.base)
        release, whose = _laid_down(archive, box)
        if release.resolve() == before:
            return Updated(release.name, release.name, whose)
        try:
            build(release)
        except (Failed, WrongRelease):
            shutil.rmtree(release)
            raise
        switch(release, before, box)
        forget_others(box.base, release, before)
    return Updated(release.name, before.name if before else None, whose)


def switch(release: Path, before: Path | None, box: Box) -> None:
    """Put a built release in use. Whatever stops it, a full disk and Ctrl-C too, brings the one before back. Raises Failed."""
    running = tuple(unit for unit in FOLLOWERS if _systemctl("is-active", "--quiet", unit).returncode == 0)
    try:
        with told():
            bring(release, box.base, box.root)
            _restart(running)
    except (Failed, KeyboardInterrupt) as error:
        if before is None:
            raise
        if in_use(box.base) == before:
            shutil.rmtree(release)  # at once: on a full disk the way back needs its room
        bring(before, box.base, box.root)
        _restart(running)
        shutil.rmtree(release, ignore_errors=True)
        if isinstance(error, KeyboardInterrupt):
            raise
        raise Failed(f"{error}. the release before, {before.name}, runs again") from error


def _restart(running: tuple[str, ...]) -> None:
    """Start what runs anew; the kernel keeps the rules meanwhile. Raises Failed for whatever does not come up."""
    for units in ((GUARD, ENFORCER), *((unit,) for unit in running)):
        if _systemctl("restart", *units).returncode != 0:
            raise Failed(f"{units[-1]} does not start. journalctl -b -u {units[-1]}")


def _laid_down(archive: Path, box: Box) -> tuple[Path, str]:
    """The release unpacked in its own folder, once every file and the signature were seen to be right."""
    with tempfile.TemporaryDirectory(prefix=".incoming-", dir=releases(box.base)) as held:
        folder = Path(held) / "release"
        folder.mkdir()
        # A copy: what is looked at is what is installed, whatever becomes of the medium.
        copy = Path(held) / "archive"
        shutil.copyfile(archive, copy)
        release = releases(box.base) / name_of(copy)
        unpack(copy, folder)
        verify(folder)
        whose = signer(folder, box.signers)
        if not is_whole(release):
            shutil.rmtree(release, ignore_errors=True)
            folder.rename(release)
    return release, whose


def _systemctl(*arguments: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(("systemctl", *arguments), capture_output=True, timeout=RESTART_TIMEOUT_S, check=False)
