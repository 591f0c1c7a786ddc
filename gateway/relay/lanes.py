"""How many parcels carry bytes at once: few, so that memory and threads are bounded, and small ones never behind large ones.

Lanes are kept apart by direction and by side: a terminal that hangs holds up what needs the terminal, and nothing else.
"""

import asyncio
from contextlib import AbstractAsyncContextManager, nullcontext

from gateway.relay import effects as do
from gateway.relay.effects import Effect
from gateway.relay.parcel import Direction, Parcel

SMALL_MOST_BYTES = 8 << 20  # a clinic's claim file has some 1 MB, a large hospital's some 200
SMALL_AT_ONCE = 4
LARGE_AT_ONCE = 1


class Lanes:
    """Semaphores, made when first needed."""

    def __init__(self) -> None:
        self._lanes: dict[tuple[Direction, bool, bool], asyncio.Semaphore] = {}

    def of(self, parcel: Parcel, effect: Effect) -> AbstractAsyncContextManager[None]:
        """What to hold while `effect` runs. Waiting holds nothing, nor does what carries no bytes."""
        terminal = _at_terminal(parcel.direction, effect)
        if terminal is None:
            return nullcontext()
        large = max(parcel.size, parcel.fingerprint.size) > SMALL_MOST_BYTES
        return self._lanes.setdefault(
            (parcel.direction, terminal, large), asyncio.Semaphore(LARGE_AT_ONCE if large else SMALL_AT_ONCE)
        )


def _at_terminal(direction: Direction, effect: Effect) -> bool | None:
    """Whether the effect carries bytes from or to the terminal, or on our own disk (False); None if it carries none."""
    match effect:
        case do.PutVerified() | do.LookAtTarget() | do.LookForTwin():
            return direction is Direction.CLAIM
        case do.Take():
            return direction is Direction.RETURN
        case do.Note():
            return direction is Direction.RETURN
        case do.ErasePlaced():
            return direction is Direction.CLAIM
        case do.LookInSpool() | do.Inspect() | do.ShowHeld() | do.Unshow():
            return False
    return None
