"""A running box among its neighbours, and everything that passes it."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from tests.appliance.container import Box, Disk, booted
from tests.appliance.segments import SEGMENTS, Segment, Surroundings, listening, surroundings

PORT = 445
SSH = 22


@dataclass(frozen=True, slots=True)
class Scene:
    """A box and what stands around it, every neighbour answering on PORT."""

    box: Box
    around: Surroundings

    def passing(self) -> set[tuple[str, str]]:
        """Every (from, to) that passes: between segments in both families, and from each segment to the box's SSH."""
        with ThreadPoolExecutor() as pool:
            answers = pool.map(lambda source: self.around.reached(source, *_targets(source)), SEGMENTS)
        return {(source.name, target) for source, reached in zip(SEGMENTS, answers, strict=True) for target in reached}


def _targets(source: Segment) -> list[str]:
    hosts = [host for other in SEGMENTS if other is not source for host in other.hosts]
    # Echo stands for all that is neither TCP nor UDP: another rule of the guard holds it.
    beyond = [f"{host}|{service}" for host in hosts for service in (PORT, "echo")]
    return beyond + [f"{gateway}|{SSH}" for gateway in source.gateways]


EVERYTHING = {(source.name, target) for source in SEGMENTS for target in _targets(source)}

# What the inventory's example site declares for a receipt PC at .21: the terminal's share, and nothing towards the box.
DECLARED = {("lan", f"192.168.20.10|{PORT}"), ("lan", f"2001:db8:20::10|{PORT}")}


@contextmanager
def scene(kept: Disk, *, unplugged: Segment | None = None, silent: Segment | None = None) -> Iterator[Scene]:
    """Boots `kept` among its neighbours, with its ports as the kernel makes them: down and without addresses.

    Nobody answers in the segment `silent`: its PORT is free for a server of the test's own.
    """
    with ExitStack() as stack:
        around = stack.enter_context(surroundings())
        if unplugged:
            around.unplug(unplugged)
        for neighbour in (there for segment, there in around.neighbours.items() if segment is not silent):
            stack.enter_context(listening(neighbour, PORT))
        yield Scene(stack.enter_context(booted(kept, around.box)), around)


@contextmanager
def forwarding_box(kept: Disk) -> Iterator[Scene]:
    """Boots `kept`, gives every port its addresses and lets the kernel forward, as if no policy were wanted."""
    with scene(kept) as running:
        running.around.address_ports(*SEGMENTS)
        running.around.forward()
        yield running
