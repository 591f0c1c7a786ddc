"""A site with a tunnel under the enforcer: up once it is proved, shown, taken back, and no key, no site."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread

import pytest
from pyroute2 import netns

from gateway.cli import status_tunnel
from gateway.cli.diagnose_look import tunnel_tried
from gateway.enforcer.box import Box, Request
from gateway.enforcer.clock import Clock
from gateway.enforcer.desired import Desired
from gateway.enforcer.errors import ApplyError, Refuted
from gateway.enforcer.plan import plan
from gateway.enforcer.proof import CONFIRM_ONLY, Said
from gateway.enforcer.proving import Prover
from gateway.enforcer.repair import repair
from gateway.enforcer.service import status
from gateway.enforcer.store import Store
from gateway.enforcer.transaction import Difference
from gateway.enforcer.tunnel import told
from gateway.report.diagnosis import Outcome, Probe, Tried
from gateway.site.load import load_site
from gateway.tunnel.decide import Pace
from gateway.tunnel.door import Door
from gateway.tunnel.session import Keeper
from gateway.twin.build import Twin
from gateway.twin.samples import CONFIGS
from gateway.wiring.cabling.port import observe
from tests.firewall.kernel import HERE

SAMPLE = CONFIGS / "ipsec-router-combined.yaml"
PATIENCE_S = 20.0


def until(happened: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.02)


class Held:
    """A box with real charons, and the keeper the daemon would have."""

    def __init__(self, twin: Twin, home: Path) -> None:
        assert twin.tunnel is not None
        self.twin = twin
        self.text = SAMPLE.read_bytes()
        clock = Clock(trusted=True)
        self.own_end = twin.tunnel.own_end
        self.keeper = Keeper(self.own_end.door, pace=Pace(first_s=0.2, longest_s=0.5), try_s=2.0)
        self.box = twin.gateway.call(
            lambda: Box(
                Store(home / "state"),
                home / "run",
                clock=clock,
                proof=Prover(clock.now),
                own_end=self.own_end,
                keeper=self.keeper,
            )
        )
        self.thread = Thread(target=self._keep)
        self.thread.start()

    def _keep(self) -> None:
        netns.setns(self.twin.gateway.name)
        self.keeper.run()

    def apply(self, text: bytes | None = None) -> None:
        self.twin.gateway.call(self.box.apply, Request(text or self.text, "root"))

    def close(self) -> None:
        self.keeper.stop()
        self.thread.join()

    def up(self) -> list[str]:
        return [one["provider"] for one in told(Door(self.own_end.door), ())["up"]]

    def there(self, *words: str) -> str:
        """What a command prints on the box."""
        return subprocess.run(self.twin.gateway.command(*words), capture_output=True, text=True, check=True).stdout


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    home = tmp_path_factory.mktemp("held")
    with Twin(load_site(SAMPLE), charons=home / "charons") as twin:
        made = Held(twin, home)
        try:
            yield made
        finally:
            made.close()


pytestmark = pytest.mark.root


def test_it_comes_up_once_the_policy_is_proved_and_status_shows_it(held: Held) -> None:
    held.apply()
    until(lambda: held.up() == ["provider"])

    shown = held.twin.gateway.call(status, held.box)
    assert shown["proof"]["refusal"] == ""
    assert shown["tunnel"]["providers"] == ["provider"]
    assert (shown["tunnel"]["charon"], [one["provider"] for one in shown["tunnel"]["up"]]) == ("", ["provider"])
    assert tunnel_tried(shown["tunnel"]) == Tried(Probe.TUNNEL, Outcome.GOOD, "provider")
    assert list(status_tunnel.complaints(shown["tunnel"], "en")) == []


def test_a_tunnel_is_no_port_somebody_could_plug_a_cable_into(held: Held) -> None:
    assert sorted(port.name for port in held.twin.gateway.call(observe)) == ["eth0", "eth1", "eth2"]


def test_a_missing_key_fails_the_apply_and_what_stands_stays_up(held: Held) -> None:
    other = held.text.replace(b"psk_file: credentials/", b"psk_file: elsewhere/")
    assert other != held.text

    with pytest.raises(ApplyError, match=r"elsewhere/.*nothing was changed"):
        held.apply(other)
    assert held.up() == ["provider"]


def test_a_policy_that_is_refused_brings_nothing_up_and_takes_nothing_down(held: Held) -> None:
    before = held.box.proof
    held.box.proof = Refusing()
    try:
        with pytest.raises(ApplyError, match="what was in force before is back"):
            held.apply(held.text.replace(b"192.0.2.10", b"192.0.2.12"))
    finally:
        held.box.proof = before
    assert held.up() == ["provider"]
    assert ". 192.0.2.12 ." not in held.there("nft", "list", "set", *HERE.split(), "gateway_wan_tunnel_udp4")


def test_what_others_change_of_it_is_put_back(held: Held) -> None:
    wanted = held.box.in_force().desired
    held.there("ip", "route", "del", "blackhole", "203.0.113.0/24")
    held.there("ip", "-6", "route", "flush", "proto", "99")
    assert Difference("tunnel", "+ blackhole for 203.0.113.0/24") in held.twin.gateway.call(plan, wanted)

    done = held.twin.gateway.call(repair, wanted, None, CONFIRM_ONLY)

    assert done.whole
    assert {one.part for one in done.found} <= {"tunnel"}
    assert "blackhole 203.0.113.0/24" in held.there("ip", "route")
    assert held.twin.gateway.call(plan, wanted) == ()
    assert "blackhole 2001:db8:c::/47" in held.there("ip", "-6", "route")


def test_a_charon_that_hangs_keeps_nothing_from_being_repaired_and_status_says_so(held: Held) -> None:
    assert held.twin.tunnel is not None
    os.kill(held.twin.tunnel.pid, signal.SIGSTOP)
    try:
        began = time.monotonic()
        done = held.twin.gateway.call(repair, held.box.in_force().desired, None, CONFIRM_ONLY, doubted=True)
        assert done.whole
        assert time.monotonic() - began < 2
        hung = held.twin.gateway.call(status, held.box)["tunnel"]
        assert "charon" in hung["charon"]
        assert tunnel_tried(hung) == Tried(Probe.TUNNEL, Outcome.WRONG, hung["charon"])
    finally:
        os.kill(held.twin.tunnel.pid, signal.SIGCONT)


def test_a_provider_that_is_away_fails_no_apply(held: Held) -> None:
    held.apply(held.text.replace(b"192.0.2.10", b"192.0.2.12"))

    assert ". 192.0.2.12 ." in held.there("nft", "list", "set", *HERE.split(), "gateway_wan_tunnel_udp4")
    held.twin.gateway.call(held.box.rollback, "root")
    until(lambda: held.up() == ["provider"])


class Refusing:
    """A proof that refuses what the kernel shows."""

    last: Said | None = None

    def candidate(self, _desired: Desired) -> None:
        """Nothing to say."""

    def live(self, _desired: Desired) -> None:
        raise Refuted("injected")
