"""An unpacked release becomes what the box runs: its own environment, its files where Debian looks, one symbolic link.

Each release stands in a folder of its own, so an installation that was cut off leaves the running one untouched.
"""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from gateway.release.archive import LEAST_FREE_BYTES, REQUIREMENTS, WHEELS, verify
from gateway.release.errors import Failed
from gateway.release.place import place

BASE = Path("/opt/claim-gateway")
ROOT = Path("/")
_WHOLE = "installed"
_BOOTED = Path("/run/systemd/system")  # sd_booted(3)
_PYTHON = "/usr/bin/python3"  # Debian's, which the environment is to belong to
_TIMEOUT_S = 600
_NO_SUCH_UNIT = 5  # systemctl(1), as LSB has it: a site without a tunnel has no strongSwan
_FOLLOWED_BY = (
    # what changed -> what reads it
    ("/usr/lib/sysusers.d/", ("systemd-sysusers", "claim-gateway.conf")),
    ("/usr/lib/tmpfiles.d/", ("systemd-tmpfiles", "--create", "claim-gateway.conf")),
    ("/usr/lib/systemd/catalog/", ("journalctl", "--update-catalog")),
    ("/etc/systemd/system/", ("systemctl", "daemon-reload")),
    # Both read their files only when they start; where one does not run it stays so.
    ("/etc/systemd/networkd.conf.d/", ("systemctl", "try-restart", "systemd-networkd.service")),
    ("/usr/lib/claim-gateway/charon.conf", ("systemctl", "try-restart", "strongswan.service")),
)


def releases(base: Path) -> Path:
    """Where all releases of a box stand, each in a folder of its own."""
    return base / "releases"


def in_use(base: Path) -> Path | None:
    """The release this box runs; None on a box that never had one."""
    link = base / "venv"
    return link.resolve().parent if link.is_symlink() and link.exists() else None


def installed_at(release: Path | None) -> datetime | None:
    """When its installation came to its end; None if it did not, or if there is no release."""
    if release is None or not is_whole(release):
        return None
    return datetime.fromtimestamp((release / _WHOLE).stat().st_mtime, UTC)


@contextmanager
def alone(base: Path) -> Iterator[None]:
    """One installation at a time: each removes the releases it does not know. Raises Failed if another one runs."""
    base.mkdir(parents=True, exist_ok=True)
    with (base / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Failed(f"{base}: another installation runs. wait for it; nothing was changed") from error
        yield


@contextmanager
def told() -> Iterator[None]:
    """What the disk, the medium or a program that hangs does, in one line: as Failed."""
    try:
        yield
    except OSError as error:
        raise Failed(f"{error.filename or 'the disk'}: {error.strerror}. is there room, and are you root?") from error
    except subprocess.TimeoutExpired as error:
        raise Failed(f"{' '.join(error.cmd[:3])}: did not come to its end in {error.timeout:g} s") from error


def is_whole(release: Path) -> bool:
    """Whether its installation came to its end."""
    return (release / _WHOLE).exists()


def need_room(base: Path) -> None:
    """Raise Failed unless the disk has room for one more release."""
    if shutil.disk_usage(base).free < LEAST_FREE_BYTES:
        raise Failed(f"{base}: has less than {LEAST_FREE_BYTES >> 20} MiB left. make room; nothing was changed")


def build(release: Path) -> bool:
    """Make the environment of an unpacked release, once every file is seen to be whole; from its wheels alone.

    Returns whether there was anything to do. Raises WrongRelease, or Failed with pip's own words.
    """
    if is_whole(release):
        return False
    shutil.rmtree(release / "venv", ignore_errors=True)  # of an installation that was cut off
    need_room(release)
    verify(release)
    wheels = release / WHEELS
    _run(_PYTHON, "-m", "venv", "--clear", str(release / "venv"))
    _run(
        str(release / "venv/bin/pip"),
        *("install", "--quiet", "--disable-pip-version-check", "--no-index", f"--find-links={wheels}"),
        *("--require-hashes", f"--requirement={release / REQUIREMENTS}"),
    )
    for wheel in wheels.iterdir():
        if not wheel.name.startswith("claim_gateway-"):  # that one brings this very program
            wheel.unlink()
    os.sync()  # before the mark, or a power cut leaves the mark on an environment of empty files
    (release / _WHOLE).touch()
    os.sync()
    return True


def bring(release: Path, base: Path = BASE, root: Path = ROOT) -> tuple[str, ...]:
    """Put a built release in use. Returns what changed; daemons go on with what they had until they are started anew."""
    unsettled = base / ".unsettled"  # stands if this was cut off: then everything is read again
    cut_off = unsettled.exists()
    unsettled.touch()
    changed = place(release, root)
    if in_use(base) != release.resolve():
        fresh = base / ".venv.new"
        fresh.unlink(missing_ok=True)
        fresh.symlink_to(release / "venv")
        fresh.replace(base / "venv")
        changed = (*changed, str(base / "venv"))
    for beginning, command in _FOLLOWED_BY:
        if command[0] == "systemctl" and not _BOOTED.is_dir():
            continue  # a disk that is being prepared: systemd reads everything when it boots
        if cut_off or any(path.startswith(beginning) for path in changed):
            _run(*command)
    unsettled.unlink()
    return (*changed, str(unsettled)) if cut_off else changed


def forget_others(base: Path, *kept: Path | None) -> None:
    """Remove releases but those `kept`: the one in use, and the one before for the way back."""
    names = {one.name for one in kept if one is not None}
    for release in releases(base).iterdir():
        if release.name not in names:
            shutil.rmtree(release)


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)
    if done.returncode not in (0, _NO_SUCH_UNIT if "try-restart" in command else 0):
        said = (done.stderr or done.stdout).strip().splitlines()
        raise Failed(f"{' '.join(command[:3])}: {said[-1] if said else f'exit {done.returncode}'}")
