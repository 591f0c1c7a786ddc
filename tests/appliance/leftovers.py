"""Names that say whose they are, and what a killed test run could not take away itself.

Processes, mounts and namespaces end with the run, however it ends; directories and control groups do not.
"""

import os
import re
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

_OURS = re.compile(r"claim-gateway-(?:box|controller|machine)-(\d+)-.*")


def prefix(what: str) -> str:
    """How a directory of this run is to begin: `box`, `controller` or `machine`, and our process."""
    return f"claim-gateway-{what}-{os.getpid()}-"


def hierarchies() -> list[Path]:
    """Where cgroup v2 is mounted, and systemd's own v1 hierarchy where the host still has it."""
    mounts = [line.split() for line in Path("/proc/mounts").read_text().splitlines()]
    return [
        Path(where)
        for _, where, kind, options, *_ in mounts
        if kind == "cgroup2" or (kind == "cgroup" and "name=systemd" in options.split(","))
    ]


def remove_cgroup(group: Path) -> None:
    """Remove a control group and those in it. Raises OSError while a process is in one of them."""
    for directory, _, _ in os.walk(group, topdown=False):
        Path(directory).rmdir()


def sweep() -> None:
    """Remove what runs left behind whose process is gone."""
    for group in (group for root in hierarchies() for group in root.iterdir() if _is_stale(group)):
        with suppress(OSError):  # its last process is still dying: whoever comes next removes it
            remove_cgroup(group)
    for directory in filter(_is_stale, Path(tempfile.gettempdir()).iterdir()):
        shutil.rmtree(directory)


def _is_stale(path: Path) -> bool:
    found = _OURS.fullmatch(path.name)
    return found is not None and path.is_dir() and not Path("/proc", found[1]).exists()
