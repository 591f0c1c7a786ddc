"""Debian's own kernels, unpacked beside the cached root file systems: nothing is installed on the machine that tests."""

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from tests.appliance.rootfs import cache, locked

FETCH_TIMEOUT_S = 120


class Flavour(StrEnum):
    """Which of Debian's kernel packages, as their metapackages are called."""

    CLOUD = "linux-image-cloud-amd64"
    """NVMe and ext4 are built in, so that it boots without an initial RAM disk; it has no PPP."""
    WHOLE = "linux-image-amd64"
    """It has PPP, and its disk's drivers are modules: it boots with `tests.vm.initrd`."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """An unpacked kernel package."""

    tree: Path
    initrd: Path | None = None
    """What its image boots with, where it needs one."""

    @property
    def image(self) -> Path:
        """What the machine boots."""
        return next((self.tree / "boot").glob("vmlinuz-*"))

    @property
    def modules(self) -> Path:
        """`lib/modules`, with the one version below it."""
        return self.tree / "lib/modules"

    @property
    def release(self) -> str:
        """What `uname -r` says under it."""
        return next(self.modules.iterdir()).name


def kernel(flavour: Flavour) -> Kernel:
    """Debian's newest kernel of a flavour that apt knows, fetched once (about 30 MB).

    Raises subprocess.CalledProcessError with apt's own words when there is none to be had.
    """
    package = _package(flavour)
    tree = cache() / package
    with locked(tree.with_suffix(".lock")):
        if not tree.exists():
            _unpack(package, tree)
    return Kernel(tree)


def _package(flavour: Flavour) -> str:
    """The package of the one version that the metapackage stands for."""
    shown = _run("apt-cache", "show", "--no-all-versions", flavour)
    found = re.search(r"^Depends: (linux-image-\S+)", shown, re.MULTILINE)
    if found is None:
        raise LookupError(f"apt-cache show {flavour} names no kernel:\n{shown}")
    return found[1]


def _unpack(package: str, tree: Path) -> None:
    workplace = Path(tempfile.mkdtemp(prefix="building-", dir=tree.parent))
    try:
        # The sandbox user may not write where only this run may.
        _run("apt-get", "download", "-qq", "-o", "APT::Sandbox::User=root", package, cwd=workplace)
        _run("dpkg", "--extract", str(next(workplace.glob("*.deb"))), str(workplace / "tree"))
        (workplace / "tree").rename(tree)
    finally:
        shutil.rmtree(workplace)


def _run(*command: str, cwd: Path | None = None) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=FETCH_TIMEOUT_S, cwd=cwd).stdout
