"""How long the enforcer takes to undo what somebody changed, and how much of a flood towards lan passed meanwhile.

`python -m tests.bench.drift` prints docs/security.md's figures. 20,000 packets a second run from the terminal to a receipt
PC throughout, on the same cores. Beside it stands Debian 12's firewalld ruleset for the same policy, under the same flush.
"""

import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.enforcer.part import Part
from gateway.enforcer.transaction import parts
from gateway.site.load import load_site
from gateway.twin.build import Twin
from gateway.twin.samples import DEMO_SITE
from tests.bench.forward.site import bench_site
from tests.bench.forward.variants import FIREWALLD_RULESET
from tests.twin.enforcer.daemon import Daemon
from tests.twin.enforcer.flood import Flood
from tests.twin.enforcer.scene import Scene

TIMES = 10
PATIENCE_S = 15.0
LOOK_EVERY_S = 0.001
SETTLED_S = 0.3
"""The enforcer reads everything once more after a repair; that is not what is measured."""
FLUSH = "nft flush ruleset"
AT_ONCE = "sh -c 'ip -4 rule add pref 0 lookup main & ip -6 rule add pref 0 lookup main & nft flush ruleset & wait'"
"""The worst a foreign root can do in one moment: past the guard, past the barrier, and no table."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Somebody's commands, and the part of the box they change."""

    name: str
    part: str
    commands: tuple[str, ...]
    times: int = TIMES


HELD = (
    Kind("ip rule flush", "guard", ("ip -4 rule flush", "ip -6 rule flush")),
    Kind("rule before the guard", "guard", ("ip -4 rule add pref 5 lookup main", "ip -6 rule add pref 5 lookup main")),
    Kind("rule 0 and flush ruleset at once", "guard", (AT_ONCE,)),
    Kind("added route", "wiring", ("ip route add 203.0.113.0/24 via 192.168.10.21",)),
    Kind("address removed", "wiring", ("ip addr del 192.168.20.1/24 dev eth2",)),
    Kind("port set down", "wiring", ("ip link set eth2 down",)),
    Kind("sysctl with an event", "wiring", ("sysctl -qw net.ipv4.conf.eth2.rp_filter=0",)),
    Kind("sysctl without an event (poll)", "wiring", ("sysctl -qw net.ipv4.conf.eth2.arp_ignore=0",), 3),
)
NOT_HELD = (
    Kind("flush ruleset", "nftables", (FLUSH,)),
    Kind("delete table", "nftables", ("nft delete table inet claim_gateway",)),
    Kind("added accept rule", "nftables", ("nft insert rule inet claim_gateway forward accept",)),
    Kind("rule 0 and flush ruleset at once", "nftables", (AT_ONCE,)),
)


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of change, each time it was made."""

    name: str
    times_ms: tuple[float, ...]
    leaked: tuple[int, ...]

    def __str__(self) -> str:
        median, worst = statistics.median(self.times_ms), max(self.times_ms)
        return f"  {self.name:<34} {median:>8.0f} {worst:>8.0f} {sum(self.leaked):>8} {max(self.leaked):>8}"


_COLUMNS = ("median", "worst", "in all", "worst")
HEADER = f"  {'':<34} {'repaired after, ms':>17} {'packets leaked':>17}\n  {'':<34} " + " ".join(
    f"{one:>8}" for one in _COLUMNS
)


def main(times: int = TIMES) -> int:
    """Measure and print."""
    if os.geteuid() != 0:
        print("drift: needs root for network namespaces", file=sys.stderr)
        return 4
    print(f"{times} times each, under 20,000 packets/s from the terminal towards lan\n\n{HEADER}")
    for title, kinds, holds in (
        ("the table is held (Linux 6.9 and later)", HELD, True),
        ("the table is not held (as on Linux 6.1)", NOT_HELD, False),
    ):
        print(title)
        with enforced(holds=holds) as (scene, flood):
            for kind in kinds:
                print(measured(scene, flood, kind, min(times, kind.times)), flush=True)
            if holds:
                print("the enforcer is killed, systemd has lost its socket, and nobody starts it for a second")
                print(unattended(scene, flood, min(times, 3)))
    print("firewalld's ruleset, which nobody repairs")
    print(*firewalld(), sep="\n")
    return 0


@contextmanager
def enforced(*, holds: bool) -> Iterator[tuple[Scene, Flood]]:
    """The demo site with a real enforcer, and the flood."""
    with ExitStack() as stack:
        directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        twin = stack.enter_context(Twin(load_site(DEMO_SITE)))
        daemon = stack.enter_context(Daemon(twin.gateway, DEMO_SITE, directory, holds=holds))
        yield Scene(twin, daemon, DEMO_SITE), stack.enter_context(Flood(twin))


def measured(scene: Scene, flood: Flood, kind: Kind, times: int) -> Row:
    """From the end of the last command until the part is as declared again."""
    part = next(one for one in parts(scene.desired) if one.name == kind.part)
    took, leaked = [], []
    for _ in range(times):
        scene.until_repaired()
        time.sleep(SETTLED_S)
        before = flood.arrived
        scene.types(*kind.commands)
        took.append(scene.twin.gateway.call(until_declared, part) * 1000)
        scene.until_repaired()
        leaked.append(flood.arrived - before)
    return Row(kind.name, tuple(took), tuple(leaked))


def unattended(scene: Scene, flood: Flood, times: int) -> Row:
    """From the worst change, with no enforcer there, until one that starts a second later has repaired it."""
    took, leaked = [], []
    for _ in range(times):
        scene.until_repaired()
        scene.daemon.end(signal.SIGKILL)
        scene.daemon.forget()
        before, began = flood.arrived, time.monotonic()
        scene.types(AT_ONCE)
        time.sleep(1)
        scene.daemon.start()
        scene.until_repaired()
        took.append((time.monotonic() - began) * 1000)
        leaked.append(flood.arrived - before)
    return Row("rule 0 and flush ruleset at once", tuple(took), tuple(leaked))


def until_declared(part: Part) -> float:  # type: ignore[type-arg]  # of whatever it observes
    """Seconds until the part is as declared. Runs in the gateway's namespace."""
    began = time.monotonic()
    while part.difference(part.observe()):
        if time.monotonic() - began > PATIENCE_S:
            raise TimeoutError(f"{part.name} was not repaired")
        time.sleep(LOOK_EVERY_S)
    return time.monotonic() - began


def firewalld(seconds: float = 1.0) -> Iterator[str]:
    """The same flood against firewalld's ruleset: flushed, and loaded again."""
    site = bench_site()
    with Twin(site) as twin:
        scene = Scene(twin, Daemon.__new__(Daemon), FIREWALLD_RULESET)
        twin.open_router(replace(scene.desired.wiring, rules=()))
        load = twin.gateway.command("nft", "-f", str(FIREWALLD_RULESET))
        subprocess.run(load, check=True)
        with Flood(twin) as flood:
            time.sleep(0.2)
            yield f"  in force, {flood.sent} packets sent: {flood.arrived} leaked"
            for name, act in {
                "flush ruleset": lambda: scene.types(FLUSH),
                "reload by nft -f": lambda: subprocess.run(load, check=True).returncode,
            }.items():
                yield counted(flood, name, act, seconds)


def counted(flood: Flood, name: str, act: Callable[[], object], seconds: float) -> str:
    """What arrived in `seconds` from the act on."""
    before, sent = flood.arrived, flood.sent
    act()
    time.sleep(seconds)
    return f"  {name}: {flood.arrived - before} of {flood.sent - sent} packets leaked in {seconds:g} s"


if __name__ == "__main__":
    sys.exit(main())
