"""Everything outside the machine: its neighbours, each on a VLAN, the provider, and whoever watches and asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.site.load import load_site
from gateway.twin.build import CARD
from tests.appliance.segments import CLAIM, LAN, WAN, Segment
from tests.twin.tunnel.traffic import Traffic, asking
from tests.twin.tunnel.wire import Tap, tapped
from tests.until import until
from tests.vm.image import disk
from tests.vm.kernel import Kernel
from tests.vm.machine import Machine
from tests.vm.provider import Provider, provider
from tests.vm.scene import PORT, Cabling, Scene, scene

SITE = Path(__file__).with_name("trunk.yaml")
LINE = replace(WAN, port="eth1")
SEGMENTS = {
    10: replace(LAN, port="eth0.10"),
    20: replace(CLAIM, port="eth0.20"),
    30: Segment(
        "qualification", "eth0.30", ("192.168.30.1/24", "2001:db8:30::1/64"), ("192.168.30.10/24", "2001:db8:30::10/64")
    ),
}
CABLING = Cabling((SEGMENTS, LINE))
DECLARED = {("lan", f"{host}|{PORT}") for vlan in (20, 30) for host in SEGMENTS[vlan].hosts}
ENFORCER = "claim-gateway-enforcer.service"
ASKED_EVERY_S = 0.2
READY_WITHIN_S = 240.0


@dataclass(frozen=True, slots=True)
class Surroundings:
    """Everything outside the machine."""

    scene: Scene
    provider: Provider
    tap: Tap
    traffic: Traffic

    @property
    def answered(self) -> set[str]:
        """Who has had answers through the tunnel."""
        return {name for name, asker in self.traffic.askers.items() if asker.answered}


@contextmanager
def surroundings(booting: Kernel, installed: Path, home: Path) -> Iterator[Surroundings]:
    """They stand, and packets are under way; the machine has no power. `home` is for the provider's files."""
    with disk(installed) as kept:
        far = provider(load_site(SITE), home)
        far.give_credentials(kept)
        with scene(booting, kept, CABLING, SITE, tuple(map(str, far.systems))) as plugged:
            line = plugged.neighbours[LINE]
            who = {segment.name: plugged.neighbours[segment] for segment in SEGMENTS.values()}
            with (
                far.standing(line),
                tapped(line, CARD, far.hidden) as tap,
                asking(who, line, far.claim_system, every_s=ASKED_EVERY_S) as traffic,
            ):
                yield Surroundings(plugged, far, tap, traffic)


def until_ready(machine: Machine) -> None:
    """A starved machine that emulates takes a second start, as a box would that is given a port late."""
    until(
        lambda: machine.state(ENFORCER) == "active",
        READY_WITHIN_S,
        lambda: machine.says("journalctl", "-b", "-u", ENFORCER),
    )
