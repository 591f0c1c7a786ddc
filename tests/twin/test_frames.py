import subprocess
from collections.abc import Iterator

import pytest

from gateway.twin.frames import DIAL_UP, OTHERS, arrived
from gateway.twin.namespace import Namespace, twin_name

pytestmark = pytest.mark.root
KINDS = (*OTHERS, *DIAL_UP)


@pytest.fixture
def other(namespace: Namespace) -> Iterator[Namespace]:
    """At the other end of a wire."""
    made = Namespace(f"{twin_name()}-frames")
    try:
        script = f"ip link add eth0 up type veth peer name eth0 netns {made.name}"
        subprocess.run(namespace.command("sh", "-ec", script), check=True)
        subprocess.run(made.command("ip", "link", "set", "eth0", "up"), check=True)
        yield made
    finally:
        made.close()


def test_a_wire_carries_every_kind(namespace: Namespace, other: Namespace) -> None:
    assert arrived(namespace, other, "eth0", KINDS) == set(KINDS)


def test_without_a_wire_between_them_nothing_arrives(namespace: Namespace, other: Namespace) -> None:
    script = "ip link delete eth0; ip link add eth0 up type veth peer name eth1; ip link set eth1 up"
    subprocess.run(namespace.command("sh", "-ec", script), check=True)
    subprocess.run(other.command("sh", "-ec", script.replace("ip link delete eth0; ", "")), check=True)
    assert arrived(namespace, other, "eth0", KINDS, wait_s=0.2) == frozenset()
