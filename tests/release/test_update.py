"""What a medium can bring wrong: refused before anything is put in use. What is right runs on a real box, in tests/appliance."""

import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateway.release.assemble import assemble
from gateway.release.errors import Failed, NotNow, WrongRelease
from gateway.release.install import alone, in_use, releases
from gateway.release.update import Box, switch, update
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


PROGRAMS = ("systemctl", "systemd-sysusers", "systemd-tmpfiles", "journalctl")
UNIT = "claim-gateway-status.timer"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A system that obeys; the tests' own machine is not asked."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in PROGRAMS:
        (folder / name).write_text("#!/bin/sh\nexit 0\n")
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


def built(box: Box, name: str, *units: str) -> Path:
    made = releases(box.base) / name
    (made / "venv").mkdir(parents=True)
    (made / "systemd").mkdir()
    for unit in units:
        (made / "systemd" / unit).write_text(name)
    (made / "installed").touch()
    return made


def in_use_before(box: Box) -> Path:
    before = built(box, "before", UNIT)
    switch(before, None, box)
    return before


def test_a_disk_that_takes_no_more_files_in_the_middle_leaves_the_release_before(box: Box, programs: Path) -> None:
    before = in_use_before(box)
    units = box.root / "etc/systemd/system"
    (units / "claim-gateway.target").mkdir()  # what the new one brings there cannot be written
    fresh = built(box, "fresh", UNIT, "claim-gateway.target")
    (fresh / "systemd" / "claim-gateway-aaa.service").write_text("fresh")

    with pytest.raises(Failed, match="before, runs again"):
        switch(fresh, before, box)

    assert in_use(box.base) == before
    assert (units / UNIT).read_text() == "before"
    assert not (units / "claim-gateway-aaa.service").exists()
    assert not fresh.exists()


def test_ctrl_c_while_it_starts_leaves_the_release_before(box: Box, programs: Path) -> None:
    before = in_use_before(box)
    fresh = built(box, "fresh", UNIT)
    # The first restart never ends, and the person does not wait for it.
    (programs / "systemctl").write_text(
        f"#!/bin/sh\nif [ $1 = restart ] && [ ! -e {programs}/once ]; then : > {programs}/once; kill -INT $PPID; fi\nexit 0\n"
    )

    with pytest.raises(KeyboardInterrupt):
        switch(fresh, before, box)

    assert in_use(box.base) == before
    assert (box.root / "etc/systemd/system" / UNIT).read_text() == "before"


def test_a_clock_that_fell_back_may_hide_a_claim_day(tmp_path: Path, box: Box, programs: Path) -> None:
    in_use_before(box)
    battery_dead = datetime(2020, 1, 1, tzinfo=UTC)

    with pytest.raises(NotNow, match="set the clock, or say --emergency"):
        update(tmp_path / "any.tar", battery_dead, emergency=False, box=box)
    with pytest.raises(WrongRelease, match="is not there"):
        update(tmp_path / "any.tar", battery_dead, emergency=True, box=box)


def test_two_at_a_time_are_one_too_many(tmp_path: Path, box: Box) -> None:
    (tmp_path / "any.tar").write_bytes(b"")

    with alone(box.base), pytest.raises(Failed, match="another installation runs"):
        update(tmp_path / "any.tar", ANY_DAY, emergency=False, box=box)
