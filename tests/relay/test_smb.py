"""What the SMB shelf must survive, against a real smbd: silence, death, refusal."""

import asyncio
import hashlib
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.errors import InUse, Occupied, Refused, ShelfError, TimedOut, Unreachable
from gateway.relay.pace import SLOWEST_BYTES_PER_S
from gateway.relay.smb import SmbShelf
from gateway.relay.smb_line import Account
from gateway.twin.smbd import Smbd
from tests.relay.conftest import account_of, run, smb_shelf
from tests.relay.process import until

pytestmark = pytest.mark.root

DEADLINE = timedelta(milliseconds=400)


def test_a_share_that_stops_answering_frees_the_caller_at_the_deadline(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal, deadline=DEADLINE)
        await shelf.probe()
        own_terminal.pause()
        began = time.monotonic()
        with pytest.raises(TimedOut):
            await shelf.probe()
        assert time.monotonic() - began < 2.0
        own_terminal.resume()
        await shelf.probe()
        await shelf.close()

    run(work)


def test_a_sender_in_the_middle_of_a_big_file_is_freed_too(own_terminal: Smbd, tmp_path: Path) -> None:
    source = tmp_path / "big"
    source.write_bytes(bytes(30_000_000))
    digest = hashlib.sha256(source.read_bytes()).hexdigest()

    async def work() -> None:
        # The deadline grows by 58 s for these bytes to carry, so that it ends while they are being sent.
        carrying = timedelta(seconds=2 * source.stat().st_size / SLOWEST_BYTES_PER_S)
        shelf = smb_shelf(own_terminal, deadline=timedelta(seconds=1) - carrying)
        await smb_shelf(own_terminal).probe()
        pausing = asyncio.get_running_loop().call_later(0.12, own_terminal.pause)
        began = time.monotonic()
        with pytest.raises(TimedOut):
            await shelf.put_verified(source, PurePosixPath(".gateway/x.1"), digest)
        assert time.monotonic() - began < 4.0
        pausing.cancel()
        own_terminal.resume()
        await shelf.close()

    run(work)


def test_a_logon_that_hangs_is_cut(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal, deadline=DEADLINE)
        own_terminal.pause()
        with pytest.raises((TimedOut, Unreachable)):
            await shelf.probe()
        own_terminal.resume()
        await shelf.probe()
        await shelf.close()

    run(work)


