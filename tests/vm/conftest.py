"""A machine that can emulate another one, or the reason why this one cannot."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.appliance.leftovers import sweep
from tests.vm.image import image
from tests.vm.kernel import Flavour, Kernel, kernel
from tests.vm.machine import missing
from tests.vm.surroundings import Surroundings, surroundings


@pytest.fixture(scope="session")
def booting() -> Kernel:
    """Debian's cloud kernel."""
    if reason := missing():
        pytest.skip(reason)
    sweep()
    try:
        return kernel(Flavour.CLOUD)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no kernel: {error.stderr[-500:]}")


@pytest.fixture(scope="session")
def installed(booting: Kernel) -> Path:
    """The disk of a box on which this checkout is installed and which has never run."""
    try:
        return image(booting)
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no disk image: {error.stderr[-500:]}")


@pytest.fixture(scope="module")
def around(booting: Kernel, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Surroundings]:
    """Everything outside a machine that has no power yet."""
    with surroundings(booting, installed, tmp_path_factory.mktemp("provider")) as standing:
        yield standing
