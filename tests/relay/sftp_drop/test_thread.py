"""What goes wrong in the drop's thread, seen from the relay."""

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest

from gateway.relay import durable
from gateway.relay.durable import DiskLied
from gateway.relay.sftp_drop import thread
from gateway.relay.sftp_drop.refusal import Refusal, Unanswered
from gateway.relay.sftp_drop.staging import OnTheWay
from gateway.relay.sftp_drop.thread import Bridge, SftpDrop
from gateway.relay.sftp_drop.upload import Offer
from tests.relay.process import until
from tests.relay.sftp_drop.rig import Drop


class Nobody:
    """A relay that takes nothing."""

    async def accept(self, _offer: Offer) -> None:
        raise Refusal("no")

    async def on_the_way(self) -> tuple[OnTheWay, ...]:
        return ()


class Broken:
    """A server with a mistake nobody foresaw, or one that hears of a lying disk."""

    def __init__(self, lives: list[int], error: Callable[[], None]) -> None:
        self._lives = lives
        self._error = error

    async def run(self) -> None:
        self._lives.append(1)
        self._error()
        await asyncio.Event().wait()


def test_a_mistake_there_is_told_and_the_next_life_begins(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(thread, "AGAIN_AFTER_S", 0.01)
    lives: list[int] = []
    others = {*threading.enumerate()}

    def mistake() -> None:
        raise KeyError("RECEIPTC.UKE")

    async def relay() -> None:
        drop = SftpDrop(lambda _reception, _lied: cast("Any", Broken(lives, mistake)), Nobody())
        task = asyncio.create_task(drop.watch())
        await asyncio.to_thread(until, lambda: len(lives) > 2, "three lives")
        task.cancel()
        await asyncio.wait([task])

    asyncio.run(relay())

    said = capsys.readouterr().err
    assert "met an error nobody foresaw (KeyError)" in said
    assert "RECEIPTC" not in said
    assert not [one for one in threading.enumerate() if one.name == "sftp-drop" and one not in others]


def test_a_disk_that_lied_there_ends_the_relay(tmp_path: Path, claim: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Drop(tmp_path / "drop") as drop:
        really = durable.sync

        def lie(descriptor: int) -> None:
            if Path(f"/proc/self/fd/{descriptor}").readlink().suffix == ".part":
                raise DiskLied("fsync failed: EIO")
            really(descriptor)

        monkeypatch.setattr(durable, "sync", lie)
        assert drop.sftp(f"put {claim} 請求/LIE.UKE\n").returncode != 0
        until(lambda: drop.failure is not None, "the relay has stopped")

    assert isinstance(drop.failure, BaseExceptionGroup)
    assert drop.failure.split(DiskLied)[0] is not None
    assert drop.parcels() == []


def test_a_relay_that_has_ended_is_a_refusal() -> None:
    loop = asyncio.new_event_loop()
    loop.close()

    with pytest.raises(Refusal, match="stopping"):
        asyncio.run(Bridge(Nobody(), loop).on_the_way())


def test_a_relay_that_answers_too_late_may_have_taken_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thread, "ANSWER_WITHIN_S", 0.05)

    class Slow(Nobody):
        async def on_the_way(self) -> tuple[OnTheWay, ...]:
            await asyncio.Event().wait()
            return ()

    async def ask() -> None:
        with pytest.raises(Unanswered):
            await Bridge(Slow(), asyncio.get_running_loop()).on_the_way()

    asyncio.run(ask())
