"""One twin with a real enforcer in it, for all attacks: what a test breaks, it leaves repaired."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import DEMO_SITE
from tests.twin.enforcer.daemon import Daemon
from tests.twin.enforcer.scene import Scene


@pytest.fixture(scope="package")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """configs/ip-vpn-claim.yaml, enforced."""
    directory: Path = tmp_path_factory.mktemp("enforcer")
    site_file = directory / "site.yaml"
    site_file.write_text(DEMO_SITE.read_text())
    with Twin(load_site(site_file)) as twin, Daemon(twin.gateway, site_file, directory) as daemon:
        yield Scene(twin, daemon, site_file)
