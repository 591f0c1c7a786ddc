"""What the machine's network cards are plugged into: a tap in a neighbour's namespace, or a switch's VLAN trunk.

The switch is ours because the machine that tests may have no VLANs: a thread that puts tags on and takes them off.
"""

import fcntl
import os
import selectors
import socket
import struct
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from gateway.twin.build import _settle_quickly
from gateway.twin.namespace import Namespace, twin_name

FRAME_BYTES = 65536
_TUNSETIFF, _IFF_TAP, _IFF_NO_PI = 0x400454CA, 0x0002, 0x1000  # linux/if_tun.h
_TAGGED = b"\x81\x00"  # IEEE 802.1Q
_BOTH_CARDS_BYTES = 12
_VLAN_MASK = 0x0FFF


def card_address(number: int) -> str:
    """The hardware address of the machine's card `eth<number>`; its VLANs share it."""
    return f"52:54:00:00:00:{number:02x}"


@dataclass(frozen=True, slots=True)
class Card:
    """One network card of the machine: `eth0`, `eth1`, … in the order they are given."""

    backend: str
    """QEMU's -netdev, without its id."""
    fd: int
    """What the backend speaks through."""


class Neighbour(Namespace):
    """A namespace around the machine, with a thread of ours in it."""

    def inside(self, *command: str) -> tuple[str, ...]:
        """`command`, to be run there."""
        return tuple(self.command(*command))

    def run(self, *command: str) -> str:
        """Run `command` there and return what it prints; a failure carries its words."""
        return subprocess.run(self.inside(*command), check=True, capture_output=True, text=True, timeout=30).stdout


@contextmanager
def neighbour(name: str) -> Iterator[Neighbour]:
    """A fresh one, whose name says whose it is."""
    made = Neighbour(f"{twin_name()}-{name}")
    try:
        made.call(_settle_quickly)
        yield made
    finally:
        made.close()


@contextmanager
def tap(there: Neighbour, name: str = "eth0") -> Iterator[int]:
    """A network card in that namespace, as the file descriptor of its far end. It goes when the descriptor is closed."""
    card = there.call(_tap, name)
    try:
        yield card
    finally:
        os.close(card)


def _tap(name: str) -> int:
    card = os.open("/dev/net/tun", os.O_RDWR | os.O_CLOEXEC)
    fcntl.ioctl(card, _TUNSETIFF, struct.pack("16sH22x", name.encode(), _IFF_TAP | _IFF_NO_PI))
    return card


@contextmanager
def plugged_into(there: Neighbour) -> Iterator[Card]:
    """A card with a cable of its own to that neighbour."""
    with tap(there) as fd:
        yield Card(f"tap,fd={fd}", fd)


class Switch:
    """A VLAN switch: one trunk, and for each VLAN one untagged port."""

    def __init__(self, trunk: socket.socket, access: Mapping[int, int]) -> None:
        self.strays: Counter[int | None] = Counter()
        """Frames the machine sent with a tag nobody has a port for (None: without any), by tag."""
        self._trunk = trunk
        self._ports = dict(access)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="switch", daemon=True)
        self._thread.start()

    def send(self, frame: bytes) -> None:
        """Put a frame on the trunk as it is: what a wrongly set switch, or somebody at its trunk port, would send."""
        self._trunk.send(frame)

    def stop(self) -> None:
        """Stop switching."""
        self._stopped.set()
        self._thread.join()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._trunk, selectors.EVENT_READ, None)
            for vlan, port in self._ports.items():
                waiting.register(port, selectors.EVENT_READ, vlan)
            while not self._stopped.is_set():
                for key, _ in waiting.select(0.1):
                    if key.data is None:
                        self._untag(self._trunk.recv(FRAME_BYTES))
                    else:
                        self._tag(os.read(self._ports[key.data], FRAME_BYTES), key.data)

    def _untag(self, frame: bytes) -> None:
        cards, tag, rest = frame[:_BOTH_CARDS_BYTES], frame[12:16], frame[16:]
        vlan = struct.unpack("!H", tag[2:])[0] & _VLAN_MASK if tag[:2] == _TAGGED else None
        if vlan in self._ports:
            os.write(self._ports[vlan], cards + rest)
        else:
            self.strays[vlan] += 1

    def _tag(self, frame: bytes, vlan: int) -> None:
        tag = _TAGGED + struct.pack("!H", vlan)
        try:
            self._trunk.send(frame[:_BOTH_CARDS_BYTES] + tag + frame[_BOTH_CARDS_BYTES:])
        except BlockingIOError:
            return  # nobody reads: the machine is switched off, and a frame on a dead cable is lost


@contextmanager
def trunk_to(segments: Mapping[int, Neighbour]) -> Iterator[tuple[Card, Switch]]:
    """A card with one cable to a switch that has these VLANs, each with its neighbour on an untagged port."""
    with ExitStack() as stack:
        access = {vlan: stack.enter_context(tap(there)) for vlan, there in segments.items()}
        ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        stack.callback(its.close)
        stack.callback(ours.close)
        ours.setblocking(False)
        switch = Switch(ours, access)
        stack.callback(switch.stop)
        yield Card(f"dgram,local.type=fd,local.str={its.fileno()}", its.fileno()), switch
