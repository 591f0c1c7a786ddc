"""The courier: one task for each parcel on its way. It steps, records, acts, and feeds back what came of it."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from gateway.journal import tell
from gateway.relay import messages
from gateway.relay.announce import announce
from gateway.relay.effects import Effect
from gateway.relay.events import Event, Restarted
from gateway.relay.ledger import Ledger
from gateway.relay.pace import Pace
from gateway.relay.parcel import Parcel, State
from gateway.relay.step import step


class Acting(Protocol):
    async def act(self, parcel: Parcel, effect: Effect) -> Event | None:
        """Carry out one effect; the event it led to, if any."""


class Courier:
    """Carries parcels until they rest. `group` owns the tasks: what stops one of them stops the relay."""

    def __init__(
        self, ledger: Ledger, hands: Acting, pace: Pace, group: asyncio.TaskGroup, clock: Callable[[], datetime]
    ) -> None:
        self._ledger = ledger
        self._hands = hands
        self._pace = pace
        self._group = group
        self._clock = clock
        self._carried: dict[str, Parcel] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """Parcels on their way."""
        return len(self._carried)

    def taking(self, source: bytes) -> bool:
        """Whether a parcel from this source is being taken right now."""
        return any(
            parcel.source == source and parcel.state in {State.SETTLED, State.TAKING}
            for parcel in self._carried.values()
        )

    def begin(self, parcel: Parcel, effects: tuple[Effect, ...]) -> None:
        """Carry a parcel from here on, in a task of its own."""
        carrying = self._carry(parcel, effects)
        try:
            task = self._group.create_task(carrying, name=f"parcel {parcel.id}")
        except RuntimeError:
            # The group is ending because a task failed; the parcel waits in the ledger for the next start.
            carrying.close()
            return
        self._carried[parcel.id] = parcel
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def resume(self) -> None:
        """Go on with everything the ledger says is unfinished."""
        for parcel in self._ledger.unfinished():
            tell(messages.RECOVERED, parcel=parcel.id, state=parcel.state)
            self.feed(parcel, Restarted())

    def feed(self, parcel: Parcel, event: Event) -> None:
        """Let an event happen to a parcel nobody carries, and carry it on."""
        self.begin(*self._stepped(parcel, event))

    def stop(self) -> None:
        """End all tasks where they wait. The ledger knows where to go on."""
        for task in self._tasks:
            task.cancel()

    async def _carry(self, parcel: Parcel, effects: tuple[Effect, ...]) -> None:
        try:
            while effects:
                effect, *rest = effects
                effects = tuple(rest)
                event = await self._hands.act(parcel, effect)
                if event is not None:
                    parcel, effects = self._stepped(parcel, event)
                    self._carried[parcel.id] = parcel
        finally:
            self._carried.pop(parcel.id, None)

    def _stepped(self, parcel: Parcel, event: Event) -> tuple[Parcel, tuple[Effect, ...]]:
        """Step, and record before anybody acts on it: intents before, facts after."""
        now = self._clock()
        after, effects = step(parcel, event, now, self._pace)
        if _worth_recording(parcel, after):
            self._ledger.record(after, type(event).__name__, now)
        announce(parcel, after, event)
        return after, effects


def _worth_recording(before: Parcel, after: Parcel) -> bool:
    """The ledger's part of a life begins with the intent to take; before that the file is its owner's."""
    if before.state in {State.SEEN, State.SETTLED}:
        return after.state is State.TAKING
    return after != before
