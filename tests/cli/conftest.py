"""A box with an enforcer, a window and a grant, for the commands that speak to it."""

from collections.abc import Iterator

import pytest

from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import CONFIGS
from tests.cli.clinic import Clinic, clinic
from tests.enforcer.conftest import after_hours, box
from tests.enforcer.rig import Rig, rig

__all__ = ["after_hours", "box", "served", "works"]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """It runs as long as the tests of commands do; each leaves it as it found it."""
    file = CONFIGS / "after-hours.yaml"
    with Twin(load_site(file)) as twin, rig(twin, tmp_path_factory.mktemp("served"), file) as made:
        made.start("--trust-clock")
        yield made


@pytest.fixture(scope="session")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clinic]:
    """A clinic in which nothing is wrong; each test leaves it as it found it."""
    with clinic(tmp_path_factory.mktemp("clinic")) as made:
        yield made
