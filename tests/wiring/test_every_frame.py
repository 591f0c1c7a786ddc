import subprocess

import pytest

from gateway.twin.namespace import Namespace
from gateway.wiring import every_frame

pytestmark = pytest.mark.root


def test_ports_are_told_to_take_every_frame_and_no_longer(namespace: Namespace) -> None:
    command = namespace.command("ip", "link", "add", "eth2", "type", "veth", "peer", "name", "eth0")
    subprocess.run(command, check=True)
    assert namespace.call(every_frame.observe, ("eth0", "eth2")) == frozenset()

    namespace.call(lambda: every_frame.tell(("eth0", "eth9"), take=True))
    assert namespace.call(every_frame.observe, ("eth0", "eth2")) == {"eth0"}

    namespace.call(lambda: every_frame.tell(("eth0",), take=False))
    assert namespace.call(every_frame.observe, ("eth0", "eth2")) == frozenset()
