"""The rehearsal's second half: a claim file to the terminal and a return file back, through the real relay and smbd."""

import hashlib
import os
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from gateway.claims.summary import Summary
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Direction, Parcel, State
from gateway.relay.places import Places
from gateway.site.model import TerminalShare
from gateway.twin.relay_process import RelayProcess
from gateway.twin.server import Server
from gateway.twin.smbd import USER_ID

ARRIVAL_TIMEOUT_S = 20.0
LOOK_EVERY_S = 0.02


class CarryingError(Exception):
    """A file did not arrive in time; the text says how far it came."""


@dataclass(frozen=True, slots=True)
class Carried:
    """One file's journey. `steps` are the ledger's: the state reached, and the seconds since the one before."""

    name: str
    direction: Direction
    size: int
    digest: str
    identical: bool
    arrived_as: str
    summary: Summary | None
    steps: tuple[tuple[State, float], ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Carrier:
    """What both journeys need: the relay, the terminal's disk, and the names of the folders on its share."""

    relay: RelayProcess
    terminal: Server
    share: TerminalShare

    def claim(self, source: Path) -> Carried:
        """Put the file into 請求/ as staff do; it is on the terminal's disk when its slip is written."""
        content = source.read_bytes()
        places = Places(self.relay.state)
        (places.drop / source.name).write_bytes(content)
        return self._follow(
            Direction.CLAIM, content, lambda parcel: self.terminal.share / self.share.claims / str(parcel.target)
        )

    def returned(self, name: str, content: bytes) -> Carried:
        """Lay a return file on the terminal's disk, as its browser does; it arrives in 返戻/."""
        file = self.terminal.share / self.share.returns / name
        file.write_bytes(content)
        os.chown(file, USER_ID, USER_ID)
        places = Places(self.relay.state)
        return self._follow(Direction.RETURN, content, lambda parcel: places.returns / str(parcel.target))

    def _follow(self, direction: Direction, content: bytes, place: Callable[[Parcel], Path]) -> Carried:
        began = time.monotonic()
        digest = hashlib.sha256(content).hexdigest()
        with closing(Ledger.read(Places(self.relay.state).ledger)) as ledger:
            parcel = self._await_noted(ledger, direction, digest, began + ARRIVAL_TIMEOUT_S)
            steps = [(step.state, step.at) for step in ledger.steps(parcel.id)]
        arrived = place(parcel)
        return Carried(
            name=parcel.name,
            direction=direction,
            size=len(content),
            digest=digest,
            identical=arrived.is_file() and arrived.read_bytes() == content,
            arrived_as=str(parcel.target),
            summary=parcel.summary,
            steps=_durations(parcel.seen_at, steps),
            seconds=time.monotonic() - began,
        )

    def _await_noted(self, ledger: Ledger, direction: Direction, digest: str, deadline: float) -> Parcel:
        latest = "it was not noticed"
        while time.monotonic() < deadline:
            self.relay.check()
            for parcel in ledger.parcels():
                if parcel.direction is direction:
                    latest = f"it is {parcel.state} {' '.join(parcel.reasons)}".strip()
                    if parcel.state is State.NOTED and parcel.digest == digest:
                        return parcel
            time.sleep(LOOK_EVERY_S)
        raise CarryingError(f"the {direction} file did not arrive within {ARRIVAL_TIMEOUT_S:.0f} s: {latest}")


def _durations(start: datetime, steps: list[tuple[State, datetime]]) -> tuple[tuple[State, float], ...]:
    """Seconds until each state was reached; what was recorded within one state counts as reaching the next."""
    reached: list[tuple[State, float]] = []
    before = start
    for state, moment in steps:
        if not reached or reached[-1][0] is not state:
            reached.append((state, (moment - before).total_seconds()))
            before = moment
    return tuple(reached)
