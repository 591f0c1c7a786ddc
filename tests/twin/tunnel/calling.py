"""Have the box's charon call the provider, and wait until all of the connection is up."""

from gateway.tunnel import message
from gateway.tunnel.door import Door
from tests.twin.tunnel.rig import Line

UP_WITHIN_S = 20.0


def initiate(line: Line, name: str) -> None:
    """Bring up the children of the connection that charon calls `name`. Raises CharonRefusedError with charon's words."""
    with Door(line.ours.door) as door:
        for child in message.child_names(line.connection):
            list(door.stream("initiate", "control-log", {"child": child, "ike": name}, within_s=UP_WITHIN_S))
