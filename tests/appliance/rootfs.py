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

# One tree for every lab, so that a fresh machine builds one: what any site may need, and what a virtual machine needs.
PACKAGES = (
    "charon-systemd",
    "chrony",
    "conntrack",
    "dnsmasq-base",
    "iproute2",
    "kmod",
    "libcharon-extra-plugins",
    "libnftables1",
    "libstrongswan-standard-plugins",
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
    "strongswan-swanctl",
    "systemd-sysv",
    "udev",  # a container needs none; a machine's ports and channels are found by it
)
OPTIONS = (
    *("--variant=minbase", "--format=directory", "--dpkgopt=path-exclude=/usr/share/doc/*"),
    # Ours are units of their own; Debian's would take the port, and write the journal a second time.
    '--customize-hook=systemctl --quiet --root="$1" mask smbd.service nmbd.service samba-ad-dc.service rsyslog.service',
    # Or a first boot would enable what only some sites want.
    '--customize-hook=echo "disable strongswan.service" >"$1/usr/lib/systemd/system-preset/10-lab.preset"',
    '--customize-hook=echo "disable chrony.service" >>"$1/usr/lib/systemd/system-preset/10-lab.preset"',
    '--customize-hook=systemctl --quiet --root="$1" disable strongswan.service chrony.service',
)
BUILD_TIMEOUT_S = 480


def rootfs(*more: str, release: str | None = None) -> Path:
    """The tree with `more` packages, built if this recipe has not been built yet (about 40 s and 320 MB).

    `release`: another Debian's codename, from the archives the host takes its own from.
    Raises subprocess.CalledProcessError with mmdebstrap's own words when the archive cannot be reached.
    """
    own = _release()
    release = release or own
    sources = {path.name: re.sub(rf"\b{own}\b", release, path.read_text()) for path in _sources(own)}
    packages = (*PACKAGES, *sorted(set(more) - set(PACKAGES)))
    recipe = "\n".join((release, *OPTIONS, *packages, *sources.values()))
    tree = cache() / f"rootfs-{hashlib.sha256(recipe.encode()).hexdigest()[:16]}"
    with locked(tree.with_suffix(".lock")):
        if not tree.exists():
            _build(tree, release, packages, sources)
    return tree


def _build(tree: Path, release: str, packages: tuple[str, ...], sources: dict[str, str]) -> None:
    workplace = Path(tempfile.mkdtemp(prefix="building-", dir=tree.parent))
    try:
        # How this host reaches its archive (proxy, checks) is the host's business: taken over as it is.
        apt_options = workplace / "apt.conf"
        apt_options.write_bytes(
            subprocess.run(("apt-config", "dump", "Acquire"), check=True, capture_output=True).stdout
        )
        for name, text in sources.items():
            (workplace / name).write_text(text)
        command = (
            *("mmdebstrap", "--quiet", *OPTIONS, f"--include={','.join(packages)}", f"--aptopt={apt_options}"),
            *(release, str(workplace / "tree"), *(str(workplace / name) for name in sources)),
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
