"""What stands around a box: one network namespace per segment, each wired to one of the box's ports.

A namespace lives as long as the process that holds it, and that process dies with the test run: nothing is mounted
under /run/netns and nothing is left behind, however the run ends.
"""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

LINK_TIMEOUT_S = 10
PROBE = Path(__file__).with_name("probe.py")
# Duplicate address detection would keep every fresh IPv6 address silent for a second.
_HOLD = """
for each in all default; do echo 0 >/proc/sys/net/ipv6/conf/$each/accept_dad; done
ip link set lo up
echo ready
exec setpriv --pdeathsig KILL sleep infinity
"""


class Place(Protocol):
    """Anywhere a command can be run."""

    def inside(self, *command: str) -> tuple[str, ...]:
        """`command`, to be run there."""
        ...

    def run(self, *command: str) -> str:
        """Run it there and return what it prints."""
        ...


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network namespace, named by the process that holds it."""

    pid: int

    @property
    def path(self) -> Path:
        """Where the kernel shows it."""
        return Path(f"/proc/{self.pid}/ns/net")

    def inside(self, *command: str) -> tuple[str, ...]:
        """`command`, to be run in this namespace."""
        return ("nsenter", f"--net={self.path}", "--", *command)

    def run(self, *command: str) -> str:
        """Run `command` in this namespace and return what it prints; a failure carries its words."""
        return subprocess.run(self.inside(*command), check=True, capture_output=True, text=True, timeout=30).stdout


@contextmanager
def namespace() -> Iterator[Namespace]:
    """A fresh namespace with its loopback up."""
    hold = ("unshare", "--net", "sh", "-ec", _HOLD)
    with subprocess.Popen(hold, stdout=subprocess.PIPE, text=True) as holder:
        try:
            if holder.stdout is None or not holder.stdout.readline():
                raise RuntimeError("no network namespace: unshare --net was refused")
            yield Namespace(holder.pid)
        finally:
            holder.kill()


@dataclass(frozen=True, slots=True)
class Segment:
    """One wire: the box's port, its own addresses there, and the neighbour's on the other end."""

    name: str
    port: str
    box: tuple[str, ...]
    neighbour: tuple[str, ...]

    @property
    def hosts(self) -> tuple[str, ...]:
        """The neighbour's addresses without their prefix lengths."""
        return tuple(address.partition("/")[0] for address in self.neighbour)

    @property
    def gateways(self) -> tuple[str, ...]:
        """The box's addresses without their prefix lengths."""
        return tuple(address.partition("/")[0] for address in self.box)


LAN = Segment(
    "lan",
    "eth1",
    ("192.168.10.1/24", "2001:db8:10::1/64"),
    ("192.168.10.21/24", "2001:db8:10::21/64", "192.168.10.250/24"),
)
CLAIM = Segment("claim", "eth2", ("192.168.20.1/24", "2001:db8:20::1/64"), ("192.168.20.10/24", "2001:db8:20::10/64"))
WAN = Segment("wan", "eth0", ("198.51.100.2/30", "2001:db8:ff::2/64"), ("198.51.100.1/30", "2001:db8:ff::1/64"))
SEGMENTS = (LAN, CLAIM, WAN)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The box's own namespace and its neighbours'."""

    box: Namespace
    neighbours: dict[Segment, Namespace]

    def plug(self, segment: Segment) -> None:
        """Wire the segment to the box's port; the neighbour's end is configured."""
        there = self.neighbours[segment]
        self.box.run("ip", "link", "add", segment.port, "type", "veth", "peer", "name", "eth0", "netns", str(there.pid))
        configure(there, segment)

    def unplug(self, segment: Segment) -> None:
        """Take the box's port away, wire and all."""
        self.box.run("ip", "link", "delete", segment.port)

    def address_ports(self, *segments: Segment) -> None:
        """Give the box's ports their addresses, as whoever installed Debian on it would have."""
        for segment in segments:
            _addresses(self.box, segment.port, segment.box)
        self.settle(*segments)

    def forward(self) -> None:
        """Let the kernel forward both families, so that only rules stand between the segments."""
        self.box.run("sh", "-c", "cd /proc/sys/net && echo 1 >ipv4/ip_forward && echo 1 >ipv6/conf/all/forwarding")

    def reached(self, source: Segment, *targets: str) -> frozenset[str]:
        """Those of `targets` (probe.py says how they are written) that answer `source` within a second."""
        command = (sys.executable, str(PROBE), "reach", *targets)
        return frozenset(self.neighbours[source].run(*command).split())

    def settle(self, *segments: Segment) -> None:
        """Wait until these segments' wires carry packets both ways."""
        for segment in segments:
            _wait_for_link(self.box, segment.port)
            _wait_for_link(self.neighbours[segment], "eth0")
            # Who asked in vain for the box's address while the wire was dead would ask again only after a second.
            self.neighbours[segment].run("ip", "neighbour", "flush", "all")


@contextmanager
def surroundings() -> Iterator[Surroundings]:
    """The three segments wired to a box that is still switched off: its ports are there, without addresses."""
    with ExitStack() as stack:
        box = stack.enter_context(namespace())
        around = Surroundings(box, {segment: stack.enter_context(namespace()) for segment in SEGMENTS})
        for segment in SEGMENTS:
            around.plug(segment)
        yield around


@contextmanager
def listening(there: Place, *ports: int) -> Iterator[None]:
    """Something answers on these TCP ports, in both families."""
    command = there.inside("setpriv", "--pdeathsig", "KILL", sys.executable, str(PROBE), "listen", *map(str, ports))
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        try:
            if listener.stdout is None or not listener.stdout.readline():
                raise RuntimeError(f"nothing listens on {ports}")
            yield
        finally:
            listener.kill()


def configure(there: Place, segment: Segment) -> None:
    """The neighbour's end of a segment: its addresses, and the box as its way to everywhere else."""
    _addresses(there, "eth0", segment.neighbour)
    for gateway in segment.gateways:
        there.run("ip", "route", "add", "default", "via", gateway)


def _addresses(there: Place, port: str, addresses: tuple[str, ...]) -> None:
    for address in addresses:
        there.run("ip", "address", "add", address, "dev", port)
    there.run("ip", "link", "set", port, "up")


def _wait_for_link(there: Namespace, port: str) -> None:
    """The kernel acts on a new carrier up to a second later (linkwatch); packets sent before are lost."""
    deadline = time.monotonic() + LINK_TIMEOUT_S
    while not _carries(there, port):
        if time.monotonic() > deadline:
            raise TimeoutError(f"{port} has no link after {LINK_TIMEOUT_S} s")
        time.sleep(0.02)


def _carries(there: Namespace, port: str) -> bool:
    return " state UP " in there.run("ip", "link", "show", "dev", port) and "scope link" in there.run(
        "ip", "-6", "address", "show", "dev", port, "-tentative"
    )
