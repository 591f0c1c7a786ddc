"""One life of the relay on a world: laid on a real disk, carried until everything rests, and read back."""

import asyncio
import itertools
import shutil
import sqlite3
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.relay import courier
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Parcel, State
from gateway.relay.shelf import Shelf
from tests.relay.powercut.disk import LEDGER, Commit, Disk, Effect, lay, scan
from tests.relay.powercut.door import Door, Forgets, Log
from tests.relay.powercut.terminal import ModelShelf, Share
from tests.relay.rig import Fuse, PowerCut, Rig

SHARE = -1
RECORDED_MOST = 1000
LEDGERS_KEPT = 200


@dataclass(frozen=True)
class World:
    """Everything that outlives the relay. `local` is the relay's folder in `disk`, SHARE the terminal's.

    Attributes:
        lives: how many the relay has had; parcels of each life have ids of their own.
        temporaries: every name ever made on the share, in order.
    """

    disk: Disk
    local: int
    ledger: bytes
    lives: int = 0
    temporaries: tuple[str, ...] = ()

    @cached_property
    def parcels(self) -> tuple[Parcel, ...]:
        """What the ledger says."""
        return _parcels(self.ledger)

    @cached_property
    def key(self) -> str:
        """Equal for worlds that no relay could tell apart: times and the inodes of local files aside."""
        told = [
            (*(getattr(parcel, name) for name in _TOLD), parcel.seen_at.isoformat()[:13]) for parcel in self.parcels
        ]
        seen = (self.disk.shape(self.local), self.disk.shape(SHARE), told, self.temporaries)
        return sha256(repr(seen).encode()).hexdigest()

    @property
    def on_relay(self) -> dict[str, bytes]:
        """Files below the relay's folder."""
        return self.disk.found(self.local)

    @property
    def on_share(self) -> dict[str, bytes]:
        """Files on the terminal's share."""
        return self.disk.found(SHARE)


_TOLD = (
    "id", "state", "digest", "number", "target", "attempt", "reasons", "duplicate", "shown", "name",
)  # fmt: skip


@dataclass(frozen=True)
class Broken:
    """How a mutant's relay differs: effects it leaves out, steps it does not record, or nothing at all."""

    forgets: Forgets | None = None
    unrecorded: frozenset[State] = frozenset()


WHOLE = Broken()


@dataclass(frozen=True)
class Lived:
    """A life: the world it began in, what it did in order, and the world as it left it."""

    began: World
    effects: list[Effect]
    ended: World


def live(world: World, place: Path, *, broken: Broken = WHOLE, killed_at: int | None = None) -> Lived:
    """Let a relay live in `world` until everything rests; `place` is scratch room.

    With `killed_at` SIGKILL meets it with that effect, and it starts again at once: what it left open is still open.
    """
    shutil.rmtree(place, ignore_errors=True)
    try:
        return _Life(place, world).lived(Log(killed_at), broken)
    finally:
        shutil.rmtree(place)


class _Life(Rig):
    """A rig on a laid disk, with the model of a terminal."""

    rounds = 2

    def __init__(self, place: Path, world: World) -> None:
        relay = place / "state" / "relay"
        lay(world.disk, world.local, relay)
        (relay / LEDGER).write_bytes(world.ledger)
        super().__init__(place)
        self._world = world
        self._modelled: Share | None = None

    def lived(self, log: Log, broken: Broken) -> Lived:
        disk = Disk({}, {})
        local = scan(self.places.root, disk)
        _take_over(self._world.disk, disk, SHARE)
        began = replace(self._world, disk=disk, local=local)
        self._modelled = Share(disk.copy(), SHARE, log.note, broken.forgets)
        with Door(self.places.root, log, broken.forgets).watched(), _ids(began.lives), _recording(broken.unrecorded):
            try:
                asyncio.run(self._inline())
            except PowerCut:
                self._modelled.opened.clear()
                asyncio.run(self._inline())
        ended = Disk({}, {})
        local = scan(self.places.root, ended)
        _take_over(self._modelled.disk, ended, SHARE)
        temporaries = (*began.temporaries, *self._modelled.created)
        ledger = next((one.ledger for one in reversed(log.effects) if isinstance(one, Commit)), began.ledger)
        return Lived(began, log.effects, World(ended, local, ledger, began.lives + 1, temporaries))

    async def _inline(self) -> None:
        asyncio.get_running_loop().set_default_executor(_Inline(1))
        await self._carry(None, after=False, fuse=Fuse())

    def _terminal(self, _fuse: Fuse) -> Shelf:
        assert self._modelled is not None
        return ModelShelf(self._modelled)


class _Inline(ThreadPoolExecutor):
    """Does at once what is given to it: one order of effects, the same in every run."""

    def submit(self, function: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*args, **kwargs))
        except BaseException as error:  # noqa: BLE001 - the power may go inside, and the caller must see it
            future.set_exception(error)
        return future


@contextmanager
def _ids(life: int) -> Iterator[None]:
    """Parcel ids that are the same in every run."""
    numbers = itertools.count()
    really = uuid.uuid4
    uuid.uuid4 = lambda: uuid.UUID(f"{next(numbers):04x}{life:02x}{0:026x}")
    try:
        yield
    finally:
        uuid.uuid4 = really


@contextmanager
def _recording(unrecorded: frozenset[State]) -> Iterator[None]:
    """A broken courier does not tell the ledger that a parcel reached one of these states."""
    really = courier._worth_recording

    def worth_recording(before: Parcel, after: Parcel) -> bool:
        return after.state not in unrecorded and really(before, after)

    courier._worth_recording = worth_recording
    try:
        yield
    finally:
        courier._worth_recording = really


def _take_over(source: Disk, target: Disk, root: int) -> None:
    """Copy what lies below `root`, numbers and all."""
    target.folders[root] = dict(source.folders[root])
    for _, number in source.walk(root):
        if number in source.folders:
            target.folders[number] = dict(source.folders[number])
        else:
            target.files[number] = source.files.get(number, b"")


@lru_cache(maxsize=LEDGERS_KEPT)
def _parcels(ledger: bytes) -> tuple[Parcel, ...]:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    try:
        # The header says WAL, which a database in memory cannot be (https://sqlite.org/fileformat.html, offsets 18, 19).
        connection.deserialize(ledger[:18] + b"\x01\x01" + ledger[20:])
        with Ledger(connection) as opened:
            return tuple(sorted(opened.parcels(RECORDED_MOST), key=lambda parcel: parcel.id))
    finally:
        connection.close()
