"""From first sight to taking, with a clock in the test's hand."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.journal import configure
from gateway.relay import drop
from gateway.relay.arrivals import Arrivals
from gateway.relay.clearing import Clearing
from gateway.relay.clock import Clocks
from gateway.relay.courier import Courier
from gateway.relay.directory import DirectoryShelf
from gateway.relay.hands import Hands
from gateway.relay.ledger import Ledger
from gateway.relay.notes import Notes
from gateway.relay.pace import Pace
from gateway.relay.parcel import Direction
from gateway.relay.presence import Presence
from gateway.relay.room import FILE_MOST_BYTES
from gateway.relay.route import Route
from gateway.relay.spool import Spool
from tests.claims.synthetic import claim_file, receipt
from tests.relay.rig import HEAD, QUICK, SHARE, Rig, rest

PACE = Pace(settle=timedelta(seconds=5), incomplete=timedelta(minutes=10))


class Watching:
    """Arrivals on a rig's folders."""

    def __init__(self, rig: Rig, courier: Courier, arrivals: Arrivals) -> None:
        self.rig = rig
        self.courier = courier
        self.arrivals = arrivals
        self.now = datetime(2026, 11, 8, 14, 10, tzinfo=UTC)

    async def after(self, seconds: float) -> list[str]:
        """Look again after so many seconds; the names still lying in 請求."""
        self.now += timedelta(seconds=seconds)
        await self.arrivals.look()
        await rest(self.courier)
        return sorted(file.name for file in self.rig.places.drop.rglob("*") if file.is_file())

    async def after_looking(self, times: int) -> None:
        for _ in range(times):
            await self.arrivals.look()


def watched(tmp_path: Path, work: Callable[[Watching], Awaitable[None]]) -> None:
    """Run `work` with arrivals whose clock only it moves. The terminal's share is a folder that takes everything."""

    async def whole() -> None:
        rig = Rig(tmp_path)
        people = DirectoryShelf(rig.places.root, QUICK.deadline)
        watching: Watching
        clocks = Clocks(lambda: watching.now, lambda: watching.now)
        with Ledger.open(rig.places.ledger) as ledger:
            notes = Notes(people, ledger, HEAD, clocks.wall)
            route = Route(people, DirectoryShelf(rig.share, QUICK.deadline), SHARE, rig.returns)
            hands = Hands(
                spool=Spool(rig.places.spool, rig.places.drop),
                ledger=ledger,
                route=route,
                notes=notes,
                clearing=Clearing(rig.places, route),
                presence=Presence(asleep_is_normal=True),
                expected=rig.expected,
                clock=clocks.wall,
                jitter=lambda: 0.0,
            )
            async with asyncio.TaskGroup() as group:
                courier = Courier(ledger, hands, QUICK, group, clocks.wall)
                arrivals = Arrivals(
                    places=rig.places,
                    courier=courier,
                    hands=hands,
                    notes=notes,
                    expected=rig.expected[Direction.CLAIM],
                    pace=PACE,
                    clocks=clocks,
                )
                watching = Watching(rig, courier, arrivals)
                await work(watching)

    asyncio.run(whole())


def test_a_whole_file_is_taken_after_five_quiet_seconds(tmp_path: Path) -> None:
    async def work(watching: Watching) -> None:
        watching.rig.drop("RECEIPTC.UKE", claim_file())
        assert await watching.after(0) == ["RECEIPTC.UKE"]
        assert await watching.after(4.9) == ["RECEIPTC.UKE"]
        assert await watching.after(0.1) == []

    watched(tmp_path, work)


def test_every_change_starts_the_quiet_time_again(tmp_path: Path) -> None:
    async def work(watching: Watching) -> None:
        for points in range(100, 105):
            watching.rig.drop("RECEIPTC.UKE", claim_file(receipt(1, points=points), trailer=f"GO,1,{points},99"))
            assert await watching.after(4.9) == ["RECEIPTC.UKE"]
        assert await watching.after(5) == []

    watched(tmp_path, work)


@pytest.mark.parametrize("content", [b"", claim_file(trailer=None), claim_file(trailer=None) + bytes(500)])
def test_an_incomplete_file_may_become_whole_for_ten_minutes(tmp_path: Path, content: bytes) -> None:
    async def work(watching: Watching) -> None:
        watching.rig.drop("RECEIPTC.UKE", content)
        assert await watching.after(0) == ["RECEIPTC.UKE"]
        assert await watching.after(599) == ["RECEIPTC.UKE"]
        assert await watching.after(1) == []

    watched(tmp_path, work)


def test_the_better_one_is_taken_as_soon_as_it_rests(tmp_path: Path) -> None:
    async def work(watching: Watching) -> None:
        watching.rig.drop("RECEIPTC.UKE", claim_file(trailer=None))
        await watching.after(0)
        await watching.after(300)
        watching.rig.drop("RECEIPTC.UKE", claim_file())
        assert await watching.after(0) == ["RECEIPTC.UKE"]
        assert await watching.after(5) == []

    watched(tmp_path, work)


def test_a_file_somebody_still_writes_is_left_to_them(tmp_path: Path) -> None:
    async def work(watching: Watching) -> None:
        file = watching.rig.drop("RECEIPTC.UKE", claim_file())
        with file.open("ab"):
            await watching.after(0)
            assert await watching.after(60) == ["RECEIPTC.UKE"]
        assert await watching.after(1) == ["RECEIPTC.UKE"]
        assert await watching.after(5) == []

    watched(tmp_path, work)


def test_a_file_taken_away_again_is_no_parcel(tmp_path: Path) -> None:
    async def work(watching: Watching) -> None:
        file = watching.rig.drop("RECEIPTC.UKE", claim_file())
        await watching.after(0)
        file.unlink()
        await watching.after(10)
        assert watching.rig.parcels() == []

    watched(tmp_path, work)


def test_a_file_no_clinic_makes_is_left_where_it_is_with_a_word(tmp_path: Path) -> None:
    async def work(watching: Watching) -> None:
        file = watching.rig.places.drop / "huge.UKE"
        with file.open("wb") as huge:
            huge.truncate(FILE_MOST_BYTES + 1)
        assert await watching.after(0) == ["huge.UKE"]
        assert await watching.after(3600) == ["huge.UKE"]
        assert watching.rig.parcels() == []
        (note,) = watching.rig.held().values()
        assert "1 GiB を超えるファイル" in note.decode()

    watched(tmp_path, work)


def test_a_drop_that_cannot_be_read_is_said_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configure()

    async def work(watching: Watching) -> None:
        watching.rig.places.drop.rename(tmp_path / "away")
        await watching.after_looking(3)

    watched(tmp_path, work)

    assert capsys.readouterr().err == "error: the claims folder cannot be read: ENOENT\n"


def test_a_file_whose_reading_meets_an_error_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What nobody foresaw about one file holds that file, after it is taken; the relay and the others go on."""

    def stumble(*_arguments: object) -> bool:
        raise ValueError("text out of a patient's file")

    rig = Rig(tmp_path)
    rig.drop("RECEIPTC.UKE", claim_file())
    with monkeypatch.context() as patched:
        patched.setattr(drop, "is_whole", stumble)
        rig.carry()
    assert len(rig.delivered()) == 1
