"""A twin with a real smbd and a relay that is killed as often as one likes, and the waiting until all has come to rest."""

import os
import random
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from gateway.enforcer.transaction import desire
from gateway.relay.ledger import LedgerError
from gateway.relay.parcel import State
from gateway.relay.places import Places
from gateway.site.layout import Zone
from gateway.site.model import Site
from gateway.twin.build import Twin
from gateway.twin.samples import DEMO_SITE
from gateway.twin.smbd import Smbd
from tests.twin.relay.arrivals import parcels
from tests.twin.relay.post import Postman

LOOK_EVERY_S = 0.02


class Lives:
    """The launcher: `start`, `kill` and `stop` one relay after another."""

    def __init__(self, command: list[str], environment: dict[str, str], log: Path) -> None:
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=output, text=True
            )
        self.pid = 0

    def start(self) -> None:
        self.pid = self._order("start")

    def kill(self) -> None:
        """SIGKILL. The life must still have been there: one that ended by itself has failed."""
        code = self._order("kill")
        assert code == -9, f"the relay had ended by itself: {code}"

    def stop(self) -> int:
        return self._order("stop")

    def close(self) -> None:
        """End the launcher; a relay it started dies with it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def _order(self, order: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@dataclass(frozen=True)
class Scene:
    """What a campaign plays on. `calls` has a line for each call on the share: seconds it took, seconds it was given."""

    places: Places
    smbd: Smbd
    lives: Lives
    calls: Path

    def settled(self, postman: Postman) -> bool:
        """Whether everything put in has become a parcel, and every parcel rests."""
        try:
            known = parcels(self.places)
        except LedgerError:
            return False
        resting = {State.NOTED, State.HELD, State.RETIRED}
        whole = all(one.state in resting and (one.shown or one.state is not State.HELD) for one in known)
        return whole and len(known) == postman.put.total() and not any((self.smbd.share / ".gateway").iterdir())

    def drain(self, postman: Postman, within_s: float) -> None:
        """Put in what still waits, and wait until everything rests."""
        deadline = time.monotonic() + within_s
        while postman.round(50) or not self.settled(postman):
            if time.monotonic() > deadline:
                states = [str(one.state) for one in parcels(self.places)]
                counted = {state: states.count(state) for state in sorted(set(states))}
                raise TimeoutError(
                    f"not at rest: {counted}, {len(postman.waiting)} not put in, {postman.put.total()} put in"
                )
            time.sleep(LOOK_EVERY_S)


@contextmanager
def scene(site: Site, place: Path) -> Iterator[Scene]:
    """The demo site's twin under its policy, the terminal's share, and a launcher in the gateway's namespace."""
    assert site.relay is not None
    password = secrets.token_urlsafe()
    credentials = place / "credentials"
    credentials.mkdir(mode=0o700)
    (credentials / "terminal").touch(mode=0o600)
    (credentials / "terminal").write_text(password)
    state, calls = place / "state", place / "calls"
    Places(state).prepare()
    with ExitStack() as stack:
        twin = stack.enter_context(Twin(site))
        twin.apply(desire(site))
        terminal = twin.namespace(twin.at(Zone.CLAIM).name).name
        smbd = stack.enter_context(
            Smbd(place / "terminal", user="relay", password=password, addresses=("192.168.20.10",), namespace=terminal)
        )
        environment = os.environ | {"CREDENTIALS_DIRECTORY": str(credentials), "PYTHONPATH": os.pathsep.join(sys.path)}
        command = twin.gateway.command(
            sys.executable, "-m", "tests.twin.relay.launcher", str(DEMO_SITE), str(state), str(calls)
        )
        lives = Lives(command, environment, place / "relay.log")
        stack.callback(lives.close)
        yield Scene(Places(state), smbd, lives, calls)


def seed() -> int:
    """A new one for each run, told by what it prints; CAMPAIGN_SEED plays one again."""
    chosen = int(os.environ.get("CAMPAIGN_SEED", secrets.randbelow(1_000_000)))
    print(f"CAMPAIGN_SEED={chosen}")
    return chosen


def sleep_between(chance: random.Random, least_s: float, most_s: float) -> None:
    """The campaign's own pace: a random moment is what is being tried."""
    time.sleep(chance.uniform(least_s, most_s))
