"""The power goes at every point of the relay's days, whatever was not durable yet is lost, and goes again while it recovers.

Each prefix of what passed the relay's door, with every subset of the effects that no fsync or FLUSH had made durable, is a
world; a real relay comes back in each. `-s` shows how many.
"""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.journal import Level, configure
from gateway.relay.lease import ignore_breaks
from tests.relay import rig
from tests.relay.powercut.campaign import Campaign, Cutter
from tests.relay.powercut.life import live
from tests.relay.powercut.mutants import MUTANTS, Mutant
from tests.relay.powercut.scenes import AGAIN, BUSY, CLAIM_OUT, HELD_BACK, RELEASED, RETURN_IN, SCENES, Scene
from tests.relay.powercut.states import cuts, distinct

pytestmark = pytest.mark.thorough

MEMORY = Path("/dev/shm")  # noqa: S108 - thousands of small folders of our own; mkdtemp names them
REST_S = 10.0
SOON_S = 2.0
"""A broken relay may never rest; a whole one needs some milliseconds."""


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Scratch room in memory: what is durable is reckoned, not tried."""
    ignore_breaks()
    configure(to_journal=False, least=Level.ERROR)
    monkeypatch.setattr(rig, "REST_TIMEOUT_S", REST_S)
    folder = Path(tempfile.mkdtemp(prefix="claim-gateway-", dir=MEMORY if MEMORY.is_dir() else None))
    yield folder
    shutil.rmtree(folder)


def shown(campaign: Campaign) -> Campaign:
    print(f"\n{campaign}")
    return campaign


@pytest.mark.parametrize("scene", [CLAIM_OUT, RETURN_IN, HELD_BACK, AGAIN], ids=lambda scene: scene.name)
def test_the_power_goes_everywhere_and_again_everywhere_in_each_recovery(scene: Scene, place: Path) -> None:
    campaign = shown(Cutter(scene, place).cut(twice=True))

    assert campaign.problems == []
    assert campaign.states > campaign.effects


def test_the_power_goes_everywhere_while_a_released_file_leaves(place: Path) -> None:
    assert shown(Cutter(RELEASED, place).cut()).problems == []


@pytest.mark.parametrize("scene", [CLAIM_OUT, RETURN_IN], ids=lambda scene: scene.name)
def test_what_staff_do_while_it_is_dark_is_neither_undone_nor_answered_twice(scene: Scene, place: Path) -> None:
    assert shown(Cutter(scene, place).cut(staff=True)).problems == []


def test_a_killed_relay_s_open_effects_are_closed_before_they_are_relied_on(place: Path) -> None:
    assert shown(Cutter(CLAIM_OUT, place).cut(killed=True)).problems == []


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.says)
def test_a_relay_broken_in_one_place_is_found_out(mutant: Mutant, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rig, "REST_TIMEOUT_S", SOON_S)
    cutter = Cutter(mutant.scene, place, mutant.broken, at_most=1)

    assert cutter.found.problems == [], "its undisturbed day must look well"
    assert cutter.cut(staff=mutant.staff, killed=mutant.killed).problems


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("scene", [scene for scene in SCENES if scene is not BUSY], ids=lambda scene: scene.name)
def test_killed_then_dark_then_staff_then_dark_again(scene: Scene, place: Path) -> None:
    assert shown(Cutter(scene, place).cut(killed=True, staff=True, twice=True)).problems == []


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_four_files_at_once_are_cut_everywhere_twice(place: Path) -> None:
    assert shown(Cutter(BUSY, place).cut(staff=True, twice=True)).problems == []


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.name)
def test_the_reckoned_disk_is_the_real_one(scene: Scene, place: Path) -> None:
    """No change of a name or a byte went past the door: the effects alone make what lies on the disk."""
    lived = live(scene.begin(place), place / "life")

    reckoned = lived.began.disk.after(lived.effects)

    assert reckoned.shape(lived.began.local) == lived.ended.disk.shape(lived.ended.local)


def test_the_same_day_has_the_same_states_in_every_run(place: Path) -> None:
    runs = []
    for _ in range(2):
        lived = live(RETURN_IN.begin(place), place / "life")
        seen: set[str] = set()
        runs.append((len(lived.effects), len(list(distinct(cuts(lived), seen))), seen))

    assert runs[0] == runs[1]
