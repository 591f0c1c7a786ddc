"""An installed box after a power cut: applied again, or closed and saying why."""

import re
import shutil
from collections.abc import Iterator

import pytest

from tests.appliance.container import copied
from tests.appliance.installed import Installed
from tests.appliance.scene import DECLARED, Scene, forwarding_box, scene
from tests.appliance.segments import CLAIM, SEGMENTS
from tests.appliance.waiting import until

pytestmark = [pytest.mark.root, pytest.mark.appliance, pytest.mark.timeout(600)]

ENFORCER = "claim-gateway-enforcer.service"
STATE = "var/lib/claim-gateway-enforcer"
FILE_DIFFERS = "SITE_FILE_DIFFERS"
RELAY = "claim-gateway-relay.service"
CLOSED = "The box is closed: nothing passes in either direction until a site is applied."


def test_a_box_comes_up_applied(installed: Installed) -> None:
    with copied(installed.disk) as kept, scene(kept) as again:
        again.around.settle(*SEGMENTS)

        assert again.box.state(ENFORCER) == "active", again.box.says("journalctl", "-b", "-o", "cat", "-u", ENFORCER)
        assert again.box.state(RELAY) == "active"
        assert again.box.says("systemctl", "--failed", "--no-legend") == ""
        assert again.passing() == DECLARED


def test_a_box_comes_up_with_what_was_confirmed_whatever_the_site_file_has_become(installed: Installed) -> None:
    """Cut off while somebody was editing the file: the clinic works on, and the journal says so."""
    with copied(installed.disk) as kept:
        kept.write("/etc/claim-gateway/site.yaml", "site: {name: [\n")
        with scene(kept) as again:
            again.around.settle(*SEGMENTS)

            assert again.box.state(ENFORCER) == "active"
            assert again.passing() == DECLARED
            assert again.box.says("journalctl", "-b", "-o", "cat", f"CLAIM_GATEWAY_MESSAGE={FILE_DIFFERS}")


@pytest.fixture(scope="module")
def broken(installed: Installed) -> Iterator[Scene]:
    """The same box before any site was confirmed, with a broken site file; its kernel would forward."""
    with copied(installed.disk) as kept:
        shutil.rmtree(kept.upper / STATE)
        kept.write("/etc/claim-gateway/site.yaml", "site: {name: [\n")
        with forwarding_box(kept) as scene:
            yield scene


def test_a_broken_site_file_leaves_the_box_closed(broken: Scene) -> None:
    journal = broken.box.says("journalctl", "-b", "-o", "cat", "-u", ENFORCER)

    assert broken.passing() == set()
    assert broken.box.state(ENFORCER) == "failed"
    assert re.search(r"/etc/claim-gateway/site\.yaml:\d+:\d+: ", journal)
    assert CLOSED in journal


def test_a_broken_site_file_stops_the_relay_without_a_restart_loop(broken: Scene) -> None:
    assert broken.box.state(RELAY) == "failed"
    assert broken.box.says("systemctl", "show", "-P", "NRestarts", RELAY) == "0"


def test_a_missing_port_is_waited_for_while_the_relay_runs(installed: Installed) -> None:
    with copied(installed.disk) as kept:
        kept.write(f"/etc/systemd/system/{ENFORCER}.d/impatient.conf", "[Service]\nRestartSec=1\n")

        with scene(kept, unplugged=CLAIM) as waiting:
            assert waiting.box.state(RELAY) == "active"
            assert "no such port: eth2" in waiting.box.says("journalctl", "-b", "-o", "cat", "-u", ENFORCER)
            assert waiting.passing() == set()

            waiting.around.plug(CLAIM)

            until(lambda: waiting.box.state(ENFORCER) == "active")
            waiting.around.settle(*SEGMENTS)
            assert waiting.passing() == DECLARED
