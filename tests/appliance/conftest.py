"""A machine that can boot the container, or the reason why this one cannot."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.appliance.container import BootError, booted, disk
from tests.appliance.rootfs import rootfs
from tests.appliance.segments import surroundings

TOOLS = ("mmdebstrap", "nsenter", "setpriv", "systemd-nspawn", "unshare")


@pytest.fixture(scope="session")
def tree() -> Path:
    """The cached root file system, once a box without any of our units has booted from it here."""
    if os.geteuid() != 0:
        pytest.skip("booting a container needs root")
    if missing := [tool for tool in TOOLS if shutil.which(tool) is None]:
        pytest.skip(f"not installed: {', '.join(missing)}")
    try:
        built = rootfs()
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no root file system: {error.stderr[-500:]}")
    try:
        with surroundings() as around, disk(built) as kept, booted(kept, around.box):
            return built
    except BootError as error:
        pytest.skip(f"systemd does not boot in a container here: {error}")