def test_a_server_that_died_and_came_back_is_met_anew(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        await shelf.probe()
        own_terminal.kill()
        with pytest.raises(Unreachable):
            await shelf.probe()
        with pytest.raises(Unreachable):
            await shelf.probe()
        own_terminal.start()
        await shelf.probe()
        await shelf.close()

    run(work)


def test_a_handle_whose_line_is_gone_says_so(own_terminal: Smbd, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"ours")

    async def work() -> None:
        shelf = smb_shelf(own_terminal)
        verified = await shelf.put_verified(source, PurePosixPath(".gateway/y.1"), hashlib.sha256(b"ours").hexdigest())
        own_terminal.kill()
        own_terminal.start()
        with pytest.raises(Unreachable):
            await verified.publish(PurePosixPath("claims/final"))
        with pytest.raises(Unreachable):
            await verified.publish(PurePosixPath("claims/final"))
        assert not await shelf.exists(PurePosixPath("claims/final"))
        assert await shelf.exists(PurePosixPath(".gateway/y.1"))
        await shelf.close()

    run(work)


def test_an_open_temporary_is_nobody_else_s(own_terminal: Smbd, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(b"ours")
    temporary = PurePosixPath(".gateway/z.1")

    async def work() -> None:
        mine, other = smb_shelf(own_terminal), smb_shelf(own_terminal)
        verified = await mine.put_verified(source, temporary, hashlib.sha256(b"ours").hexdigest())
        assert await other.exists(temporary)
        with pytest.raises(InUse):
            await other.digest(temporary)
        with pytest.raises(InUse):
            await other.remove(temporary)
        await verified.publish(PurePosixPath("claims/z"))
        assert await other.digest(PurePosixPath("claims/z")) is not None
        await mine.close()
        await other.close()

    run(work)


def test_a_refused_password_is_not_tried_again_until_it_changes(own_terminal: Smbd) -> None:
    asked: list[str] = []
    password = ["wrong"]

    def account() -> Account:
        asked.append(password[0])
        return replace(account_of(own_terminal), password=password[0])

    async def work() -> None:
        shelf = SmbShelf(account, deadline=timedelta(seconds=5), refused_logon=timedelta(minutes=15))
        with pytest.raises(Refused, match="logon-refused"):
            await shelf.probe()
        own_terminal.stop()  # a second try would now be Unreachable
        with pytest.raises(Refused, match="logon-refused"):
            await shelf.probe()
        own_terminal.start()
        password[0] = account_of(own_terminal).password
        await shelf.probe()
        await shelf.close()

    run(work)


def test_a_share_that_is_not_there_is_a_person_s_business(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = SmbShelf(
            lambda: replace(account_of(own_terminal), share="nowhere"),
            deadline=timedelta(seconds=5),
            refused_logon=timedelta(0),
        )
        with pytest.raises(Refused, match="no-such-share"):
            await shelf.probe()
        await shelf.close()

    run(work)


def test_each_outcome_is_heard(own_terminal: Smbd) -> None:
    heard: list[str] = []

    async def work() -> None:
        shelf = SmbShelf(
            lambda: account_of(own_terminal),
            deadline=timedelta(seconds=5),
            refused_logon=timedelta(0),
            heard=lambda error: heard.append("" if error is None else error.code),
        )
        await shelf.probe()
        own_terminal.kill()
        with pytest.raises(Unreachable):
            await shelf.probe()
        await shelf.close()

    run(work)

    assert heard[0] == ""
    assert heard[1]


def test_our_own_disk_s_trouble_is_not_the_terminal_s(own_terminal: Smbd, tmp_path: Path) -> None:
    heard: list[ShelfError | None] = []
    taken = tmp_path / "taken"
    taken.write_bytes(b"x")
    (own_terminal.share / "returns").mkdir(exist_ok=True)
    (own_terminal.share / "returns" / "RECEIPTC.HEN").write_bytes(b"HI")

    async def work() -> None:
        shelf = SmbShelf(
            lambda: account_of(own_terminal),
            deadline=timedelta(seconds=2),
            refused_logon=timedelta(minutes=15),
            heard=heard.append,
        )
        (entry,) = await shelf.list(PurePosixPath("returns"))
        with pytest.raises(Occupied, match="disk-eexist") as occupied:
            await shelf.fetch(entry, taken)
        assert occupied.value.local
        await shelf.close()

    run(work)

    assert heard == [None, None]


def test_a_password_is_never_shown() -> None:
    account = Account("192.168.20.10", "receipt", "relay", "correct horse")

    assert "correct" not in repr(account)


def test_a_small_file_does_not_wait_for_a_large_one(own_terminal: Smbd, tmp_path: Path) -> None:
    large, small = tmp_path / "large", tmp_path / "small"
    large.write_bytes(bytes(60_000_000))
    small.write_bytes(b"ours")
    digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (large, small)]
    begun = own_terminal.share / ".gateway" / "l.1"

    async def work() -> None:
        shelf = smb_shelf(own_terminal, deadline=timedelta(seconds=10))
        slow = asyncio.ensure_future(shelf.put_verified(large, PurePosixPath(".gateway/l.1"), digests[0]))
        await asyncio.to_thread(until, begun.exists, "the large file's beginning")
        verified = await shelf.put_verified(small, PurePosixPath(".gateway/s.1"), digests[1])
        await verified.publish(PurePosixPath("claims/small"))
        assert not slow.done()
        await (await slow).publish(PurePosixPath("claims/large"))
        await shelf.close()

    run(work)

    assert (own_terminal.share / "claims" / "large").stat().st_size == 60_000_000


def test_calls_that_wait_behind_a_silent_one_end_with_it(own_terminal: Smbd) -> None:
    async def work() -> None:
        shelf = smb_shelf(own_terminal, deadline=DEADLINE)
        await shelf.probe()
        own_terminal.pause()
        began = time.monotonic()
        ended = await asyncio.gather(*(shelf.probe() for _ in range(10)), return_exceptions=True)
        assert time.monotonic() - began < 1.5
        assert [type(error) for error in ended] == [TimedOut, *[Unreachable] * 9]
        own_terminal.resume()
        await shelf.probe()
        await shelf.close()

    run(work)


def test_looking_at_a_large_file_may_take_as_long_as_carrying_it(own_terminal: Smbd) -> None:
    with (own_terminal.share / "claims" / "large").open("wb") as sparse:
        sparse.truncate(250_000_000)

    async def work() -> None:
        shelf = smb_shelf(own_terminal, deadline=timedelta(seconds=1))
        assert await shelf.digest(PurePosixPath("claims/large")) is not None
        await shelf.close()

    run(work)
