"""Boxes with an enforcer: the sample site, and the one with hours and a grant."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import CONFIGS, DEMO_SITE
from tests.enforcer.rig import Rig, rig


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Rig]:
    """The sample site's box, no enforcer started."""
    with Twin(load_site(DEMO_SITE)) as twin, rig(twin, tmp_path, DEMO_SITE) as made:
        yield made


@pytest.fixture
def after_hours(tmp_path: Path) -> Iterator[Rig]:
    """A box with a window and a grant, no enforcer started."""
    file = CONFIGS / "after-hours.yaml"
    with Twin(load_site(file)) as twin, rig(twin, tmp_path, file) as made:
        yield made
