"""A machine among its neighbours: what it is plugged into, watched from before it has power."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.appliance.segments import Namespace, Segment, configure, listening, namespace
from tests.vm.image import Disk
from tests.vm.kernel import Kernel
from tests.vm.machine import Machine, switched_on
from tests.vm.watch import Watch, watching
from tests.vm.wires import Card, Neighbour, Switch, card_address, neighbour, plugged_into, trunk_to

SITE_FILE = "/etc/claim-gateway/site.yaml"
PORT = 445


@dataclass(frozen=True, slots=True)
class Cabling:
    """Which of the box's cards goes where, in their order: a segment of its own, or a trunk with a segment per VLAN."""

    cards: tuple[Segment | Mapping[int, Segment], ...]

    @property
    def segments(self) -> tuple[Segment, ...]:
        """All of them."""
        return tuple(
            segment for plug in self.cards for segment in ((plug,) if isinstance(plug, Segment) else plug.values())
        )

    @property
    def addresses(self) -> dict[Segment, str]:
        """The hardware address of the box's port on each segment."""
        return {
            segment: card_address(number)
            for number, plug in enumerate(self.cards)
            for segment in ((plug,) if isinstance(plug, Segment) else plug.values())
        }


@dataclass(slots=True)
class Scene:
    """The cabling with a neighbour on every segment; the machine is switched on and off as the test says."""

    booting: Kernel
    disk: Disk
    box: Namespace
    """Where QEMU runs: it has no network of its own."""
    neighbours: dict[Segment, Neighbour]
    cards: tuple[Card, ...]
    watch: Watch
    switches: tuple[Switch, ...] = field(default=())

    @contextmanager
    def booted(self, *options: str) -> Iterator[Machine]:
        """Power, until systemd has started everything; then, or on failure, none."""
        with switched_on(self.booting, self.disk, self.cards, self.box, *options) as machine:
            machine.until_booted()
            yield machine


@contextmanager
def scene(booting: Kernel, kept: Disk, cabling: Cabling, site: Path, beyond: Sequence[str] = ()) -> Iterator[Scene]:
    """The neighbours stand and send, to each other and `beyond`; the machine is off, with `site` as its site file."""
    kept.write(SITE_FILE, site.read_bytes())
    for name, content in _as_installed(cabling):
        kept.write(f"/etc/systemd/network/{name}", content.encode())
    with ExitStack() as stack:
        box = stack.enter_context(namespace())
        neighbours = {segment: stack.enter_context(neighbour(segment.name)) for segment in cabling.segments}
        cards: list[Card] = []
        switches: list[Switch] = []
        for plug in cabling.cards:
            if isinstance(plug, Segment):
                cards.append(stack.enter_context(plugged_into(neighbours[plug])))
            else:
                ports = {vlan: neighbours[segment] for vlan, segment in plug.items()}
                card, switch = stack.enter_context(trunk_to(ports))
                cards.append(card)
                switches.append(switch)
        for segment, there in neighbours.items():
            configure(there, segment)
            stack.enter_context(listening(there, PORT))
        watch = stack.enter_context(watching(neighbours, cabling.addresses, beyond))
        yield Scene(booting, kept, box, neighbours, tuple(cards), watch, tuple(switches))


def _as_installed(cabling: Cabling) -> Iterator[tuple[str, str]]:
    """What whoever installed Debian might have left: networkd brings every port up with its addresses before there is a site."""
    for number, plug in enumerate(cabling.cards):
        if isinstance(plug, Segment):
            yield f"10-{plug.port}.network", _network(plug.port, "".join(f"Address={one}\n" for one in plug.box))
            continue
        trunk = f"eth{number}"
        yield f"10-{trunk}.network", _network(trunk, "".join(f"VLAN={segment.port}\n" for segment in plug.values()))
        for vlan, segment in plug.items():
            yield f"10-{segment.port}.netdev", f"[NetDev]\nName={segment.port}\nKind=vlan\n\n[VLAN]\nId={vlan}\n"
            yield (
                f"10-{segment.port}.network",
                _network(segment.port, "".join(f"Address={one}\n" for one in segment.box)),
            )


def _network(port: str, lines: str) -> str:
    return f"[Match]\nName={port}\n\n[Network]\n{lines}LinkLocalAddressing=ipv6\nIPv6AcceptRA=no\n"
