"""A whole relay in this process, on folders: everything real but the share, and a hand that may be cut off."""

import asyncio
import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from gateway.claims.reader import Expected
from gateway.claims.site_rules import Place
from gateway.relay.antivirus import Clamd
from gateway.relay.approvals import Approvals
from gateway.relay.arrivals import Arrivals
from gateway.relay.clearing import Clearing
from gateway.relay.clock import Clocks
from gateway.relay.collector import Collector, sweep
from gateway.relay.courier import Acting, Courier
from gateway.relay.directory import DirectoryShelf
from gateway.relay.effects import Effect
from gateway.relay.events import Event
from gateway.relay.hands import Hands
from gateway.relay.ledger import Ledger
from gateway.relay.notes import Notes
from gateway.relay.pace import Pace
from gateway.relay.parcel import Direction, Parcel, State
from gateway.relay.places import Places
from gateway.relay.presence import Presence
from gateway.relay.retention import expired
from gateway.relay.route import Route
from gateway.relay.shelf import Shelf
from gateway.relay.slip import Letterhead
from gateway.relay.spool import Spool
from gateway.site.model import Contact, Responsible, Retention, Returns, TerminalShare

T = TypeVar("T")

QUICK = Pace(
    settle=timedelta(0),
    incomplete=timedelta(0),
    scan=timedelta(seconds=1),
    poll=timedelta(seconds=1),
    retry_first=timedelta(milliseconds=1),
    retry_most=timedelta(milliseconds=5),
    ledger=timedelta(milliseconds=5),
    deadline=timedelta(seconds=5),
)
REST_TIMEOUT_S = 20.0
HEAD = Letterhead(
    "若葉クリニック",
    Responsible(
        system_manager=Contact(name="院長室", phone="03-0000-0000"),
        vendor=Contact(name="保守窓口", phone="03-0000-0001"),
    ),
    ("山田",),
)
EXPECTED = {
    Direction.CLAIM: Expected(Place("0000000", "12")),
    Direction.RETURN: Expected(carry=Returns().patterns),
}
SHARE = TerminalShare.model_validate(
    {"smb": {"server": "192.168.20.10", "user": "relay", "password_file": "credentials/terminal"}}
)


class PowerCut(BaseException):
    """The test ends the relay here, with nothing more written; no handler of ours may catch it."""


@dataclass
class CuttableHands:
    """Real hands; before or after the n-th effect the power goes. `effects` names what was begun."""

    hands: Acting
    cut_at: int | None = None
    after: bool = False
    effects: list[str] = field(default_factory=list)

    async def act(self, parcel: Parcel, effect: Effect) -> Event | None:
        self.effects.append(type(effect).__name__)
        at = len(self.effects) == self.cut_at
        if at and not self.after:
            raise PowerCut
        event = await self.hands.act(parcel, effect)
        if at:
            raise PowerCut
        return event


class Fuse:
    """Counts what it guards; at the n-th the power goes, with the act done and its answer lost."""

    def __init__(self, blows_at: int | None = None) -> None:
        self.count = 0
        self._blows_at = blows_at

    def burn(self) -> None:
        self.count += 1
        if self.count == self._blows_at:
            raise PowerCut


class FusedShelf(DirectoryShelf):
    """A folder whose every operation may be the last."""

    def __init__(self, root: Path, fuse: Fuse) -> None:
        super().__init__(root, QUICK.deadline)
        self._fuse = fuse

    async def _do(self, work: Callable[[int], T]) -> T:
        result = await super()._do(work)
        self._fuse.burn()
        return result


