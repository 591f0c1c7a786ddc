import asyncio
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay import effects as do
from gateway.relay.directory import VerifiedFile
from gateway.relay.effects import Effect
from gateway.relay.lanes import LARGE_AT_ONCE, SMALL_AT_ONCE, SMALL_MOST_BYTES, Lanes
from gateway.relay.parcel import Direction, Fingerprint, Parcel, State
from gateway.relay.shelf import Shelf
from gateway.relay.two_lanes import TwoLanes
from tests.claims.synthetic import claim_file
from tests.relay.rig import Fuse, FusedShelf, Rig
from tests.relay.test_ledger import parcel

SMALL_CLAIMS = SMALL_AT_ONCE + 1
HANGS_MOST_S = 10.0
SMALL, LARGE = parcel(1, size=1000), parcel(2, size=SMALL_MOST_BYTES + 1)


class Road:
    """Carries as long as `open` is not set, and counts who is on it."""

    def __init__(self) -> None:
        self.lanes = Lanes()
        self.open = asyncio.Event()
        self.on = 0
        self.most = 0

    async def carry(self, one: Parcel, effect: Effect) -> None:
        async with self.lanes.of(one, effect):
            self.on += 1
            self.most = max(self.most, self.on)
            await self.open.wait()
            self.on -= 1


async def _turns() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize(("one", "at_once"), [(SMALL, SMALL_AT_ONCE), (LARGE, LARGE_AT_ONCE)], ids=["small", "large"])
def test_few_parcels_carry_bytes_at_once(one: Parcel, at_once: int) -> None:
    async def work() -> None:
        road = Road()
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(road.carry(one, do.PutVerified()))
            await _turns()
            road.open.set()
        assert road.most == at_once

    asyncio.run(work())


@pytest.mark.parametrize(
    ("blocked", "free"),
    [
        ((LARGE, do.PutVerified()), (SMALL, do.PutVerified())),
        ((SMALL, do.PutVerified()), (SMALL, do.Inspect())),
        ((SMALL, do.PutVerified()), (replace(SMALL, direction=Direction.RETURN), do.Take())),
        ((SMALL, do.PutVerified()), (SMALL, do.Publish())),
    ],
    ids=["small-beside-large", "our-disk-beside-the-terminal", "the-other-direction", "a-rename-carries-nothing"],
)
def test_who_is_held_up_does_not_hold_up_others(blocked: tuple[Parcel, Effect], free: tuple[Parcel, Effect]) -> None:
    async def work() -> None:
        road = Road()
        async with asyncio.TaskGroup() as group:
            for _ in range(SMALL_AT_ONCE):
                group.create_task(road.carry(*blocked))
            await _turns()
            async with asyncio.timeout(1), road.lanes.of(*free):
                pass
            road.open.set()

    asyncio.run(work())


def test_a_return_s_size_is_known_before_it_is_taken() -> None:
    listed = replace(SMALL, size=0, fingerprint=Fingerprint(SMALL_MOST_BYTES + 1, "x"), direction=Direction.RETURN)
    lanes = Lanes()

    assert lanes.of(listed, do.Take()) is not lanes.of(replace(SMALL, direction=Direction.RETURN), do.Take())


class HangingShelf(FusedShelf):
    """A connection that carries one claim at a time, and each only when `may` says so."""

    def __init__(self, root: Path, fuse: Fuse, may: Callable[[Path], bool]) -> None:
        super().__init__(root, fuse)
        self._may = may
        self._one = asyncio.Lock()

    async def put_verified(self, source: Path, temporary: PurePosixPath, digest: str) -> VerifiedFile:
        async with self._one:
            deadline = time.monotonic() + HANGS_MOST_S
            while not self._may(source):
                if time.monotonic() > deadline:
                    raise TimeoutError("nothing passed the claim that hangs")
                await asyncio.sleep(0.002)
        return await super().put_verified(source, temporary, digest)


class HangingRig(Rig):
    """A whole relay on a terminal that hangs: for large claims until everything small has passed, or for all claims."""

    def __init__(self, place: Path, *, small_too: bool) -> None:
        super().__init__(place, carry=("*.bin",))
        self._small_too = small_too

    def _terminal(self, fuse: Fuse) -> Shelf:
        small, large = (HangingShelf(self.share, fuse, self._may) for _ in range(2))
        return TwoLanes(small, large)

    def _may(self, source: Path) -> bool:
        if source.stat().st_size <= SMALL_MOST_BYTES:
            return bool(self.brought()) if self._small_too else True
        return bool(self.brought()) and sum(name.endswith(".UKE") for name in self.delivered()) == SMALL_CLAIMS


@pytest.mark.parametrize(
    ("small_too", "large"), [(False, SMALL_AT_ONCE), (True, 0)], ids=["large-claims-hang", "every-claim-hangs"]
)
def test_small_claims_and_returns_pass_what_hangs(tmp_path: Path, small_too: bool, large: int) -> None:
    rig = HangingRig(tmp_path, small_too=small_too)
    for number in range(large):
        rig.drop(f"A{number}.bin", bytes(range(256)) * (SMALL_MOST_BYTES // 256 + 1))
    for number in range(SMALL_CLAIMS):
        rig.drop(f"RECEIPT{number}.UKE", claim_file())
    (rig.share / "returns" / "RECEIPTC.HEN").write_bytes(b"x")

    rig.carry()  # what waited for the one that hangs would never rest

    assert [parcel.state for parcel in rig.parcels()] == [State.NOTED] * (large + SMALL_CLAIMS + 1)
