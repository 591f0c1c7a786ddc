"""A real smbd that says when something happens in a folder, and what its silence leads to."""

import asyncio
import threading
import time
from collections.abc import Awaitable
from datetime import timedelta
from pathlib import PurePosixPath

import pytest

from gateway.relay.errors import Absent, Refused, ShelfError, Unreachable
from gateway.relay.share_hints import ShareHints
from gateway.relay.shelf import Telling
from gateway.relay.smb import SmbShelf
from gateway.twin.smbd import Smbd
from tests.relay.conftest import account_of, run, smb_shelf

pytestmark = pytest.mark.root

RETURNS = PurePosixPath("returns")
NOTICED_S = 1.0


async def took(waiting: Awaitable[None]) -> float:
    began = time.monotonic()
    await waiting
    return time.monotonic() - began


def watchers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("smb-hints")]


def test_a_return_is_noticed_within_a_second_again_and_again(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        assert isinstance(shelf, Telling)
        await shelf.changed(RETURNS)  # set up
        for number in range(3):
            waiting = asyncio.ensure_future(shelf.changed(RETURNS))
            await asyncio.sleep(0.1)
            assert not waiting.done()
            (own_terminal.share / "returns" / f"{number}.HEN").write_bytes(b"HI")
            assert await took(waiting) < NOTICED_S
        await shelf.close()

    run(work)


def test_it_hinders_nothing_the_shelf_does_meanwhile(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        await shelf.changed(RETURNS)
        waiting = asyncio.ensure_future(shelf.changed(RETURNS))
        assert await shelf.list(RETURNS) == ()
        assert not waiting.done()
        await shelf.close()
        with pytest.raises(ShelfError):
            await waiting

    run(work)


def test_a_server_that_dies_ends_the_waiting_and_one_that_is_back_is_met_anew(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        await shelf.changed(RETURNS)
        waiting = asyncio.ensure_future(shelf.changed(RETURNS))
        await asyncio.sleep(0.1)
        own_terminal.kill()
        with pytest.raises(Unreachable):
            await waiting
        with pytest.raises(Unreachable):
            await shelf.changed(RETURNS)
        own_terminal.start()
        assert await took(shelf.changed(RETURNS)) < NOTICED_S  # set up anew: look, something may have gone unseen
        waiting = asyncio.ensure_future(shelf.changed(RETURNS))
        await asyncio.sleep(0.1)
        (own_terminal.share / "returns" / "x.HEN").write_bytes(b"HI")
        assert await took(waiting) < NOTICED_S
        await shelf.close()

    run(work)


def test_a_silent_server_is_given_up_with_the_shelf_s_own_line(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal, deadline=timedelta(milliseconds=400))
        await shelf.changed(RETURNS)
        waiting = asyncio.ensure_future(shelf.changed(RETURNS))
        await shelf.probe()
        own_terminal.pause()
        with pytest.raises(ShelfError):
            await shelf.probe()
        with pytest.raises(ShelfError):
            await asyncio.wait_for(waiting, 1.0)
        with pytest.raises(ShelfError):
            await shelf.changed(RETURNS)
        own_terminal.resume()
        await shelf.changed(RETURNS)
        await shelf.close()

    run(work)


def test_a_folder_that_is_not_there_is_said(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        with pytest.raises(Absent):
            await shelf.changed(PurePosixPath("nowhere"))
        await shelf.close()

    run(work)


def test_a_refused_password_is_not_tried_a_second_time_for_the_hints(own_terminal: Smbd) -> None:
    account = account_of(own_terminal)
    wrong = type(account)(account.server, account.share, account.user, "wrong", account.port)

    async def work() -> None:
        shelf = SmbShelf(lambda: wrong, deadline=timedelta(seconds=5), refused_logon=timedelta(minutes=15))
        with pytest.raises(Refused, match="logon-refused"):
            await shelf.probe()
        own_terminal.stop()  # a second try would now be Unreachable
        with pytest.raises(Refused, match="logon-refused"):
            await shelf.changed(RETURNS)
        await shelf.close()

    run(work)


def test_cancelled_or_closed_it_leaves_no_thread_behind(own_terminal: Smbd) -> None:
    before = len(watchers())

    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        await shelf.changed(RETURNS)
        waiting = asyncio.ensure_future(shelf.changed(RETURNS))
        await asyncio.sleep(0.1)
        waiting.cancel()
        await asyncio.wait([waiting])
        await shelf.close()

    run(work)

    deadline = time.monotonic() + 5
    while len(watchers()) > before:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_the_collector_s_hints_ring_at_once(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        hints = ShareHints(shelf, RETURNS, set_up_again_s=0.1)
        watching = asyncio.ensure_future(hints.watch())
        await hints.wait(timedelta(seconds=5))  # set up
        (own_terminal.share / "returns" / "x.HEN").write_bytes(b"HI")
        assert await took(hints.wait(timedelta(seconds=5))) < NOTICED_S
        watching.cancel()
        await asyncio.wait([watching])
        await shelf.close()

    run(work)
