"""What keeps the box as its site says, in the enforcer's place: the policy at once, and the tunnel by its own thread."""

import threading

from pyroute2 import netns

from gateway.enforcer.transaction import apply
from gateway.tunnel.session import Keeper as TunnelKeeper
from tests.twin.tunnel.rig import Line


class Keeper:
    """What a fault may stop, start, and have apply the policy again."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._tunnel: TunnelKeeper | None = None
        self._thread = threading.Thread()

    def start(self) -> None:
        """Put the policy in force and keep the tunnel up from now on."""
        self.apply()
        self._tunnel = tunnel = TunnelKeeper(self._line.ours.door)
        tunnel.want(self._line.tunnel, self._line.home)

        def run() -> None:
            netns.setns(self._line.box.name)
            tunnel.run()

        self._thread = threading.Thread(target=run, name="keeper", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Look after nothing any more; what stands stays."""
        if self._tunnel is not None:
            self._tunnel.stop()
            self._thread.join()
            self._tunnel = None

    def apply(self) -> None:
        """The policy, in one transaction."""
        self._line.box.call(lambda: apply(self._line.wanted))
