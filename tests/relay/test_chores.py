"""What comes due by the calendar, on a rig's folders and ledger with a clock only the test moves."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.relay.chores import Chores
from gateway.relay.clock import Clocks
from gateway.relay.courier import Courier
from gateway.relay.directory import DirectoryShelf
from gateway.relay.effects import Effect
from gateway.relay.events import Event
from gateway.relay.ledger import Ledger
from gateway.relay.parcel import Parcel, State
from gateway.relay.presence import Presence
from gateway.site.load import load_site
from tests.relay.rig import HEAD, QUICK, Rig, rest
from tests.relay.test_ledger import parcel

SITE = load_site(Path(__file__).parents[2] / "configs" / "ip-vpn-combined.yaml")
START = datetime(2026, 11, 1, 0, 0, tzinfo=UTC)


class Idle:
    """Hands that note what they were asked and do nothing."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, str]] = []

    async def act(self, parcel: Parcel, effect: Effect) -> Event | None:
        self.asked.append((parcel.number, type(effect).__name__))
        return None


class Day:
    def __init__(self, rig: Rig, ledger: Ledger) -> None:
        self.rig = rig
        self.ledger = ledger
        self.now = START
        self.jumped = timedelta(0)
        self.hands = Idle()
        self.chores: Chores
        self.courier: Courier

    async def at(self, moment: str) -> None:
        """A look at this moment of November 2026, Japan's clock."""
        self.now = datetime.fromisoformat(f"2026-11-{moment}+09:00")
        await self.chores.look()
        await rest(self.courier)

    @property
    def notice(self) -> str:
        return (self.rig.places.drop.parent / "お知らせ.txt").read_bytes().decode("utf-8-sig")


def lived(place: Path, work: Callable[[Day], Awaitable[None]]) -> None:
    async def whole() -> None:
        rig = Rig(place)
        assert SITE.relay is not None
        with Ledger.open(rig.places.ledger, START) as ledger:
            day = Day(rig, ledger)
            clocks = Clocks(lambda: day.now + day.jumped, lambda: day.now)
            async with asyncio.TaskGroup() as group:
                day.courier = Courier(ledger, day.hands, QUICK, group, clocks.wall)
                day.chores = Chores(
                    site=SITE,
                    declared=SITE.relay,
                    places=rig.places,
                    people=DirectoryShelf(rig.places.root, QUICK.deadline),
                    ledger=ledger,
                    courier=day.courier,
                    presence=Presence(asleep_is_normal=True),
                    head=HEAD,
                    pace=QUICK,
                    clocks=clocks,
                )
                await work(day)

    asyncio.run(whole())


def test_a_reminder_is_said_once_at_each_noon(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def work(day: Day) -> None:
        for moment in ("08T11:00", "08T12:00", "08T12:30", "08T20:00", "09T12:00", "09T13:00"):
            await day.at(moment)

    lived(tmp_path, work)

    said = capsys.readouterr().err
    assert said.count("no 社保 claim file for 2026-11 has passed yet") == 2
    assert said.count("no return file has been fetched since the 5th") == 1


def test_the_head_is_said_once_a_day(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def work(day: Day) -> None:
        for moment in ("01T09:00", "01T18:00", "01T23:59", "02T00:10"):
            await day.at(moment)

    lived(tmp_path, work)

    assert capsys.readouterr().err.count("the ledger's audit chain ends at 1:") == 2


def test_the_notice_is_for_people_who_cannot_open_a_shell(tmp_path: Path) -> None:
    async def work(day: Day) -> None:
        held = parcel(state=State.HELD, reasons=("truncated",), name="RECEIPTC.UKE", shown=True)
        day.ledger.record(held, "Inspected", START)
        await day.at("09T12:01")
        assert "■ 保留: 1 件\r\n・RECEIPTC.UKE（2026-11-01 09:00:00 から）: " in day.notice
        assert "国保 の 2026-11 請求分がまだ届いていません。送信の締切まで 35 時間です" in day.notice
        assert "端末の共有フォルダー: 応答していません" in day.notice
        assert "保留のファイルが 1 件あります" in day.notice
        before = day.notice

        await day.at("09T12:07")
        assert day.notice == before  # nothing new: people's editors are left in peace

        day.ledger.record(replace(held, state=State.REJECTED), "Rejected", START)
        await day.at("09T13:00")
        assert "■ 保留: 0 件" in day.notice

    lived(tmp_path, work)


def test_what_is_over_its_time_is_fed_to_the_courier(tmp_path: Path) -> None:
    async def work(day: Day) -> None:
        day.ledger.record(parcel(state=State.NOTED), "Noted", START)
        await day.at("14T00:00")
        assert day.hands.asked == []
        await day.at("15T09:01")
        assert day.hands.asked == [(1, "EraseSpool")]

    lived(tmp_path, work)


def test_a_ledger_that_is_busy_is_said_once_and_asked_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def work(day: Day) -> None:
        path = day.rig.places.ledger
        moved = path.rename(path.with_name("elsewhere"))
        await day.at("01T09:00")
        await day.at("01T09:30")
        moved.rename(path)
        await day.at("01T10:00")
        assert "■ 保留: 0 件" in day.notice

    lived(tmp_path, work)

    assert capsys.readouterr().err.count("could not be looked at") == 1


def test_a_clock_that_was_set_back_stops_nothing(tmp_path: Path) -> None:
    async def work(day: Day) -> None:
        await day.at("20T09:00")
        (day.rig.places.drop.parent / "お知らせ.txt").unlink()
        await day.at("08T12:00")
        assert "2026-11-08" in day.notice

    lived(tmp_path, work)


def test_a_certificate_about_to_expire_is_on_the_notice(tmp_path: Path) -> None:
    async def work(day: Day) -> None:
        day.now = datetime(2028, 3, 25, tzinfo=UTC)
        await day.chores.look()
        assert "兼用端末 の電子証明書の有効期間は残り 6 日です" in day.notice
        day.now += timedelta(days=10)
        await day.chores.look()
        assert "兼用端末 の電子証明書の有効期間が過ぎています" in day.notice

    lived(tmp_path, work)


def test_a_clock_that_is_years_ahead_for_an_hour_erases_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work(day: Day) -> None:
        day.ledger.record(parcel(1, state=State.NOTED), "Noted", START)
        day.ledger.record(parcel(2, state=State.CLEARED), "PlacedErased", START)
        await day.at("01T09:01")
        day.jumped = timedelta(days=6 * 365)
        await day.at("02T09:01")
        await day.at("02T10:01")
        day.jumped = timedelta(0)
        await day.at("02T11:01")
        assert day.hands.asked == [(2, "EraseNames")] * 1
        assert day.ledger.parcel(parcel(2).id) is not None
        await day.at("15T09:02")
        assert (1, "EraseSpool") in day.hands.asked

    lived(tmp_path, work)

    assert capsys.readouterr().err.count("the clock jumped") == 1
