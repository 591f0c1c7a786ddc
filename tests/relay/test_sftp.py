"""What the SFTP shelf must survive, against a real sshd: silence, death, refusal, a stranger in the terminal's place."""

import asyncio
import hashlib
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.errors import Occupied, Refused, ShelfError, TimedOut, Unreachable
from gateway.relay.sftp import SftpShelf
from gateway.relay.sftp_line import Account
from gateway.twin.sshd import Sshd
from tests.relay.conftest import PASSWORD, run, sftp_account_of, sftp_shelf
from tests.relay.process import until

pytestmark = pytest.mark.root

DEADLINE = timedelta(seconds=1)
CONTENT = b"a patient's claim " * 1000
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    file = tmp_path / "source"
    file.write_bytes(CONTENT)
    return file


def shelf_of(account: Account, heard: Callable[[ShelfError | None], None] = lambda _: None) -> SftpShelf:
    return SftpShelf(lambda: account, deadline=timedelta(seconds=5), refused_logon=timedelta(minutes=15), heard=heard)


def test_publishing_and_closing_on_a_silent_server_end_too(own_sftp_terminal: Sshd, source: Path) -> None:
    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal, deadline=DEADLINE)
        verified = await shelf.put_verified(source, PurePosixPath(".gateway/s.1"), DIGEST)
        own_sftp_terminal.pause()
        began = time.monotonic()
        with pytest.raises(TimedOut):
            await verified.publish(PurePosixPath("claims/s"))
        await verified.abandon()
        await shelf.close()
        assert time.monotonic() - began < 3.5
        own_sftp_terminal.resume()

    run(work)


def test_a_logon_that_hangs_is_cut(own_sftp_terminal: Sshd) -> None:
    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal, deadline=DEADLINE)
        own_sftp_terminal.pause()
        began = time.monotonic()
        with pytest.raises(TimedOut):
            await shelf.probe()
        assert time.monotonic() - began < 2.5
        own_sftp_terminal.resume()
        await shelf.probe()
        await shelf.close()

    run(work)


def test_killed_in_the_middle_of_writing_a_new_attempt_on_a_new_connection_arrives(
    own_sftp_terminal: Sshd, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(40_000_000))
    digest = hashlib.sha256(big.read_bytes()).hexdigest()
    first = own_sftp_terminal.share / ".gateway" / "k.1"

    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal, deadline=timedelta(seconds=5))
        writing = asyncio.ensure_future(shelf.put_verified(big, PurePosixPath(".gateway/k.1"), digest))
        await asyncio.to_thread(until, lambda: first.exists() and first.stat().st_size > 0, "the first bytes")
        own_sftp_terminal.kill()
        with pytest.raises(Unreachable):
            await writing
        with pytest.raises(Unreachable):
            await shelf.probe()
        own_sftp_terminal.start()
        verified = await shelf.put_verified(big, PurePosixPath(".gateway/k.2"), digest)
        await verified.publish(PurePosixPath("claims/k"))
        await shelf.remove(PurePosixPath(".gateway/k.1"))
        await shelf.close()

    run(work)

    assert (own_sftp_terminal.share / "claims" / "k").read_bytes() == big.read_bytes()
    assert not first.exists()


def test_a_handle_whose_line_is_gone_says_so(own_sftp_terminal: Sshd, source: Path) -> None:
    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal)
        verified = await shelf.put_verified(source, PurePosixPath(".gateway/y.1"), DIGEST)
        own_sftp_terminal.kill()
        own_sftp_terminal.start()
        for _ in range(2):
            with pytest.raises(Unreachable):
                await verified.publish(PurePosixPath("claims/final"))
        assert not await shelf.exists(PurePosixPath("claims/final"))
        assert await shelf.exists(PurePosixPath(".gateway/y.1"))
        await shelf.close()

    run(work)


def test_a_small_file_does_not_wait_for_a_big_one(own_sftp_terminal: Sshd, source: Path, tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.write_bytes(bytes(60_000_000))
    digest = hashlib.sha256(big.read_bytes()).hexdigest()

    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal, deadline=timedelta(seconds=10))
        slow = asyncio.ensure_future(shelf.put_verified(big, PurePosixPath(".gateway/b.1"), digest))
        begun = own_sftp_terminal.share / ".gateway" / "b.1"
        await asyncio.to_thread(until, begun.exists, "the big file's beginning")
        verified = await shelf.put_verified(source, PurePosixPath(".gateway/c.1"), DIGEST)
        await verified.publish(PurePosixPath("claims/small"))
        assert not slow.done()
        await (await slow).abandon()
        await shelf.close()

    run(work)


def test_two_that_publish_one_name_at_once_never_both_succeed(sftp_terminal: Sshd, source: Path) -> None:
    async def work() -> None:
        one, other = sftp_shelf(sftp_terminal), sftp_shelf(sftp_terminal)
        for turn in range(20):
            final = PurePosixPath(f"claims/race-{turn}")
            both = [
                await shelf.put_verified(source, PurePosixPath(f".gateway/r{turn}.{number}"), DIGEST)
                for number, shelf in enumerate((one, other))
            ]
            ended = await asyncio.gather(*(each.publish(final) for each in both), return_exceptions=True)
            assert [type(each) for each in ended if each is not None] == [Occupied]
        await one.close()
        await other.close()

    run(work)


