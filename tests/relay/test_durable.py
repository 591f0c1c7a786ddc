import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.relay import durable


@pytest.fixture
def root(tmp_path: Path) -> Iterator[int]:
    descriptor = durable.open_root(tmp_path)
    yield descriptor
    os.close(descriptor)


def test_a_failed_sync_is_not_survived() -> None:
    reader, writer = os.pipe()  # a pipe cannot be synced: the kernel says EINVAL
    try:
        with pytest.raises(durable.DiskLied, match="EINVAL"):
            durable.sync(writer)
    finally:
        os.close(reader)
        os.close(writer)


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "a\0b"])
def test_a_path_is_never_a_name(root: int, name: str) -> None:
    with pytest.raises(ValueError, match="single"):
        durable.create(root, name)


def test_a_link_on_the_way_down_is_not_followed(root: int, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (tmp_path / "link").symlink_to(outside)

    with pytest.raises(NotADirectoryError), durable.folder(root, ("link", "x"), create=True):
        pass

    assert list(outside.iterdir()) == []


def test_a_dangling_link_takes_its_name(root: int, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")

    with pytest.raises(FileExistsError):
        durable.create(root, "link")

    assert not (tmp_path / "target").exists()


@pytest.mark.parametrize("kind", ["fifo", "folder", "link"])
def test_only_regular_files_are_opened_and_nothing_blocks(root: int, tmp_path: Path, kind: str) -> None:
    match kind:
        case "fifo":
            os.mkfifo(tmp_path / "x")
        case "folder":
            (tmp_path / "x").mkdir()
        case _:
            (tmp_path / "x").symlink_to("/etc/passwd")

    with pytest.raises(OSError, match=r"regular|symbolic|directory"):
        durable.open_existing(root, "x")


def test_publishing_replaces_nothing(root: int, tmp_path: Path) -> None:
    (tmp_path / "new").write_bytes(b"new")
    (tmp_path / "old").write_bytes(b"old")

    with pytest.raises(FileExistsError):
        durable.publish(root, "new", root, "old")

    assert (tmp_path / "old").read_bytes() == b"old"
    assert (tmp_path / "new").read_bytes() == b"new"


def test_a_new_file_is_whole_or_its_name_is_not_relied_on(tmp_path: Path) -> None:
    with durable.new_file(tmp_path / "x") as write:
        write(b"a" * 100_000)
        write(b"b")

    assert (tmp_path / "x").read_bytes() == b"a" * 100_000 + b"b"
    with pytest.raises(FileExistsError), durable.new_file(tmp_path / "x"):
        pass


def test_digest_and_size_come_from_one_reading(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"abc")
    with (tmp_path / "x").open("rb") as file:
        digest, size = durable.digest_of(file.fileno())

    assert digest == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert size == 3


def test_everything_below_a_folder_is_synced_the_deepest_first(
    root: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "link").symlink_to("/")
    synced: list[str] = []
    monkeypatch.setattr(
        durable, "sync_folder", lambda here: synced.append(str(Path(f"/proc/self/fd/{here}").readlink()))
    )

    durable.sync_below(root)

    assert synced == [str(tmp_path / "a" / "b"), str(tmp_path / "a"), str(tmp_path)]
