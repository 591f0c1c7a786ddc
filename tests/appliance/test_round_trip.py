"""An installed box carries: a claim file onto a real share in the terminal's segment, a return file back."""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.relay.places import Places
from gateway.twin.samples import CLAIM_FILE, RETURN_FILE, RETURN_NAME
from gateway.twin.smbd import USER_ID, Smbd
from tests.appliance.container import copied
from tests.appliance.controller import PASSWORD
from tests.appliance.installed import Installed
from tests.appliance.scene import Scene, scene
from tests.appliance.segments import CLAIM, SEGMENTS, Namespace

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

RELAY = "claim-gateway-relay.service"
ARRIVAL_TIMEOUT_S = 60


@contextmanager
def named(there: Namespace) -> Iterator[str]:
    """A name for the namespace, as ip-netns(8) and with it the lab's smbd want one."""
    name = f"claim-gateway-{os.getpid()}-{there.pid}"
    there.run("ip", "netns", "attach", name, str(there.pid))
    try:
        yield name
    finally:
        there.run("ip", "netns", "delete", name)


def test_a_claim_file_goes_to_the_terminal_and_a_return_file_comes_back(installed: Installed, tmp_path: Path) -> None:
    with copied(installed.disk) as kept:
        people = Places(kept.upper / "var/lib/claim-gateway")
        handed_in = people.drop / CLAIM_FILE.name
        shutil.copyfile(CLAIM_FILE, handed_in)
        owner = people.drop.stat()
        os.chown(handed_in, owner.st_uid, owner.st_gid)
        with scene(kept, silent=CLAIM) as carrying, named(carrying.around.neighbours[CLAIM]) as name:
            carrying.around.settle(*SEGMENTS)
            with Smbd(
                tmp_path / "terminal", user="relay", password=PASSWORD, addresses=CLAIM.hosts, port=445, namespace=name
            ) as terminal:
                carrying.box.run("systemctl", "restart", RELAY)  # it need not find out by itself that the terminal woke

                (arrived,) = found(carrying, lambda: tuple((terminal.share / "claims").rglob("*.UKE")))
                assert arrived.read_bytes() == CLAIM_FILE.read_bytes()

                returned = terminal.share / "returns" / RETURN_NAME
                returned.write_bytes(RETURN_FILE)
                os.chown(returned, USER_ID, USER_ID)
                (fetched,) = found(carrying, lambda: tuple(people.returns.rglob("*.HEN")))
                assert fetched.read_bytes() == RETURN_FILE


def found(carrying: Scene, look: Callable[[], tuple[Path, ...]]) -> tuple[Path, ...]:
    deadline = time.monotonic() + ARRIVAL_TIMEOUT_S
    while not (there := look()):
        assert time.monotonic() < deadline, carrying.box.says("journalctl", "-b", "-o", "cat", "-u", RELAY)
        time.sleep(0.1)
    return there
