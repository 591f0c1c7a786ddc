"""Another release under traffic, the way back, and the box from which the gateway is taken: what passes is never more than declared."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from gateway.release.archive import name_of, unpack
from gateway.release.assemble import seal
from tests.appliance.container import copied
from tests.appliance.controller import ARCHIVE
from tests.appliance.installed import Installed
from tests.appliance.scene import DECLARED, PORT, forwarding_box, scene
from tests.appliance.segments import CLAIM, LAN, SEGMENTS, WAN, Namespace

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

TRAFFIC = Path(__file__).with_name("traffic.py")
CURRENT = ("readlink", "/opt/claim-gateway/venv")
STOP_TIMEOUT_S = 40
GONE_TIMEOUT_S = 60
TRIES_LEAST = 50


@contextmanager
def running(there: Namespace, *words: str) -> Iterator[subprocess.Popen[str]]:
    """traffic.py in that namespace, once it has begun."""
    command = there.inside("setpriv", "--pdeathsig", "KILL", sys.executable, str(TRAFFIC), *words)
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as one:
        try:
            assert one.stdout is not None
            assert one.stdout.readline()
            yield one
        finally:
            one.kill()


def result(one: subprocess.Popen[str]) -> tuple[float, float]:
    """Its two figures, once it is told to stop."""
    said, trouble = one.communicate("\n", STOP_TIMEOUT_S)
    assert one.returncode == 0, trouble
    first, second = said.split()
    return float(first), float(second)


@contextmanager
def traffic(installed: Installed) -> Iterator[None]:
    """One session that was let in goes on, and what is forbidden is tried all the while, from both sides."""
    neighbours = installed.scene.around.neighbours
    with ExitStack() as stack:
        held = stack.enter_context(running(neighbours[LAN], "hold", CLAIM.hosts[0], str(PORT)))
        tried = [
            stack.enter_context(running(neighbours[source], "try", target, str(PORT), "22"))
            for source, target in ((CLAIM, LAN.hosts[0]), (WAN, CLAIM.hosts[0]), (WAN, "198.51.100.2"))
        ]
        yield
        answers, longest_s = result(held)
        figures = [result(one) for one in tried]
    print(f"answers {answers:.0f}, longest wait {longest_s} s, forbidden tries and sessions {figures}")
    assert answers > TRIES_LEAST
    for tries, opened in figures:
        assert tries > TRIES_LEAST
        assert opened == 0


def differing(installed: Installed, place: Path, more: str) -> Path:
    """A release with `more` at the end of the relay's unit, signed by whom the box trusts."""
    (place / "release").mkdir()
    unpack(ARCHIVE, place / "release")
    with (place / "release/systemd/claim-gateway-relay.service").open("a") as unit:
        unit.write(more)
    seal(place / "release", place / "other.tar", installed.controller.signing_key)
    return place / "other.tar"


@pytest.fixture(scope="module")
def other(installed: Installed, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release that differs in a comment."""
    return differing(installed, tmp_path_factory.mktemp("other"), "# Another release.\n")


def test_a_release_from_a_medium_cuts_no_session_and_opens_nothing(installed: Installed, other: Path) -> None:
    box = installed.scene.box
    installed.controller.send(installed.scene.around.neighbours[LAN], other, "/root/other.tar")

    with traffic(installed):
        done = box.run(
            *("/opt/claim-gateway/venv/bin/claim-gateway", "update", "/root/other.tar"),
            *("--emergency", "--lang", "en"),
            check=False,
        )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(
        f"release {name_of(other)}, signed by vendor, is in use; before it: {name_of(ARCHIVE)}"
    )
    assert name_of(other) in box.says(*CURRENT)
    assert "Another release" in box.says("systemctl", "cat", "claim-gateway-relay.service")
    assert box.state("claim-gateway-relay.service") == "active"
    assert installed.scene.passing() == DECLARED


def test_the_role_brings_the_release_before_back_likewise(installed: Installed) -> None:
    box = installed.scene.box

    with traffic(installed):
        play = installed.play(claim_gateway_emergency="true")

    assert play.code == 0, play.output
    assert name_of(ARCHIVE) in box.says(*CURRENT)
    assert "Another release" not in box.says("systemctl", "cat", "claim-gateway-relay.service")
    assert box.says("systemctl", "--failed", "--no-legend") == ""
    assert installed.scene.passing() == DECLARED


@pytest.mark.long
def test_a_release_under_which_a_unit_does_not_start_gives_way_to_the_one_before(
    installed: Installed, tmp_path: Path
) -> None:
    broken = differing(installed, tmp_path, "[Service]\nExecStart=\nExecStart=/bin/false\nRestart=no\n")
    box = installed.scene.box
    installed.controller.send(installed.scene.around.neighbours[LAN], broken, "/root/broken.tar")

    with traffic(installed):
        done = box.run(
            *("/opt/claim-gateway/venv/bin/claim-gateway", "update", "/root/broken.tar"),
            *("--emergency", "--lang", "en"),
            check=False,
        )

    assert done.returncode == 4
    assert f"the release before, {name_of(ARCHIVE)}, runs again" in done.stderr
    assert name_of(ARCHIVE) in box.says(*CURRENT)
    assert box.state("claim-gateway-relay.service") == "active"
    assert installed.scene.passing() == DECLARED


def test_a_box_from_which_it_is_taken_stays_closed(installed: Installed) -> None:
    with copied(installed.disk) as kept:
        with scene(kept) as leaving:
            leaving.around.settle(*SEGMENTS)
            play = installed.controller.play(leaving.around.neighbours[LAN], claim_gateway_state="absent")

            assert play.code == 0, play.output
            deadline = time.monotonic() + GONE_TIMEOUT_S
            while leaving.box.run("test", "-e", "/opt/claim-gateway", check=False).returncode == 0:
                assert time.monotonic() < deadline, leaving.box.says("journalctl", "-u", "claim-gateway-leaving")
                time.sleep(0.1)
            assert leaving.passing() == set()
            assert leaving.box.says("ls", "/etc/claim-gateway") == ""
        with forwarding_box(kept) as again:
            assert again.passing() == set()
            assert again.box.state("claim-gateway-guard.service") == "active"
