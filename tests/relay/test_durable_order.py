"""A power cut shows what was not yet durable. No test can pull the plug, so these watch what is asked of the disk, in order."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

import pytest

from gateway.relay import durable
from gateway.relay.directory import DirectoryShelf
from gateway.relay.lease import ignore_breaks
from gateway.relay.ledger import Ledger
from gateway.relay.spool import Spool
from tests.relay.conftest import directory_shelf, run
from tests.relay.observed import DiskLog
from tests.relay.test_spool import parcel_of

SQLITE_FULL = 2  # https://sqlite.org/pragma.html#pragma_synchronous


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("from", "to"):
        (tmp_path / name).mkdir()
    (tmp_path / "from" / "a").write_bytes(b"claim")
    return tmp_path


@pytest.fixture
def folders(root: Path) -> Iterator[tuple[int, int]]:
    with ExitStack() as stack:
        descriptors = [durable.open_root(root / name) for name in ("from", "to")]
        for descriptor in descriptors:
            stack.callback(os.close, descriptor)
        yield descriptors[0], descriptors[1]


@pytest.fixture
def disk(root: Path, folders: tuple[int, int], monkeypatch: pytest.MonkeyPatch) -> DiskLog:
    return DiskLog(root, monkeypatch)


@pytest.fixture
def shelf(root: Path) -> DirectoryShelf:
    return directory_shelf(root)


def test_a_published_name_is_durable_before_the_old_one_goes(folders: tuple[int, int], disk: DiskLog) -> None:
    source, target = folders

    durable.publish(source, "a", target, "b")

    assert disk.calls == [("link", "from/a", "to/b"), ("fsync", "to"), ("unlink", "from/a"), ("fsync", "from")]


def test_a_move_is_durable_at_both_ends_the_new_one_first(folders: tuple[int, int], disk: DiskLog) -> None:
    source, target = folders

    durable.move(source, "a", target, "b")

    assert disk.calls == [("rename", "from/a", "to/b"), ("fsync", "to"), ("fsync", "from")]


def test_a_removal_is_durable(folders: tuple[int, int], disk: DiskLog) -> None:
    durable.remove(folders[0], "a")

    assert disk.calls == [("unlink", "from/a"), ("fsync", "from")]


def test_a_new_file_s_bytes_are_durable_before_its_name(root: Path, disk: DiskLog) -> None:
    with durable.new_file(root / "to" / "b") as write:
        write(b"one")
        write(b"two")

    assert disk.calls == [("write", "to/b"), ("fsync", "to/b"), ("fsync", "to")]


def test_each_new_folder_is_durable_before_anything_is_in_it(folders: tuple[int, int], disk: DiskLog) -> None:
    with durable.folder(folders[1], ("2021-11", "社保"), create=True):
        pass

    assert disk.calls == [
        ("mkdir", "to/2021-11"),
        ("fsync", "to"),
        ("mkdir", "to/2021-11/社保"),
        ("fsync", "to/2021-11"),
    ]


def test_bytes_are_durable_before_they_are_read_back(root: Path, disk: DiskLog, shelf: DirectoryShelf) -> None:
    digest = hashlib.sha256(b"claim").hexdigest()

    run(lambda: shelf.put_verified(root / "from" / "a", PurePosixPath("to/b"), digest))

    assert [call for call in disk.calls if call[1] == "to/b"] == [
        ("write", "to/b"),
        ("fsync", "to/b"),
        ("pread", "to/b"),
    ]


def test_a_note_s_bytes_are_durable_before_it_has_its_name(disk: DiskLog, shelf: DirectoryShelf) -> None:
    run(lambda: shelf.put_text("text", PurePosixPath("from/n"), PurePosixPath("to/n")))

    assert disk.calls[-6:] == [
        ("write", "from/n"),
        ("fsync", "from/n"),
        ("link", "from/n", "to/n"),
        ("fsync", "to"),
        ("unlink", "from/n"),
        ("fsync", "from"),
    ]


def test_a_taken_file_is_durable_in_the_spool_before_it_is_hashed(root: Path, disk: DiskLog) -> None:
    ignore_breaks()
    parcel = parcel_of(root / "from")

    Spool(root / "to", root / "from").take(parcel)

    assert disk.calls == [
        ("rename", "from/a", f"to/{parcel.id}"),
        ("fsync", "to"),
        ("fsync", "from"),
        ("pread", f"to/{parcel.id}"),
    ]


def test_after_a_crash_a_taking_is_made_durable_at_both_ends_before_it_counts(root: Path, disk: DiskLog) -> None:
    ignore_breaks()
    parcel = parcel_of(root / "from")
    (root / "from" / "a").replace(root / "to" / parcel.id)  # and then the power went, before either fsync

    Spool(root / "to", root / "from").look(parcel)

    assert disk.calls == [("fsync", "to"), ("fsync", "from"), ("pread", f"to/{parcel.id}")]


def test_a_commit_of_the_ledger_is_on_the_disk_when_it_returns(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "ledger.sqlite3") as ledger:
        assert ledger._db.execute("PRAGMA synchronous").fetchone()[0] == SQLITE_FULL
        assert ledger._db.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
