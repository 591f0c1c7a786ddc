"""What must be on the disk before what, watched at the system calls: the site before the name of it, each file before its name."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_WRITES = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from gateway.enforcer.confirmation import Entry, Standing, adopted
from gateway.enforcer.store import Store
store = Store(Path(sys.argv[1]))
digest = store.keep(b"site")
store.write(adopted(Standing(), Entry(1, digest, datetime.now(UTC), "root")))
"""


def test_the_marker_is_the_last_thing_that_becomes_durable(tmp_path: Path) -> None:
    if shutil.which("strace") is None:
        pytest.skip("strace is not installed")
    log = tmp_path / "calls"
    command = ["strace", "-f", "-y", "-e", "trace=fsync,rename,renameat,renameat2", "-o", str(log)]
    subprocess.run([*command, sys.executable, "-c", _WRITES, str(tmp_path / "state")], check=True, capture_output=True)
    calls = [line for line in log.read_text().splitlines() if str(tmp_path / "state") in line]
    seen = [(re.search(r"(fsync|rename)", line), "standing" in line, "sites" in line) for line in calls]
    order = [
        (found[0], "standing" if standing else "sites" if sites else "state")
        for found, standing, sites in seen
        if found
    ]
    assert order == [
        ("fsync", "sites"),  # the site's content
        ("rename", "sites"),
        ("fsync", "sites"),  # the directory that names it
        ("fsync", "standing"),
        ("rename", "standing"),
        ("fsync", "state"),
    ]
