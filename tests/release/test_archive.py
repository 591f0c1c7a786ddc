import io
import tarfile
from pathlib import Path

import pytest

from gateway.release.archive import SUMS, name_of, sums, unpack, verify
from gateway.release.errors import WrongRelease
from tests.release.release import written


def packed(place: Path, *members: tarfile.TarInfo) -> Path:
    archive = place / "release.tar"
    with tarfile.open(archive, "w:") as tar:
        for member in members:
            tar.addfile(member, io.BytesIO(b"x" * member.size) if member.isreg() else None)
    return archive


def member(name: str, kind: bytes = tarfile.REGTYPE, size: int = 3) -> tarfile.TarInfo:
    made = tarfile.TarInfo(name)
    made.type, made.size = kind, size if kind == tarfile.REGTYPE else 0
    return made


def test_what_is_whole_is_taken(tmp_path: Path) -> None:
    verify(written(tmp_path / "release", one="content"))


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [("one", "other", "one: is damaged"), ("two", "more", "two: is not in SHA256SUMS"), (SUMS, "", "no SHA256SUMS")],
)
def test_what_is_not_as_summed_is_refused(tmp_path: Path, name: str, content: str, told: str) -> None:
    folder = written(tmp_path / "release", one="content")
    (folder / name).write_text(content)

    with pytest.raises(WrongRelease, match=told):
        verify(folder)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    folder = written(tmp_path / "release", one="content")
    (folder / "one").unlink()

    with pytest.raises(WrongRelease, match="one: is missing"):
        verify(folder)


@pytest.mark.parametrize(
    "wrong",
    [member("/etc/passwd"), member("a/../../b"), member("link", tarfile.SYMTYPE), member("node", tarfile.CHRTYPE)],
    ids=lambda one: one.name,
)
def test_nothing_is_written_but_plain_files_below_the_folder(tmp_path: Path, wrong: tarfile.TarInfo) -> None:
    (tmp_path / "to").mkdir()

    with pytest.raises(WrongRelease, match="more than plain files"):
        unpack(packed(tmp_path, wrong), tmp_path / "to")

    assert list((tmp_path / "to").iterdir()) == []


def test_a_name_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()

    with pytest.raises(WrongRelease):
        unpack(packed(tmp_path, member("a"), member("a")), tmp_path / "to")


def test_an_archive_cut_short_is_refused(tmp_path: Path) -> None:
    archive = packed(tmp_path, member("a", size=4096))
    archive.write_bytes(archive.read_bytes()[:1000])
    (tmp_path / "to").mkdir()

    with pytest.raises(WrongRelease, match="cut short"):
        unpack(archive, tmp_path / "to")


def test_a_release_is_called_by_its_digest(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"")

    assert name_of(tmp_path / "a") == "e3b0c44298fc1c14"


def test_a_line_that_is_no_digest_is_named() -> None:
    with pytest.raises(WrongRelease, match="SHA256SUMS:1: "):
        sums("what\n")


def test_a_small_archive_of_a_large_file_with_holes_fills_no_disk(tmp_path: Path) -> None:
    """Until its signature is looked at anybody may have made it, and the disk is the relay's as well."""
    hole = member("hole")
    hole.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(60 << 20)}
    archive = tmp_path / "release.tar"
    entries = b"1\n0\n1\n".ljust(512, b"\0") + b"x"
    hole.size = len(entries)
    with tarfile.open(archive, "w:", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(hole, io.BytesIO(entries))
    (tmp_path / "to").mkdir()

    with pytest.raises(WrongRelease):
        unpack(archive, tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize("figures", [b"what\n", b"1\n0\nwhat\n"])
def test_a_header_with_figures_that_are_none_is_refused_in_one_line(tmp_path: Path, figures: bytes) -> None:
    odd = member("odd")
    odd.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": "9"}
    odd.size = 512
    archive = tmp_path / "release.tar"
    with tarfile.open(archive, "w:", format=tarfile.PAX_FORMAT) as tar:
        tar.addfile(odd, io.BytesIO(figures.ljust(512, b"\0")))
    (tmp_path / "to").mkdir()

    with pytest.raises(WrongRelease):
        unpack(archive, tmp_path / "to")


def test_digests_in_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    folder = written(tmp_path / "release", one="content")
    (folder / SUMS).write_bytes(b"\xff\xfe\n")

    with pytest.raises(WrongRelease, match="SHA256SUMS:1: "):
        verify(folder)
