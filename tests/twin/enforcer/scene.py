"""The box under attack: what an attacker with root types there, and when all of it is as declared again."""

import shlex
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from gateway.enforcer.desired import Desired
from gateway.enforcer.part import PartError
from gateway.enforcer.transaction import differences, parts
from gateway.twin.build import Twin
from tests.twin.enforcer.daemon import Daemon

REPAIR_PATIENCE_S = 15.0


@dataclass(frozen=True, slots=True)
class Scene:
    """A twin, the enforcer in its gateway, and the file it reads on SIGHUP."""

    twin: Twin
    daemon: Daemon
    site_file: Path

    @property
    def desired(self) -> Desired:
        """What the box should be."""
        return self.twin.desire()

    def types(self, *commands: str) -> list[int]:
        """Somebody else's commands on the box, one after the other; their exit codes."""
        return [
            subprocess.run(self.twin.gateway.command(*shlex.split(one)), capture_output=True, check=False).returncode
            for one in commands
        ]

    def wrong(self) -> tuple[str, ...]:
        """What is not as declared at this moment."""

        def look() -> tuple[str, ...]:
            try:
                return tuple(map(str, differences(parts(self.desired))))
            except PartError as error:
                return (str(error),)

        return self.twin.gateway.call(look)

    def until_repaired(self) -> float:
        """Seconds until everything is as declared."""
        began = time.monotonic()
        while wrong := self.wrong():
            assert time.monotonic() - began < REPAIR_PATIENCE_S, (wrong, self.daemon.log.read_text()[-3000:])
        return time.monotonic() - began
