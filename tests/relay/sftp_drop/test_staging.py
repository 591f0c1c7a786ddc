"""Uploads of people, without SSH: what is kept, for how long, and what is told."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gateway.relay.sftp_drop.disk import THREADS, Disk
from gateway.relay.sftp_drop.limits import Limits
from gateway.relay.sftp_drop.paths import Folder, Location
from gateway.relay.sftp_drop.refusal import Refusal, Unanswered
from gateway.relay.sftp_drop.staging import OnTheWay, Staging
from gateway.relay.sftp_drop.upload import Offer, Upload
from tests.relay.process import until

INBOX = Location(Folder.CLAIMS, ())
LIMITS = replace(Limits(), uploads=3, files_a_day=2, file_bytes=1 << 20, staged_bytes=1 << 20)


@dataclass
class Clock:
    now: datetime = datetime(2026, 11, 22, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Relay:
    """Takes what it is offered, until it is told to refuse."""

    refuses: bool = False
    refusal: Refusal = field(default_factory=lambda: Refusal("the gateway's ledger is busy. try again"))
    taken: list[Offer] = field(default_factory=list)
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.answers.set()

    async def accept(self, offer: Offer) -> None:
        self.asked.set()
        await self.answers.wait()
        if self.refuses:
            raise self.refusal
        self.taken.append(offer)

    async def on_the_way(self) -> tuple[OnTheWay, ...]:
        return ()


@dataclass
class Bench:
    spool: Path
    clock: Clock = field(default_factory=Clock)
    relay: Relay = field(default_factory=Relay)

    def run(self, work: Callable[[Staging], Awaitable[None]]) -> None:
        async def whole() -> None:
            disk = Disk(LIMITS.disk, lambda _lie: None)
            try:
                await work(Staging(self.spool, disk, LIMITS, self.relay, self.clock))
            finally:
                disk.close()
                disk._threads.shutdown(wait=True)

        asyncio.run(whole())

    def files(self) -> list[str]:
        return [file.name for file in self.spool.iterdir()]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def written(staging: Staging, name: str, content: bytes = b"IR,1\r\n") -> Upload:
    upload = await staging.begin("山田", INBOX / name)
    await upload.write(0, content)
    return upload


def test_what_is_offered_is_whole_durable_and_closed(bench: Bench) -> None:
    async def work(staging: Staging) -> None:
        upload = await written(staging, "社保.UKE")
        await staging.publish(upload, upload.at)

    bench.run(work)

    (offer,) = bench.relay.taken
    assert (offer.person, offer.size, offer.source) == ("山田", 6, "社保.UKE".encode())
    assert (bench.spool / f"{offer.id}.part").read_bytes() == b"IR,1\r\n"


def test_a_refused_rename_may_be_asked_for_again_and_a_refused_close_leaves_nothing(bench: Bench) -> None:
    async def work(staging: Staging) -> None:
        part, closed = await written(staging, "A.filepart"), await written(staging, "B.UKE")
        staging.rest(part)
        bench.relay.refuses = True
        with pytest.raises(Refusal):
            await staging.publish(part, INBOX / "A.UKE")
        with pytest.raises(Refusal):
            await staging.publish(closed, closed.at)
        bench.relay.refuses = False
        assert staging.part_of("山田", INBOX / "A.filepart") is part
        assert staging.part_of("鈴木", INBOX / "A.filepart") is None
        await staging.publish(part, INBOX / "A.UKE")

    bench.run(work)

    assert [offer.at.name for offer in bench.relay.taken] == ["A.UKE"]
    assert len(bench.files()) == 1


def descriptors() -> int:
    return len([*Path("/proc/self/fd").iterdir()])


def test_a_file_begun_by_a_client_that_went_meanwhile_keeps_neither_bytes_nor_descriptor(bench: Bench) -> None:
    go_on = threading.Event()

    async def work(staging: Staging) -> None:
        waits = [asyncio.create_task(staging._disk.do(lambda: go_on.wait(10))) for _ in range(THREADS)]
        before = descriptors()
        begun = [asyncio.create_task(staging.begin("山田", INBOX / f"{number}.UKE")) for number in range(3)]
        await asyncio.sleep(0)
        for task in begun:
            task.cancel()
        await asyncio.wait(begun)
        go_on.set()
        await asyncio.wait(waits)
        await asyncio.to_thread(until, lambda: descriptors() == before, "all are closed")

    bench.run(work)

    assert bench.files() == []


def test_what_the_relay_may_have_taken_is_never_offered_again(bench: Bench) -> None:
    """Offered twice, a parcel that was delivered meanwhile would begin its life anew."""
    bench.relay.refusal = Unanswered("the gateway does not answer. send the file again")

    async def work(staging: Staging) -> None:
        part = await written(staging, "A.filepart")
        bench.relay.refuses = True
        with pytest.raises(Refusal, match="send the file again"):
            await staging.publish(part, INBOX / "A.UKE")
        assert staging.part_of("山田", INBOX / "A.filepart") is None

    bench.run(work)

    assert bench.files() == []


def test_a_file_that_was_whole_once_takes_no_byte_more(bench: Bench) -> None:
    """A client that resumes after a refused rename must not hear OK for bytes that nobody would write."""

    async def work(staging: Staging) -> None:
        part = await written(staging, "A.filepart")
        bench.relay.refuses = True
        with pytest.raises(Refusal):
            await staging.publish(part, INBOX / "A.UKE")
        bench.relay.refuses = False
        for more in (part.write(0, b"IR,2,x"), part.write(6, b"SY\r\n"), part.resize(3), part.resize(9)):
            with pytest.raises(Refusal, match="anew"):
                await more
        await staging.publish(part, INBOX / "A.UKE")

    bench.run(work)

    (offer,) = bench.relay.taken
    assert (offer.size, (bench.spool / f"{offer.id}.part").read_bytes()) == (6, b"IR,1\r\n")


@pytest.mark.parametrize("name", ["A.UKE", "B.UKE"])
def test_a_refusal_that_comes_after_its_client_went_leaves_nothing_unaccounted_for(
    bench: Bench, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """A.UKE is closed under that name, B.UKE renamed from a temporary one."""

    async def work(staging: Staging) -> None:
        bench.relay.answers.clear()
        bench.relay.refuses = True
        upload = await written(staging, "A.UKE" if name == "A.UKE" else "B.filepart")
        asked = asyncio.create_task(staging.publish(upload, INBOX / name))
        await asyncio.wait_for(bench.relay.asked.wait(), 10)
        asked.cancel()
        await asyncio.wait([asked])
        bench.relay.answers.set()
        await asyncio.to_thread(until, lambda: "could not be taken" in capsys.readouterr().err, "it is told")
        assert (staging.part_of("山田", INBOX / "B.filepart") is upload) == (name == "B.UKE")

    bench.run(work)

    assert len(bench.files()) == (1 if name == "B.UKE" else 0)


def test_a_file_that_is_never_renamed_is_discarded_after_an_hour_and_told(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    async def work(staging: Staging) -> None:
        rests, written_to = await written(staging, "A.filepart"), await written(staging, "B.filepart")
        staging.rest(rests)
        bench.clock.now += LIMITS.part_kept + timedelta(seconds=1)
        staging.sweep()
        assert staging.part_of("山田", written_to.at) is written_to
        assert staging.part_of("山田", rests.at) is None

    bench.run(work)

    assert "never-renamed" in capsys.readouterr().err
    assert len(bench.files()) == 1


def test_a_person_s_files_are_counted(bench: Bench) -> None:
    async def work(staging: Staging) -> None:
        for number in range(LIMITS.files_a_day):
            upload = await written(staging, f"{number}.UKE")
            await staging.publish(upload, upload.at)
        with pytest.raises(Refusal, match="today"):
            await staging.begin("山田", INBOX / "X.UKE")
        await staging.begin("鈴木", INBOX / "X.UKE")
        bench.clock.now += timedelta(days=1)
        for number in range(LIMITS.uploads):
            await staging.begin("山田", INBOX / f"Y{number}.UKE")
        with pytest.raises(Refusal, match="unfinished"):
            await staging.begin("山田", INBOX / "Z.UKE")

    bench.run(work)


def test_no_file_and_not_all_together_are_longer_than_is_borne(bench: Bench) -> None:
    async def work(staging: Staging) -> None:
        upload = await written(staging, "A.UKE")
        for refused in (upload.write(LIMITS.file_bytes, b"x"), upload.resize(LIMITS.file_bytes + 1)):
            with pytest.raises(Refusal, match="bigger than 1 MiB"):
                await refused
        await upload.resize(LIMITS.file_bytes)
        with pytest.raises(Refusal, match="too much"):
            await written(staging, "B.UKE")

    bench.run(work)
