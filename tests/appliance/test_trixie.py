"""The same role on Debian 13: another Python, another nft, another systemd."""

import subprocess
from collections.abc import Iterator

import pytest

from tests.appliance.installed import Installed, installed_on
from tests.appliance.rootfs import rootfs
from tests.appliance.scene import DECLARED

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def trixie() -> Iterator[Installed]:
    """A box on which the role has run once."""
    try:
        tree = rootfs(release="trixie")
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no root file system: {error.stderr[-500:]}")
    with installed_on(tree) as box:
        yield box


def test_one_run_installs_and_a_second_changes_nothing(trixie: Installed) -> None:
    assert trixie.first.code == 0, trixie.first.output
    assert trixie.scene.passing() == DECLARED
    assert trixie.scene.box.says("systemctl", "--failed", "--no-legend") == ""

    second = trixie.play()

    assert second.code == 0, second.output
    assert second.count("changed") == 0, second.output
