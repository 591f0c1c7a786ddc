"""What a medium can bring wrong: refused before anything is put in use. What is right runs on a real box, in tests/appliance."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.release.assemble import assemble
from gateway.release.errors import NotNow, WrongRelease
from gateway.release.install import in_use, releases
from gateway.release.update import Box, update
from tests.release.test_assemble import CHECKOUT, wheels

ANY_DAY = datetime(2026, 11, 22, 12, tzinfo=UTC)
CLAIM_DAY = datetime(2026, 11, 10, 3, tzinfo=UTC)


@pytest.fixture
def box(tmp_path: Path) -> Box:
    signers = tmp_path / "signers"
    signers.write_text(
        "vendor@example.com ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
    )
    (tmp_path / "base").mkdir()
    return Box(tmp_path / "base", tmp_path / "root", signers)


def test_claim_days_are_looked_at_first(tmp_path: Path, box: Box) -> None:
    with pytest.raises(NotNow):
        update(tmp_path / "absent.tar", CLAIM_DAY, emergency=False, box=box)


@pytest.mark.parametrize(("signed", "told"), [(False, "is not signed"), (True, "signed by nobody")])
def test_a_release_nobody_vouches_for_leaves_nothing_behind(
    tmp_path: Path, box: Box, *, signed: bool, told: str
) -> None:
    key = tmp_path / "key"
    subprocess.run(("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)), check=True, timeout=10)
    archive = tmp_path / "release.tar"
    assemble(CHECKOUT, wheels(tmp_path / "wheels"), archive, key if signed else None)

    with pytest.raises(WrongRelease, match=told):
        update(archive, ANY_DAY, emergency=False, box=box)

    assert in_use(box.base) is None
    assert list(releases(box.base).iterdir()) == []


def test_an_archive_that_is_not_there_is_named(tmp_path: Path, box: Box) -> None:
    with pytest.raises(WrongRelease, match=r"absent\.tar: is not there"):
        update(tmp_path / "absent.tar", ANY_DAY, emergency=False, box=box)
