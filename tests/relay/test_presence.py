import asyncio
import time
from datetime import timedelta

import pytest

from gateway.journal import configure
from gateway.relay.errors import Absent, Refused, TimedOut, Unreachable
from gateway.relay.presence import Presence
from tests.relay.conftest import run


def test_a_long_silence_is_one_message_and_so_is_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    presence = Presence(asleep_is_normal=False)

    for error in (Unreachable("no-answer"), TimedOut("timed-out"), Unreachable("no-answer"), None, None):
        presence.heard(error)

    lines = capsys.readouterr().err.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["warning", "info"]


def test_a_terminal_that_may_sleep_is_no_alarm(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    Presence(asleep_is_normal=True).heard(Unreachable("no-answer"))

    assert capsys.readouterr().err.startswith("info: the terminal's share does not answer (no-answer)")


def test_a_refusal_is_an_error_even_of_a_terminal_that_may_sleep(capsys: pytest.CaptureFixture[str]) -> None:
    configure()
    presence = Presence(asleep_is_normal=True)
    for error in (Refused("logon-refused"), Refused("logon-refused"), Refused("disk-full")):
        presence.heard(error)

    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 2
    assert all(line.startswith("error:") for line in lines)


def test_an_absent_file_is_an_answer() -> None:
    presence = Presence(asleep_is_normal=True)
    presence.heard(Absent("absent"))

    assert presence.up


def test_a_share_that_comes_back_ends_the_wait() -> None:
    presence = Presence(asleep_is_normal=True)
    presence.heard(Unreachable("no-answer"))

    async def work() -> None:
        began = time.monotonic()
        waiting = asyncio.create_task(presence.wait(timedelta(seconds=60)))
        await asyncio.sleep(0)
        presence.heard(None)
        await waiting
        assert time.monotonic() - began < 5

    run(work)


@pytest.mark.parametrize("turns", range(4))
def test_a_cancellation_just_after_the_share_is_back_ends_the_waiter(turns: int) -> None:
    presence = Presence(asleep_is_normal=True)
    presence.heard(Unreachable("no-answer"))

    async def for_ever() -> None:
        while True:
            await presence.wait(timedelta(seconds=60))

    async def work() -> None:
        waiting = asyncio.create_task(for_ever())
        await asyncio.sleep(0)
        presence.heard(None)
        for _ in range(turns):
            await asyncio.sleep(0)
        waiting.cancel()
        ended, _ = await asyncio.wait([waiting], timeout=1)
        waiting.cancel()
        assert ended

    run(work)
