"""A box as the role left it."""

from dataclasses import dataclass

from tests.appliance.container import Disk
from tests.appliance.controller import Controller, Play
from tests.appliance.scene import Scene
from tests.appliance.segments import LAN


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