def test_a_stranger_in_the_terminal_s_place_gets_neither_password_nor_file(
    sftp_terminal: Sshd, own_sftp_terminal: Sshd
) -> None:
    account = replace(sftp_account_of(own_sftp_terminal), key=None, password=PASSWORD)
    stranger = replace(account, host_key=sftp_terminal.host_key)

    async def work() -> None:
        shelf = shelf_of(stranger)
        with pytest.raises(Refused, match="host-key-differs"):
            await shelf.probe()
        await shelf.close()

    run(work)

    log = (own_sftp_terminal.place / "log" / "output").read_text()
    assert "password" not in log
    assert "Accepted" not in log


def test_a_password_opens_too(own_sftp_terminal: Sshd) -> None:
    async def work() -> None:
        shelf = shelf_of(replace(sftp_account_of(own_sftp_terminal), key=None, password=PASSWORD))
        await shelf.probe()
        await shelf.close()

    run(work)

    assert "Accepted password for relay" in (own_sftp_terminal.place / "log" / "output").read_text()


def test_a_refused_password_is_not_tried_again_until_it_changes(own_sftp_terminal: Sshd) -> None:
    accounts = [replace(sftp_account_of(own_sftp_terminal), key=None, password="wrong")]

    async def work() -> None:
        shelf = SftpShelf(lambda: accounts[0], deadline=timedelta(seconds=5), refused_logon=timedelta(minutes=15))
        with pytest.raises(Refused, match="logon-refused"):
            await shelf.probe()
        own_sftp_terminal.stop()  # a second try would now be Unreachable
        with pytest.raises(Refused, match="logon-refused"):
            await shelf.probe()
        own_sftp_terminal.start()
        accounts[0] = replace(accounts[0], password=PASSWORD)
        await shelf.probe()
        await shelf.close()

    run(work)

    assert (own_sftp_terminal.place / "log" / "output").read_text().count("Failed password") == 1


def test_a_server_without_fsync_is_refused_because_nothing_it_says_is_durable(
    own_sftp_terminal: Sshd, source: Path
) -> None:
    own_sftp_terminal.stop()
    own_sftp_terminal.configure(f"internal-sftp -d {own_sftp_terminal.home} -P fsync")
    own_sftp_terminal.start()

    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal)
        with pytest.raises(Refused, match="no-fsync"):
            await shelf.put_verified(source, PurePosixPath(".gateway/f.1"), DIGEST)
        await shelf.close()

    run(work)


def test_a_folder_that_must_not_be_written_is_a_person_s_business(own_sftp_terminal: Sshd, source: Path) -> None:
    own_sftp_terminal.stop()
    own_sftp_terminal.configure(f"internal-sftp -d {own_sftp_terminal.home} -R")
    own_sftp_terminal.start()

    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal)
        with pytest.raises(Refused, match="access-denied"):
            await shelf.put_verified(source, PurePosixPath(".gateway/f.1"), DIGEST)
        await shelf.close()

    run(work)


def test_each_outcome_is_heard(own_sftp_terminal: Sshd) -> None:
    heard: list[str] = []

    async def work() -> None:
        shelf = shelf_of(
            sftp_account_of(own_sftp_terminal), lambda error: heard.append("" if error is None else error.code)
        )
        await shelf.probe()
        own_sftp_terminal.kill()
        with pytest.raises(Unreachable):
            await shelf.probe()
        await shelf.close()

    run(work)

    assert heard[0] == ""
    assert heard[1]


def test_our_own_disk_s_trouble_is_not_the_terminal_s(sftp_terminal: Sshd, tmp_path: Path) -> None:
    heard: list[ShelfError | None] = []
    taken = tmp_path / "taken"
    taken.write_bytes(b"x")
    (sftp_terminal.share / "returns" / "RECEIPTC.HEN").write_bytes(b"HI")

    async def work() -> None:
        shelf = shelf_of(sftp_account_of(sftp_terminal), heard.append)
        (entry,) = await shelf.list(PurePosixPath("returns"))
        with pytest.raises(Occupied, match="disk-eexist") as occupied:
            await shelf.fetch(entry, taken)
        assert occupied.value.local
        await shelf.close()

    run(work)

    assert heard == [None, None]
    (sftp_terminal.share / "returns" / "RECEIPTC.HEN").unlink()


def test_names_that_are_no_utf8_are_listed_fetched_and_moved(sftp_terminal: Sshd, tmp_path: Path) -> None:
    folder = sftp_terminal.share / "sjis"
    folder.mkdir()
    raw = bytes(folder) + b"/" + "返戻.HEN".encode("cp932")
    Path(raw.decode(errors="surrogateescape")).write_bytes(b"HI")

    async def work() -> None:
        shelf = sftp_shelf(sftp_terminal)
        (entry,) = await shelf.list(PurePosixPath("sjis"))
        assert await shelf.fetch(entry, tmp_path / "fetched") == (hashlib.sha256(b"HI").hexdigest(), 2)
        await shelf.move(entry, PurePosixPath("sjis/取込済/x.HEN"))
        await shelf.close()

    run(work)

    assert (folder / "取込済" / "x.HEN").read_bytes() == b"HI"


def test_neither_secret_is_ever_shown() -> None:
    account = Account("192.168.20.10", 22, "relay", "ssh-ed25519 AAAA", ".", key=b"PRIVATE", password="correct horse")

    assert "correct" not in repr(account)
    assert "PRIVATE" not in repr(account)


def test_looking_at_a_large_file_may_take_as_long_as_carrying_it(own_sftp_terminal: Sshd) -> None:
    with (own_sftp_terminal.share / "claims" / "large").open("wb") as sparse:
        sparse.truncate(250_000_000)

    async def work() -> None:
        shelf = sftp_shelf(own_sftp_terminal, deadline=timedelta(seconds=1))
        assert await shelf.digest(PurePosixPath("claims/large")) is not None
        await shelf.close()

    run(work)