class Rig:
    """A relay below `place`: `state` is its own, `share` the terminal's disk."""

    rounds = 1
    """How often it looks around; a file that a restart forgets is seen in the next."""

    retention: Retention | None = None
    """Whether what is over its time is erased once everything rests."""

    def __init__(self, place: Path, *, after: str = "move", carry: tuple[str, ...] = ()) -> None:
        self.places = Places(place / "state")
        self.places.prepare(HEAD.releasers)
        self.share = place / "share"
        for name in ("claims", "returns"):
            (self.share / name).mkdir(parents=True, exist_ok=True)
        self.returns = Returns.model_validate({"after": after})
        claims = EXPECTED[Direction.CLAIM]
        self.expected = EXPECTED | {Direction.CLAIM: Expected(claims.place, carry=carry)}
        self.clocks = _ticking()
        self.hands: CuttableHands | None = None
        self.scanner: Clamd | None = None

    def drop(self, name: str, content: bytes) -> Path:
        file = self.places.drop / name
        file.write_bytes(content)
        return file

    def carry(self, *, cut_at: int | None = None, after: bool = False, fuse: Fuse | None = None) -> None:
        """One life of the relay: resume, look around, carry until everything rests. PowerCut ends it anywhere."""
        asyncio.run(self._carry(cut_at, after, fuse or Fuse()))

    def ledger(self) -> Ledger:
        return Ledger.read(self.places.ledger)

    def parcels(self) -> list[Parcel]:
        with self.ledger() as ledger:
            return [parcel for parcel in ledger.parcels() if parcel.state is not State.FORGOTTEN]

    def delivered(self) -> dict[str, bytes]:
        """What lies in the terminal's claims folder, by path."""
        return _files(self.share / "claims")

    def brought(self) -> dict[str, bytes]:
        """What lies in 返戻, by path."""
        return _files(self.places.returns)

    def kept(self) -> dict[str, bytes]:
        """What lies in 配達済み, by path."""
        return _files(self.places.delivered)

    def held(self) -> dict[str, bytes]:
        """What lies in 保留, by path."""
        return _files(self.places.held)

    def _terminal(self, fuse: Fuse) -> Shelf:
        """The terminal's side of the relay."""
        return FusedShelf(self.share, fuse)

    async def _carry(self, cut_at: int | None, after: bool, fuse: Fuse) -> None:
        cut = False
        with Ledger.open(self.places.ledger) as ledger:
            people = FusedShelf(self.places.root, fuse)
            terminal = self._terminal(fuse)
            notes = Notes(people, ledger, HEAD, self.clocks.wall)
            spool = Spool(self.places.spool, self.places.drop)
            route = Route(people, terminal, SHARE, self.returns)
            hands = Hands(
                spool=spool,
                ledger=ledger,
                route=route,
                notes=notes,
                clearing=Clearing(self.places, route),
                presence=Presence(asleep_is_normal=True),
                expected=self.expected,
                clock=self.clocks.wall,
                jitter=lambda: 0.0,
                scanner=self.scanner,
            )
            self.hands = CuttableHands(hands, cut_at, after)
            try:
                async with asyncio.TaskGroup() as group:
                    courier = Courier(ledger, self.hands, QUICK, group, self.clocks.wall)
                    arrivals = Arrivals(
                        places=self.places,
                        courier=courier,
                        hands=self.hands,
                        notes=notes,
                        expected=self.expected[Direction.CLAIM],
                        pace=QUICK,
                        clocks=self.clocks,
                    )
                    approvals = Approvals(
                        places=self.places,
                        people=people,
                        ledger=ledger,
                        courier=courier,
                        notes=notes,
                        pace=QUICK,
                        clocks=self.clocks,
                        releasers=HEAD.releasers,
                    )
                    collector = Collector(route, courier, ledger, QUICK, self.clocks, spool=self.places.spool)
                    await sweep(people, ledger)
                    spool.sweep(ledger)
                    courier.resume()
                    for _ in range(self.rounds):
                        for _ in range(2):  # once to see, once more to find it settled
                            await arrivals.look()
                            await approvals.look()
                            await collector.poll()
                        await rest(courier)
                        await collector.poll()
                        await rest(courier)
                    for _ in range(2 if self.retention else 0):  # our own copy first, then what was placed
                        for parcel, event in expired(ledger, self.retention or Retention(), self.clocks.wall()):
                            courier.feed(parcel, event)
                        await rest(courier)
            except* PowerCut:
                cut = True
        if cut:
            raise PowerCut


async def rest(courier: Courier) -> None:
    """Wait until nothing is on its way."""
    deadline = time.monotonic() + REST_TIMEOUT_S
    while courier.waiting:
        if time.monotonic() > deadline:
            raise TimeoutError(f"{courier.waiting} parcels did not come to rest")
        await asyncio.sleep(0.002)


def _ticking() -> Clocks:
    """Clocks that move a second each time they are asked: the 8th of November 2026, 23:10 in Japan, and on."""
    start = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)
    ticks = itertools.count()

    def tick() -> datetime:
        return start + timedelta(seconds=next(ticks))

    steady: Callable[[], datetime] = tick
    return Clocks(tick, steady)


def _files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}
