"""SIGKILL at random moments of apply, confirm and rollback: the box is in the old or the new confirmed state, and never open.

What is looked at after each kill, before anything could repair it: the guard stands, and the table in the kernel is, rule by
rule, the one of a site that was asked for. After the next start: what is in force is what the state directory says counts.
"""

import random
import socket
import time
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.enforcer.client import SOCKET
from gateway.enforcer.requests import Apply, Confirm, Request, Rollback
from gateway.enforcer.store import Store, digest_of
from gateway.enforcer.transaction import desire
from gateway.firewall import part as firewall
from gateway.firewall.observed import Observed
from gateway.site.load import load_site
from gateway.wiring import part as wiring
from gateway.wiring.guard import guard_rules
from tests.enforcer.rig import Rig

pytestmark = pytest.mark.root
SEED = 20_261_110
LONGEST_S = 0.25
"""An apply takes less than this in a twin; later kills meet an idle enforcer."""


class Campaign:
    """One box that dies again and again while it goes to and fro between two sites."""

    def __init__(self, box: Rig) -> None:
        self._box, self._random = box, random.Random(SEED)
        self._files = (box.site_file, box.variant("other", "lan_to_terminal: shared-folder", "lan_to_terminal: none"))
        self._tables = [desire(load_site(file)).table for file in self._files]
        self._digests = [digest_of(file.read_bytes()) for file in self._files]
        self.seen: set[str] = set()

    def begin(self) -> None:
        """Both sites were in force once."""
        self._box.start()
        self._box.ask(self._apply(self._files[1]))

    def die_once(self) -> None:
        """Ask for something, kill the enforcer on the way, look, start it again, look."""
        before = self._store.standing()
        asked = self._random.choice((self._apply(self._files[0]), self._apply(self._files[1]), Confirm(), Rollback()))
        if isinstance(asked, Apply) and self._random.random() < 0.5:
            asked = asked.model_copy(update={"confirm_within": timedelta(hours=1)})
        self._send_and_kill(asked)
        self._is_shut_or_governed()
        after = self._store.standing()
        confirmed = {entry.digest for entry in (before.last, after.last) if entry}
        assert confirmed <= set(self._digests)
        self._box.start()
        entry = self._store.standing().in_force
        assert entry is not None
        assert self._box.is_as_declared(self._files[self._digests.index(entry.digest)]), self._box.log.read_text()
        self.seen.add(f"{asked.do} {'done' if after != before else 'not begun'}")
        if self._store.standing().trial and self._random.random() < 0.5:
            self._box.ask(Rollback())

    def _apply(self, file: Path) -> Apply:
        return Apply(site=file.read_text())

    @property
    def _store(self) -> Store:
        return Store(self._box.state)

    def _send_and_kill(self, asked: Request) -> None:
        with socket.socket(socket.AF_UNIX) as line:
            line.connect(str(self._box.run / SOCKET))
            line.sendall(asked.model_dump_json().encode() + b"\n")
            time.sleep(self._random.uniform(0, LONGEST_S))
            self._box.kill()

    def _is_shut_or_governed(self) -> None:
        live: Observed = self._box.twin.gateway.call(firewall.observe)
        assert set(guard_rules()) <= set(self._box.twin.gateway.call(wiring.observe_rules, guard_rules()))
        assert any(firewall.difference(table, live) == () for table in self._tables)


def test_a_box_that_dies_is_as_before_or_as_asked(box: Rig) -> None:
    campaign = Campaign(box)
    campaign.begin()
    for _ in range(5):
        campaign.die_once()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_two_hundred_deaths(box: Rig) -> None:
    campaign = Campaign(box)
    campaign.begin()
    for _ in range(200):
        campaign.die_once()
    # The campaign is worth something only if deaths fell before, within and after what was asked.
    assert {"apply done", "apply not begun"} <= campaign.seen
