"""What the enforcer needs while nothing happens: resident memory, wake-ups and processor time.

`python -m tests.bench.footprint` runs a real one in a twin. A wake-up is a voluntary context switch of any of its threads
(/proc/PID/task/TID/status, proc(5)).
"""

import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import DEMO_SITE
from tests.twin.enforcer.daemon import Daemon

WATCHED_S = 30.0
GOAL_MB = 60.0


@dataclass(frozen=True, slots=True)
class Footprint:
    """Of one process at one moment."""

    resident_mb: float
    wake_ups: int
    cpu_s: float


def footprint(pid: int) -> Footprint:
    """What the kernel says of `pid`. Raises OSError if it is gone."""
    process = Path(f"/proc/{pid}")
    switches = sum(_number(one / "status", "voluntary_ctxt_switches") for one in (process / "task").iterdir())
    fields = (process / "stat").read_text().rpartition(")")[2].split()
    ticks = int(fields[11]) + int(fields[12])  # utime and stime, counted from the state on
    return Footprint(_number(process / "status", "VmRSS") / 1024, switches, ticks / os.sysconf("SC_CLK_TCK"))


def _number(path: Path, name: str) -> int:
    return next(int(line.split()[1]) for line in path.read_text().splitlines() if line.startswith(f"{name}:"))


def main(seconds: float = WATCHED_S) -> int:
    """Measure and print."""
    if os.geteuid() != 0:
        print("footprint: needs root for network namespaces", file=sys.stderr)
        return 4
    with (
        tempfile.TemporaryDirectory() as directory,
        Twin(load_site(DEMO_SITE)) as twin,
        Daemon(twin.gateway, DEMO_SITE, Path(directory)) as daemon,
    ):
        time.sleep(2)  # what starting leaves behind is not idling
        before = footprint(daemon.pid)
        time.sleep(seconds)
        after = footprint(daemon.pid)
    print(f"resident memory      {after.resident_mb:6.1f} MB (goal: under {GOAL_MB:g} MB)")
    print(f"idle wake-ups        {(after.wake_ups - before.wake_ups) / seconds * 60:6.1f} a minute")
    print(f"idle processor time  {(after.cpu_s - before.cpu_s) / seconds * 100:6.2f} % of one core")
    return 0 if after.resident_mb < GOAL_MB else 1


if __name__ == "__main__":
    sys.exit(main())
