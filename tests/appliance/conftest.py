"""A machine that can boot the container, or the reason why this one cannot."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.container import BootError, booted, disk
from tests.appliance.controller import DIST_TIMEOUT_S, PROJECT, controller
from tests.appliance.installed import Installed
from tests.appliance.leftovers import sweep
from tests.appliance.rootfs import rootfs
from tests.appliance.scene import scene
from tests.appliance.segments import LAN, SEGMENTS, surroundings

TOOLS = ("mmdebstrap", "nsenter", "setpriv", "systemd-nspawn", "unshare")


@pytest.fixture(scope="session")
def tree() -> Path:
    """The cached root file system, once a box without any of our units has booted from it here."""
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    sweep()
    try:
        built = rootfs()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no root file system: {error.stderr[-500:]}")
    try:
        with surroundings() as around, disk(built) as kept, booted(kept, around.box):
            return built
    except BootError as error:
        pytest.skip(f"systemd does not boot in a container here: {error}")


@pytest.fixture(scope="session")
def installed(tree: Path) -> Iterator[Installed]:
    """A box on which the shipped role has run once, still running; the vendor had given its lan port an address."""
    make = ("make", "--silent", "dist")
    subprocess.run(make, cwd=PROJECT, check=True, capture_output=True, text=True, timeout=DIST_TIMEOUT_S)
    with disk(tree) as kept, controller() as vendor:
        vendor.admit_to(kept)
        with scene(kept) as running:
            running.around.address_ports(LAN)
            first = vendor.play(running.around.neighbours[LAN])
            if first.code == 0:
                running.around.settle(*SEGMENTS)
            yield Installed(kept, running, vendor, first)
