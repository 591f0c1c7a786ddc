"""The model of the terminal's share answers as a real smbd does: one script is played to both, and every answer compared."""

import hashlib
from collections.abc import Awaitable
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay.errors import ShelfError
from gateway.relay.shelf import Shelf
from gateway.twin.smbd import Smbd
from tests.relay.conftest import run, smb_shelf
from tests.relay.powercut.disk import Disk, Flush, pending
from tests.relay.powercut.door import Log
from tests.relay.powercut.life import SHARE
from tests.relay.powercut.terminal import ModelShelf, Share

CONTENT = b"IR,1\r\n" * 50
DIGEST = hashlib.sha256(CONTENT).hexdigest()


async def answer(asked: Awaitable[object]) -> str:
    """What a call comes to, in words that do not depend on the server."""
    try:
        return repr(await asked)
    except ShelfError as error:
        return f"{type(error).__name__} {error}"


async def script(shelf: Shelf, source: Path, top: PurePosixPath) -> list[str]:
    """A delivery, an occupied name, a return that is fetched and put away, and what is not there."""
    said = []
    final, folder = top / "claims" / "2026-11" / "RECEIPTC.UKE", top / "returns"
    said.append(await answer(shelf.digest(final)))
    first = await shelf.put_verified(source, top / ".gateway" / "a.1", DIGEST)
    said.append(await answer(shelf.put_verified(source, top / ".gateway" / "a.1", DIGEST)))
    said.append(await answer(shelf.digest(top / ".gateway" / "a.1")))
    said.append(await answer(shelf.exists(top / ".gateway" / "a.1")))
    said.append(await answer(first.publish(final)))
    second = await shelf.put_verified(source, top / ".gateway" / "b.1", DIGEST)
    said.append(await answer(second.publish(final)))
    await second.abandon()
    said.append(await answer(shelf.put_verified(source, top / ".gateway" / "c.1", "0" * 64)))
    said.append(await answer(shelf.digest(final, flushed=True)))
    said.append(str(sorted(entry.path.name for entry in await shelf.list(top / ".gateway"))))
    said += [await answer(shelf.remove(top / ".gateway" / name)) for name in ("b.1", "c.1", "never")]
    (entry,) = await shelf.list(final.parent)
    said += [str(entry.fingerprint.size), await answer(shelf.fetch(entry, source.with_name(f"back-{id(shelf)}")))]
    said.append(await answer(shelf.move(entry, folder / "取込済" / "RECEIPTC.UKE")))
    said.append(await answer(shelf.move(entry, folder / "RECEIPTC.UKE")))
    said += [await answer(shelf.list(top / name)) for name in (".gateway", "nowhere", "claims")]
    await shelf.close()
    return said


@pytest.mark.root
def test_the_model_answers_as_smbd_does(terminal: Smbd, tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    top = PurePosixPath(tmp_path.name)
    (terminal.share / top).mkdir()
    share = Share(Disk({SHARE: {tmp_path.name: -2}, -2: {}}, {}), SHARE, lambda _: None)

    real = run(lambda: script(smb_shelf(terminal), source, top))
    model = run(lambda: script(ModelShelf(share), source, top))

    assert model == real
    files = {file: file.read_bytes() for file in (terminal.share / top).rglob("*") if file.is_file()}
    assert share.disk.found(SHARE) == {str(file.relative_to(terminal.share)): file.read_bytes() for file in files}


def test_a_flush_keeps_what_came_before_it_and_nothing_after(tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.write_bytes(CONTENT)
    log = Log()
    share = Share(Disk({SHARE: {}}, {}), SHARE, log.note)
    shelf = ModelShelf(share)

    async def work() -> None:
        verified = await shelf.put_verified(source, PurePosixPath(".gateway/a.1"), DIGEST)
        assert pending(log.effects) == []
        await verified.publish(PurePosixPath("claims/x"))

    run(work)
    renamed = log.effects[:-1]
    assert isinstance(log.effects[-1], Flush)
    assert len(pending(renamed)) == 2  # the folder and the name
    assert pending(log.effects) == []
