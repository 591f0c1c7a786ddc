import io
import os
import tarfile
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.replacement.bundle import Item, Manifest, holdable, unpack, write
from gateway.replacement.errors import WrongInput
from gateway.replacement.sealed import PIECE_BYTES, Sealing, opened
from tests.replacement.boxes import CHEAP, NOW, PASSWORD

MANIFEST = Manifest("0.1.0", NOW, "若葉クリニック", "site/site.yaml", "", ("site/site.yaml", "site/keys/山田.pub"))


def written(place: Path, manifest: Manifest = MANIFEST) -> io.BytesIO:
    sink = io.BytesIO()
    items = []
    for number, name in enumerate(MANIFEST.files):
        (place / str(number)).write_bytes(name.encode() * 30_000)
        items.append(Item(name, place / str(number), 0o640))
    write(Sealing(sink.write, PASSWORD, cost=CHEAP), manifest, items)
    sink.seek(0)
    return sink


def test_files_come_back_with_their_modes_for_nobody_else_to_read(tmp_path: Path) -> None:
    manifest, items = unpack(written(tmp_path), PASSWORD, tmp_path / "into")

    assert manifest == MANIFEST
    assert [(item.name, item.mode) for item in items] == [(name, 0o640) for name in MANIFEST.files]
    assert [item.path.read_bytes() for item in items] == [name.encode() * 30_000 for name in MANIFEST.files]
    assert {item.path.stat().st_mode & 0o777 for item in items} == {0o600}


def test_what_the_manifest_does_not_say_is_refused(tmp_path: Path) -> None:
    missing = replace(MANIFEST, files=(*MANIFEST.files, "ssh/ssh_host_rsa_key"))
    with pytest.raises(WrongInput, match="does not hold what its manifest says"):
        unpack(written(tmp_path, missing), PASSWORD, tmp_path / "into")


def packed(*members: tuple[str, bytes, bytes]) -> io.BytesIO:
    """An archive of (name, type, content), sealed as ours is."""
    plain, sink = io.BytesIO(), io.BytesIO()
    with tarfile.open(mode="w", fileobj=plain) as archive:
        for name, kind, content in members:
            info = tarfile.TarInfo(name)
            info.type, info.size, info.linkname = kind, len(content), "/etc/shadow"
            archive.addfile(info, io.BytesIO(content))
    sealing = Sealing(sink.write, PASSWORD, cost=CHEAP)
    sealing.write(plain.getvalue())
    sealing.close()
    sink.seek(0)
    return sink


SAID = b'{"format": 1, "program": "0", "at": "2026-11-22T05:00:00+00:00", "site": "x", "site_file": "site/site.yaml", "head": "", "files": []}'


@pytest.mark.parametrize(
    ("members", "told"),
    [
        ([], "it has no manifest"),
        ([("site/site.yaml", tarfile.REGTYPE, b"")], "it has no manifest"),
        ([("manifest.json", tarfile.REGTYPE, b"{")], "its manifest cannot be read"),
        ([("manifest.json", tarfile.REGTYPE, b"[]")], "its manifest cannot be read"),
        ([("manifest.json", tarfile.REGTYPE, SAID.replace(b": 1,", b": 2,"))], "a newer version"),
        ([("manifest.json", tarfile.REGTYPE, SAID), ("../escaped", tarfile.REGTYPE, b"x")], "what no export holds"),
        ([("manifest.json", tarfile.REGTYPE, SAID), ("/etc/x", tarfile.REGTYPE, b"x")], "what no export holds"),
        ([("manifest.json", tarfile.REGTYPE, SAID), ("site/x", tarfile.SYMTYPE, b"")], "what no export holds"),
        ([("manifest.json", tarfile.REGTYPE, SAID), ("site/x", tarfile.REGTYPE, b"x")], "what its manifest says"),
    ],
)
def test_an_archive_of_another_make_lays_nothing_anywhere(
    tmp_path: Path, members: list[tuple[str, bytes, bytes]], told: str
) -> None:
    with pytest.raises(WrongInput, match=told):
        unpack(packed(*members), PASSWORD, tmp_path / "into")
    assert not (tmp_path / "escaped").exists()


def test_what_is_sealed_behind_the_archive_must_be_whole_too(tmp_path: Path) -> None:
    behind = io.BytesIO()
    sealing = Sealing(behind.write, PASSWORD, cost=CHEAP)
    sealing.write(b"".join(opened(packed(("manifest.json", tarfile.REGTYPE, SAID)), PASSWORD)) + bytes(3 * PIECE_BYTES))
    sealing.close()

    assert unpack(io.BytesIO(behind.getvalue()), PASSWORD, tmp_path / "into")[1] == ()
    with pytest.raises(WrongInput, match="cut short"):
        unpack(io.BytesIO(behind.getvalue()[: -2 * PIECE_BYTES]), PASSWORD, tmp_path / "into")


@pytest.mark.parametrize("name", ["site/../x", "site/.hidden", "site//x", "other/x", "site", "site/a\nb", "/site/x"])
def test_names_that_climb_or_hide_are_in_no_export(name: str) -> None:
    assert not holdable(name)


@pytest.mark.parametrize("exchanged", ["link", "pipe"])
def test_what_was_exchanged_since_it_was_looked_at_is_not_read(tmp_path: Path, exchanged: str) -> None:
    (tmp_path / "roots").write_text("root's")
    if exchanged == "link":
        (tmp_path / "key").symlink_to(tmp_path / "roots")
    else:
        os.mkfifo(tmp_path / "key")

    with pytest.raises(OSError, match=r"symbolic links|not a regular file"):
        write(Sealing(lambda _: None, PASSWORD, cost=CHEAP), MANIFEST, [Item("ssh/key", tmp_path / "key", 0o600)])
