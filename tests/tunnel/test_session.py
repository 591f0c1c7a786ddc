"""Two real charons: what comes up, why what does not come up does not, and what comes up again with nobody's help."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from gateway.tunnel import charon
from gateway.tunnel.decide import Tries
from gateway.tunnel.door import Door
from gateway.tunnel.model import Connection
from gateway.tunnel.up import observe_up
from gateway.twin.authority import Authority
from gateway.twin.far_end import Trust
from tests.tunnel.scene import LOOK_EVERY_S, SYSTEM_V4, SYSTEM_V6, Scene, only, sample, version_1, with_psk

pytestmark = pytest.mark.root
DEADLINE_S = 15.0


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with Scene(tmp_path) as made:
        yield made


@pytest.fixture
def said(capfd: pytest.CaptureFixture[str]) -> Callable[[str], str]:
    """Waits until a text was said on standard error; returns all that was."""
    heard = ""

    def until(text: str) -> str:
        nonlocal heard
        deadline = time.monotonic() + DEADLINE_S
        heard += capfd.readouterr().err
        while text not in heard:
            assert time.monotonic() < deadline, f"never said {text!r}, but: {heard}"
            time.sleep(0.02)
            heard += capfd.readouterr().err
        return heard

    return until


EAST = sample().connections[0]
WAYS = {
    "version 2, certificate": EAST,
    "version 2, pre-shared key": with_psk(EAST),
    "version 1, pre-shared key": version_1(with_psk(EAST)),
    "version 1, certificate": version_1(EAST),
}


@pytest.mark.parametrize("behind_nat", [False, True], ids=["bare", "nat"])
@pytest.mark.parametrize("one", WAYS.values(), ids=WAYS)
def test_it_comes_up_and_carries_both_families(
    tmp_path: Path, said: Callable[[str], str], one: Connection, behind_nat: bool
) -> None:
    with Scene(tmp_path, behind_nat=behind_nat) as scene:
        scene.far_end.offer(one)
        assert not scene.reach()
        with scene.kept(only(one)):
            said("tunnel up: provider east")

            assert scene.reach(SYSTEM_V4)
            assert scene.reach(SYSTEM_V6)
            (up,) = observe_up(scene.charon.door)

    assert (up.provider, up.version, up.behind_nat) == ("east", one.version, behind_nat)
    assert len(up.children) == len(one.children)
    assert all(child.bytes_out and child.age_s < DEADLINE_S and 0 < child.rekey_s <= 3600 for child in up.children)


STRANGER = Authority("stranger")
NO = {
    "proposal": ({"ike_proposals": ("aes128-sha256-modp3072",)}, "no algorithm in common"),
    "esp proposal": ({"esp_proposals": ("aes128-sha256",)}, "no algorithm in common"),
    "networks": ({"children": (replace(EAST.children[0], local=EAST.networks),)}, "agrees to other networks"),
    "identity": ({"remote_id": "other.example"}, "does not accept this site"),
}


@pytest.mark.parametrize(("changed", "text"), NO.values(), ids=NO)
def test_why_it_does_not(scene: Scene, said: Callable[[str], str], changed: dict[str, Any], text: str) -> None:
    scene.far_end.offer(EAST, **changed)
    with scene.kept(only(EAST)):
        said(text)
    assert not observe_up(scene.charon.door)


@pytest.mark.parametrize("one", [with_psk(EAST), version_1(with_psk(EAST))], ids=["version 2", "version 1"])
def test_a_wrong_key(scene: Scene, said: Callable[[str], str], one: Connection) -> None:
    scene.far_end.offer(one)
    scene.trust = replace(scene.trust, psk=b"another-key-that-is-long-enough")
    with scene.kept(only(one)):
        heard = said("does not accept this site")
    assert "another-key" not in heard
    assert "correct-horse" not in heard


def test_a_certificate_the_provider_does_not_know(scene: Scene, said: Callable[[str], str]) -> None:
    scene.far_end.offer(EAST)
    scene.trust = Trust(scene.trust.authority, STRANGER.issue("site.example"))
    with scene.kept(only(EAST)):
        said("does not accept this site")


def test_a_provider_whose_certificate_is_not_to_be_believed(scene: Scene, said: Callable[[str], str]) -> None:
    scene.far_end.identity = STRANGER.issue(EAST.remote_id)
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)):
        said("shows a certificate by an authority this site does not know")


def test_a_provider_whose_certificate_has_expired(scene: Scene, said: Callable[[str], str]) -> None:
    scene.far_end.identity = scene.trust.authority.issue(EAST.remote_id, timedelta(hours=-2))
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)):
        said("the certificate of provider east at 192.0.2.10 is not valid today")


def test_a_provider_that_is_somebody_else(scene: Scene, said: Callable[[str], str]) -> None:
    one = version_1(with_psk(EAST))
    scene.far_end.offer(one, remote_id="somebody.else.example")
    with scene.kept(only(one)):
        said("is not provider east as the site file names it")


def test_a_provider_that_is_not_there(scene: Scene, said: Callable[[str], str]) -> None:
    nobody = replace(EAST, address=ip_address("192.0.2.99"))
    with scene.kept(only(nobody)):
        said("provider east at 192.0.2.99 does not answer")


def test_a_missing_key_is_said_and_the_other_provider_called(scene: Scene, said: Callable[[str], str]) -> None:
    east, west = sample().connections
    scene.far_end.offer(west)
    with scene.kept(replace(sample(), connections=(with_psk(east), west)), unlink="psk"):
        heard = said("tunnel up: provider west")
    assert f"provider east: {scene.folder}/psk: cannot be read (No such file or directory)" in heard


def test_what_is_up_stays_while_its_key_cannot_be_read(scene: Scene, said: Callable[[str], str]) -> None:
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)) as keeper:
        said("tunnel up")
        before = [up.name for up in observe_up(scene.charon.door)]
        (scene.folder / "credentials/site.key").unlink()

        keeper.want(only(EAST), scene.folder)

        said("credentials/site.key: cannot be read")
        with keeper.paused():  # the round that said so is over
            assert scene.reach()
        assert [up.name for up in observe_up(scene.charon.door)] == before


def test_a_certificate_that_ends_soon_is_said_once(scene: Scene, said: Callable[[str], str]) -> None:
    scene.trust = replace(scene.trust, site=scene.trust.authority.issue("site.example", timedelta(days=20)))
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)) as keeper:
        said("tunnel up")
        keeper.want(only(EAST), scene.folder)
        until(lambda: keeper._read_for == 2)
        with keeper.paused():  # that round is over
            pass
        heard = said("certificate of the tunnel to provider east: CN=site.example expires on")
    assert heard.count("CN=site.example expires on") == 1


def test_charon_killed_is_up_again_with_nobodys_help(scene: Scene, said: Callable[[str], str]) -> None:
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)):
        said("tunnel up")
        scene.charon.kill()
        said("strongSwan does not answer")
        assert not scene.reach(timeout_s=0.2)

        scene.charon.start()

        said("answers; it is given the tunnel's settings")
        until(scene.reach)
        assert scene.reach(SYSTEM_V6)


def test_a_provider_that_falls_silent_and_comes_back(scene: Scene, said: Callable[[str], str]) -> None:
    quick = replace(EAST, dpd_s=1)
    scene.far_end.offer(quick)
    with scene.kept(only(quick)):
        said("tunnel up")
        scene.far_charon.pause()
        said("tunnel down: provider east, after 0:00:0")

        scene.far_charon.resume()

        until(scene.reach)


def test_a_provider_that_throws_out_whom_it_let_in_is_called_ever_more_rarely(
    scene: Scene, said: Callable[[str], str]
) -> None:
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)) as keeper:
        for times in (1, 2):
            until(lambda: bool(observe_up(scene.charon.door)))
            with Door(scene.far_charon.door) as far:
                charon.end(far, "east")
            until(lambda times=times: next(iter(keeper._tries.values()), Tries()).failures == times)  # type: ignore[misc]
        heard = said("received DELETE for IKE_SA")
    assert heard.count("tunnel down: provider east") == 2


def test_the_second_provider_stands_in_until_the_first_is_back(scene: Scene, said: Callable[[str], str]) -> None:
    east, west = sample().connections
    scene.far_end.offer(west)
    with scene.kept(sample()):
        said("provider west stands in for east")
        assert scene.reach()

        scene.far_end.offer(east)

        said("back to provider east")
        until(lambda: [up.provider for up in observe_up(scene.charon.door)] == ["east"])
        until(scene.reach)


def test_a_renewed_certificate_replaces_the_old_without_an_interruption_longer_than_a_look(
    scene: Scene, said: Callable[[str], str]
) -> None:
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)) as keeper:
        said("tunnel up")
        (before,) = observe_up(scene.charon.door)
        scene.trust = replace(scene.trust, site=scene.trust.authority.issue("site.example"))
        scene.trust.write((EAST,), scene.folder)

        keeper.want(only(EAST), scene.folder)

        until(lambda: before.name not in [up.name for up in observe_up(scene.charon.door)])
        until(scene.reach)
        until(lambda: keeper._up and before.name not in keeper._up)
        assert "tunnel down" not in said("tunnel up")


def test_an_apply_does_not_meet_whoever_keeps_the_former_site(scene: Scene, said: Callable[[str], str]) -> None:
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)) as keeper, Door(scene.charon.door) as door:
        said("tunnel up")
        (kept,) = charon.observe(door).connections
        with keeper.paused():
            door.ask("load-conn", {"next-01234567": {"remote_addrs": ["192.0.2.66"]}})
            time.sleep(5 * LOOK_EVERY_S)
            assert charon.observe(door).connections == (kept, "next-01234567")
        until(lambda: charon.observe(door).connections == (kept,))


def test_what_is_no_longer_wanted_is_taken_down(scene: Scene, said: Callable[[str], str]) -> None:
    scene.far_end.offer(EAST)
    with scene.kept(only(EAST)) as keeper:
        said("tunnel up")

        keeper.want(None, scene.folder)

        until(lambda: not observe_up(scene.charon.door))
        assert not scene.reach(timeout_s=0.2)


def until(met: Callable[[], object]) -> None:
    """Wait until it is so."""
    deadline = time.monotonic() + DEADLINE_S
    while not met():
        assert time.monotonic() < deadline
        time.sleep(0.02)
