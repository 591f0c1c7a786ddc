"""The box's root file system: a minimal Debian of the host's own release, built once and kept in the user's cache.

Nothing of the product is in it. Tests never write to it: each container lays its own overlay on top.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PACKAGES = (
    "conntrack",
    "iproute2",
    "kmod",
    "libnftables1",
    "netbase",
    "nftables",
    "openssh-server",
    "procps",
    "python3",
    "python3-apt",  # what ansible.builtin.apt and package_facts ask with; every Debian installation has it
    "python3-venv",
    "rsyslog",
    "samba",
    "samba-vfs-modules",
    "systemd-sysv",
)
OPTIONS = (
    *("--variant=minbase", "--format=directory", "--dpkgopt=path-exclude=/usr/share/doc/*"),
    # Ours are units of their own; Debian's would take the port, and write the journal a second time.
    '--customize-hook=systemctl --quiet --root="$1" mask smbd.service nmbd.service samba-ad-dc.service rsyslog.service',
)
BUILD_TIMEOUT_S = 480


def rootfs(*more: str) -> Path:
    """The tree with `more` packages, built if this recipe has not been built yet (about 30 s and 280 MB).

    Raises subprocess.CalledProcessError with mmdebstrap's own words when the archive cannot be reached.
    """
    release = _release()
    sources = _sources(release)
    packages = (*PACKAGES, *sorted(set(more) - set(PACKAGES)))
    recipe = "\n".join((release, *OPTIONS, *packages, *(path.read_text() for path in sources)))
    tree = cache() / f"rootfs-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}"
    with locked(tree.with_suffix(".lock")):
        if not tree.exists():
            _build(tree, release, packages, sources)
    return tree


def _build(tree: Path, release: str, packages: tuple[str, ...], sources: tuple[Path, ...]) -> None:
    workplace = Path(tempfile.mkdtemp(prefix="building-", dir=tree.parent))
    try:
        # How this host reaches its archive (proxy, checks) is the host's business: taken over as it is.
        apt_options = workplace / "apt.conf"
        apt_options.write_bytes(
            subprocess.run(("apt-config", "dump", "Acquire"), check=True, capture_output=True).stdout
        )
        command = (
            *("mmdebstrap", "--quiet", *OPTIONS, f"--include={','.join(packages)}", f"--aptopt={apt_options}"),
            *(release, str(workplace / "tree"), *map(str, sources)),
        )
        subprocess.run(command, check=True, capture_output=True, text=True, timeout=BUILD_TIMEOUT_S)
        (workplace / "tree").rename(tree)
    finally:
        shutil.rmtree(workplace)


def cache() -> Path:
    """Where what takes long to build is kept from one run to the next."""
    directory = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "claim-gateway"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _release() -> str:
    found = re.search(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    if found is None:
        raise LookupError("/etc/os-release names no VERSION_CODENAME; the lab is built from a Debian host's sources")
    return found[1]


def _sources(release: str) -> tuple[Path, ...]:
    """The host's source files that speak of its own release; third parties' repositories are left out."""
    apt = Path("/etc/apt")
    candidates = (apt / "sources.list", *sorted((apt / "sources.list.d").glob("*")))
    of_release = re.compile(rf"^(deb\s.*|Suites:.*)\b{release}\b", re.MULTILINE)
    return tuple(
        path
        for path in candidates
        if path.suffix in (".list", ".sources") and path.is_file() and of_release.search(path.read_text())
    )


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """One builder at a time, of all runs on this machine."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
