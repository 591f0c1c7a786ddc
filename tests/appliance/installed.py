"""A box as the role left it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.appliance.container import Disk, disk
from tests.appliance.controller import Controller, Play, controller, make_release
from tests.appliance.scene import Scene, scene
from tests.appliance.segments import LAN, SEGMENTS


@dataclass(frozen=True, slots=True)
class Installed:
    """The running box, its disk, the controller that installed it, and what the first run said."""

    disk: Disk
    scene: Scene
    controller: Controller
    first: Play

    def play(self, **settings: str) -> Play:
        """Run the playbook once more."""
        return self.controller.play(self.scene.around.neighbours[LAN], **settings)


@contextmanager
def installed_on(tree: Path) -> Iterator[Installed]:
    """Run the shipped role once on a box over `tree`, whose lan port the vendor had given an address."""
    make_release()
    with disk(tree) as kept, controller() as vendor:
        vendor.admit_to(kept)
        with scene(kept) as running:
            running.around.address_ports(LAN)
            first = vendor.play(running.around.neighbours[LAN])
            if first.code == 0:
                running.around.settle(*SEGMENTS)
            yield Installed(kept, running, vendor, first)
