"""A machine that can boot the container, or the reason why this one cannot."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.container import BootError, booted, disk
from tests.appliance.installed import Installed, installed_on
from tests.appliance.leftovers import sweep
from tests.appliance.rootfs import rootfs
from tests.appliance.segments import surroundings

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
    with installed_on(tree) as box:
        yield box
