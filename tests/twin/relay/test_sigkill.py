"""The relay is killed at random moments while the month's post goes through it: in the end every file is there, once."""

import random
import time
from pathlib import Path

import pytest

from gateway.site.model import Site
from tests.twin.relay.arrivals import wrong
from tests.twin.relay.campaign import Scene, scene, seed, sleep_between
from tests.twin.relay.post import Postman, letters

pytestmark = pytest.mark.root

LIFE_S = (0.0, 0.3)


def kill_often(played: Scene, *, kills: int, files: int) -> None:
    """Play it and hold the end to account."""
    chance = random.Random(seed())
    post = letters(files, chance)
    postman = Postman(played.places, played.smbd.share / "returns", list(post))
    began = time.monotonic()
    for killed in range(kills):
        played.lives.start()
        postman.round(max(1, len(postman.waiting) // (kills - killed)) + 2)
        sleep_between(chance, *LIFE_S)
        played.lives.kill()
    killing_s = time.monotonic() - began
    played.lives.start()
    played.drain(postman, within_s=60 + files / 4)
    assert played.lives.stop() == 0

    print(
        f"{kills} kills in {killing_s:.0f} s, {files} files, at rest {time.monotonic() - began - killing_s:.0f} s later"
    )
    assert wrong(post, played.places, played.smbd.share) == []


@pytest.mark.timeout(300)
def test_two_hundred_kills_over_five_hundred_files(site: Site, tmp_path: Path) -> None:
    with scene(site, tmp_path) as played:
        kill_often(played, kills=200, files=500)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_thousand_kills_over_two_thousand_files(site: Site, tmp_path: Path) -> None:
    with scene(site, tmp_path) as played:
        kill_often(played, kills=1000, files=2000)
