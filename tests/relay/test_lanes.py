import asyncio
from dataclasses import replace

import pytest

from gateway.relay import effects as do
from gateway.relay.effects import Effect
from gateway.relay.lanes import LARGE_AT_ONCE, SMALL_AT_ONCE, SMALL_MOST_BYTES, Lanes
from gateway.relay.parcel import Direction, Fingerprint, Parcel
from tests.relay.test_ledger import parcel

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
