"""The courier: one task for each parcel on its way. It steps, records, acts, and feeds back what came of it."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Protocol

from gateway.journal import tell
from gateway.relay import effects as do
from gateway.relay import messages
from gateway.relay.announce import announce
from gateway.relay.durable import DiskLied
from gateway.relay.effects import Effect
from gateway.relay.errors import Fault
from gateway.relay.events import Event, Failed, Numbered, Restarted, Trouble
from gateway.relay.ledger import Ledger, LedgerBusy, LedgerError
from gateway.relay.pace import Pace
from gateway.relay.parcel import Parcel, State
from gateway.relay.step import Outcome, step


class Acting(Protocol):
    async def act(self, parcel: Parcel, effect: Effect) -> Event | None:
        """Carry out one effect; the event it led to, if any."""


class Courier:
    """Carries parcels until they rest. `group` owns the tasks: a lying disk or a broken ledger in one of them stops the relay."""

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
        self._ledger_silent = False

    @property
    def waiting(self) -> int:
        """Parcels on their way."""
        return len(self._carried)

    @property
    def carried(self) -> tuple[Parcel, ...]:
        """The parcels on their way, as they are now."""
        return tuple(self._carried.values())

    def taking(self, source: bytes) -> bool:
        """Whether a parcel from this source is being taken right now."""
        return any(
            parcel.source == source and parcel.state in {State.SETTLED, State.TAKING}
            for parcel in self._carried.values()
        )

    def carries(self, parcel_id: str) -> bool:
        """Whether the parcel is being carried right now."""
        return parcel_id in self._carried

    def feed(self, parcel: Parcel, event: Event) -> None:
        """Let an event happen to a parcel nobody carries, and carry it on, in a task of its own."""
        if parcel.id in self._carried:
            return
        carrying = self._carry(parcel, event)
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

    def stop(self) -> None:
        """End all tasks where they wait. The ledger knows where to go on."""
        for task in self._tasks:
            task.cancel()

    async def _carry(self, parcel: Parcel, event: Event) -> None:
        try:
            parcel, effects = await self._met(parcel, event)
            while effects:
                effect, *rest = effects
                effects = tuple(rest)
                answer = await self._acted(parcel, effect)
                if answer is not None:
                    parcel, effects = await self._met(parcel, answer)
        except Fault as fault:
            # Not even its mishap could be recorded. The ledger has the step before; the next start tries from there.
            tell(messages.FAULT, parcel=parcel.id, kind=str(fault))
        finally:
            self._carried.pop(parcel.id, None)

    async def _acted(self, parcel: Parcel, effect: Effect) -> Event | None:
        try:
            with one_parcel_s():
                return await self._hands.act(parcel, effect)
        except Fault as fault:
            tell(messages.FAULT, parcel=parcel.id, kind=str(fault))
            return Failed(Trouble.FAULT, jitter=0.0)

    async def _met(self, parcel: Parcel, event: Event) -> Outcome:
        """The parcel after the event, recorded. While the ledger takes no step, time passes and nothing else happens."""
        while True:
            try:
                after, effects = self._stepped_or_faulted(parcel, event)
            except LedgerBusy as error:
                self._ledger_waits(error)
                await asyncio.sleep(self._pace.ledger.total_seconds())
                if isinstance(event, Numbered):
                    return parcel, (do.Number(),)  # while we waited, another parcel may have been given this number
                continue
            self._ledger_waits(None)
            self._carried[parcel.id] = after
            return after, effects

    def _stepped_or_faulted(self, parcel: Parcel, event: Event) -> Outcome:
        try:
            with one_parcel_s():
                return self._stepped(parcel, event)
        except Fault as fault:
            tell(messages.FAULT, parcel=parcel.id, kind=str(fault))
            with one_parcel_s():
                return self._stepped(parcel, Failed(Trouble.FAULT, jitter=0.0))

    def _ledger_waits(self, error: LedgerBusy | None) -> None:
        """Say once that steps wait, and once that they go on."""
        if error is not None and not self._ledger_silent:
            tell(messages.LEDGER_WAITS, cause=str(error))
        elif error is None and self._ledger_silent:
            tell(messages.LEDGER_GOES_ON)
        self._ledger_silent = error is not None

    def _stepped(self, parcel: Parcel, event: Event) -> Outcome:
        """Step, and record before anybody acts on it: intents before, facts after."""
        now = self._clock()
        after, effects = step(parcel, event, now, self._pace)
        if _worth_recording(parcel, after):
            self._ledger.record(after, type(event).__name__, now)
        announce(parcel, after, event)
        return after, effects


@contextmanager
def one_parcel_s() -> Iterator[None]:
    """Make a Fault of what nobody foresaw, so that one file never stops the others.

    A disk that lied and the ledger's own troubles are everybody's: they pass.
    """
    try:
        yield
    except (DiskLied, LedgerError):
        raise
    except Exception as error:
        raise Fault(type(error).__name__) from error


def _worth_recording(before: Parcel, after: Parcel) -> bool:
    """The ledger's part of a life begins with the intent to take; before that the file is its owner's."""
    if before.state in {State.SEEN, State.SETTLED}:
        return after.state is State.TAKING
    return after != before
