"""The terminal's smbd is killed, stopped where it stands and started anew at random while files go both ways."""

import json
import random
import time
from pathlib import Path

import pytest

from gateway.site.model import Site
from tests.claims.synthetic import claim_file, receipt
from tests.twin.relay.arrivals import wrong
from tests.twin.relay.campaign import Scene, scene, seed, sleep_between
from tests.twin.relay.post import Letter, Postman, letters

pytestmark = pytest.mark.root

FREED_S = 1.0
"""A cut frees its caller in milliseconds; this machine has other things to do as well."""
MOVES_ON_S = 15.0


def trouble(played: Scene, chance: random.Random) -> None:
    """One bad moment of the share, and its end."""
    match chance.choice(("killed", "killed", "paused", "paused", "restarted")):
        case "killed":
            played.smbd.kill()
            sleep_between(chance, 0.0, 0.5)
            played.smbd.start()
        case "paused":
            played.smbd.pause()
            sleep_between(chance, 0.1, 4.0)  # the relay's own deadline here is 2 s
            played.smbd.resume()
        case _:
            played.smbd.stop()
            played.smbd.start()


def takes_claims_while_it_is_silent(played: Scene, number: int) -> list[Letter]:
    """With the share stopped where it stands, claims leave 請求 and a broken one is shown in 保留."""
    played.smbd.pause()
    contents = [claim_file(receipt(1, points=number), trailer=trailer) for trailer in (f"GO,1,{number},99", None)]
    probes = [
        Letter(f"RECEIPT{kind}.UKE", content, held=not held)
        for kind, held, content in zip("YZ", (1, 0), contents, strict=True)
    ]
    for probe in probes:
        (played.places.drop / probe.slot).write_bytes(probe.content)
    deadline = time.monotonic() + MOVES_ON_S
    while any((played.places.drop / probe.slot).exists() for probe in probes) or not any(
        file.read_bytes() == contents[1] for file in played.places.held.rglob("*.UKE")
    ):
        assert time.monotonic() < deadline, "the people's side stands still"
        time.sleep(0.02)
    played.smbd.resume()
    return probes


def play(played: Scene, *, troubles: int, files: int) -> None:
    """Play it and hold the end to account."""
    chance = random.Random(seed())
    post = letters(files, chance)
    postman = Postman(played.places, played.smbd.share / "returns", list(post))
    played.lives.start()
    for had in range(troubles):
        postman.round(max(1, len(postman.waiting) // (troubles - had)))
        sleep_between(chance, 0.0, 0.6)
        trouble(played, chance)
    probes = takes_claims_while_it_is_silent(played, files + 1)
    postman.put.update(probe.content for probe in probes)
    played.drain(postman, within_s=60 + files / 10)
    assert played.lives.stop() == 0

    calls = [json.loads(line) for line in played.calls.read_text().splitlines()]
    late = max(took - allowed for took, allowed in calls)
    over = sum(took > allowed for took, allowed in calls)
    print(
        f"{troubles} troubles, {files} files, {len(calls)} calls, {over} cut at their deadline, the latest {late:.2f} s after it"
    )
    assert late < FREED_S
    assert wrong([*post, *probes], played.places, played.smbd.share) == []


@pytest.mark.timeout(300)
def test_a_share_in_trouble_loses_nothing_doubles_nothing_and_stops_nobody(site: Site, tmp_path: Path) -> None:
    with scene(site, tmp_path) as played:
        play(played, troubles=12, files=120)


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_share_in_trouble_for_long(site: Site, tmp_path: Path) -> None:
    with scene(site, tmp_path) as played:
        play(played, troubles=150, files=1000)
