"""What one person can and cannot do, over a real connection."""

import asyncio
import os
import struct
from pathlib import Path

import asyncssh
import pytest

from tests.relay.process import until
from tests.relay.sftp_drop.rig import Drop
from tests.relay.sftp_drop.wire import CREATE, Wire, text

DENIED, FAILURE, ABSENT, UNSUPPORTED, OK = 3, 4, 2, 8, 0


def outside(drop: Drop) -> dict[str, bytes]:
    """Everything below the test's folder but what the relay itself writes."""
    own = (drop.places.ledger.name, "sftp-drop", "lock")
    return {
        str(file.relative_to(drop.place)): file.read_bytes()
        for file in sorted(drop.place.rglob("*"))
        if file.is_file() and not file.name.startswith(own) and drop.places.spool not in file.parents
    }


def test_a_file_that_was_put_is_in_the_ledger_with_who_put_it_and_reads_back(
    drop: Drop, claim: Path, tmp_path: Path
) -> None:
    done = drop.sftp(f"put {claim} 請求/社保/PUT.UKE\nls 請求/社保\nget 請求/社保/PUT.UKE {tmp_path}/back\n")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "back").read_bytes() == claim.read_bytes()
    (parcel,) = [one for one in drop.parcels() if one.name == "PUT.UKE"]
    assert (parcel.brought_by, parcel.source.decode()) == ("山田", "社保/PUT.UKE")
    assert parcel.id in drop.spooled()


def test_what_is_taken_is_not_removed_renamed_or_written_into_but_sent_anew_under_its_name(
    drop: Drop, claim: Path
) -> None:
    assert drop.sftp(f"put {claim} 請求/AGAIN.UKE\n").returncode == 0

    for command in ("rm 請求/AGAIN.UKE", "rename 請求/AGAIN.UKE 請求/OTHER.UKE", "reput {0} 請求/AGAIN.UKE"):
        assert drop.sftp(command.format(claim) + "\n", "suzuki").returncode == 1
    assert drop.sftp(f"put {claim} 請求/AGAIN.UKE\n").returncode == 0
    assert len([one for one in drop.parcels() if one.name == "AGAIN.UKE"]) == 2


def test_a_rename_that_may_not_replace_leaves_what_is_on_its_way_alone(drop: Drop, claim: Path) -> None:
    assert drop.sftp(f"put {claim} 請求/ONCE.UKE\nput {claim} 請求/ONCE.UKE.filepart\n").returncode == 0

    async def rename() -> list[int]:
        async with Wire(drop) as wire:
            return [
                await wire.status(18, text("/請求/ONCE.UKE.filepart"), text("/請求/ONCE.UKE")),
                await wire.status(3, text("/請求/ONCE.UKE"), struct.pack(">II", CREATE | 32, 0)),
            ]

    assert asyncio.run(rename()) == [FAILURE, FAILURE]
    assert drop.sftp("rm 請求/ONCE.UKE.filepart\n").returncode == 0
    assert len([one for one in drop.parcels() if one.name == "ONCE.UKE"]) == 1


def test_a_temporary_name_is_nothing_until_it_is_renamed_even_over_another_connection(drop: Drop, claim: Path) -> None:
    assert drop.sftp(f"put {claim} 請求/国保/T.UKE.filepart\n").returncode == 0
    assert not [one for one in drop.parcels() if one.name.startswith("T.UKE")]
    assert drop.sftp("ls 請求/国保/T.UKE.filepart\n", "suzuki").returncode == 1, "another person sees it"

    assert drop.sftp("rename 請求/国保/T.UKE.filepart 請求/国保/T.UKE\n").returncode == 0

    assert [one.brought_by for one in drop.parcels() if one.name == "T.UKE"] == ["山田"]


@pytest.mark.parametrize("name", ["CON", "nul.UKE", "a:b.UKE", "x.", "a\\b.UKE", "<x>.UKE", "x" * 201, "\u202eEKU.exe"])
def test_a_name_windows_cannot_hold_is_refused_while_its_owner_listens(drop: Drop, claim: Path, name: str) -> None:
    async def put() -> int:
        async with Wire(drop) as wire:
            return await wire.status(3, text(f"/請求/{name}"), struct.pack(">II", CREATE, 0))

    assert asyncio.run(put()) == DENIED


def test_names_that_are_no_utf_8_or_too_many_or_too_long(drop: Drop) -> None:
    async def bombs() -> list[int]:
        async with Wire(drop) as wire:
            paths = ("/請求/".encode() + "請求".encode("cp932"), b"/" * 4000, b"/a" * 2000, b"\0", b"a" * 200_000)
            return [await wire.status(3, text(path), struct.pack(">II", CREATE, 0)) for path in paths]

    assert all(code in {DENIED, FAILURE} for code in asyncio.run(bombs()))


CLIMBING = (
    "/../../../etc/passwd", "../../../../etc/passwd", "/請求/../../spool/x", "/請求/社保/../../../x", "//etc/passwd",
    "/請求/..\\..\\x", "/ledger.sqlite3", "/spool", "/保留/../../ledger.sqlite3", "/sftp-host-keys/ed25519",
)  # fmt: skip


def test_no_operation_leads_outside(drop: Drop) -> None:
    before = outside(drop)

    async def climb(path: str) -> list[int]:
        raw, attributes = text(path), struct.pack(">I", 0)
        async with Wire(drop) as wire:
            return [
                await wire.status(3, raw, struct.pack(">II", 1, 0)),
                await wire.status(3, raw, struct.pack(">II", CREATE, 0)),
                await wire.status(7, raw),
                await wire.status(17, raw),
                await wire.status(9, raw, struct.pack(">IQ", 1, 0)),
                await wire.status(11, raw),
                await wire.status(13, raw),
                await wire.status(14, raw, attributes),
                await wire.status(15, raw),
                await wire.status(18, raw, text("/請求/x")),
                await wire.status(18, text("/保留/x"), raw),
                await wire.status(19, raw),
                await wire.status(20, text(".."), raw),
                await wire.status(20, raw, text("/請求/x")),
                await wire.status(200, text("hardlink@openssh.com"), raw, text("/請求/x")),
                await wire.status(200, text("posix-rename@openssh.com"), raw, text("/請求/x")),
                await wire.status(200, text("lsetstat@openssh.com"), raw, attributes),
                await wire.status(200, text("statvfs@openssh.com"), raw),
                await wire.status(200, text("copy-data"), raw),
            ]

    for path in CLIMBING:
        assert {OK, -1}.isdisjoint(asyncio.run(climb(path))), path
    assert outside(drop) == before


def test_the_way_out_of_a_chroot_is_no_way_here(drop: Drop) -> None:
    """mkdir d; symlink .. d/up; rename d/up up2; list up2: how a mapping of paths with chroot was left."""

    async def escape() -> list[int]:
        async with Wire(drop) as wire:
            return [
                await wire.status(14, text("/請求/d"), struct.pack(">I", 0)),
                await wire.status(20, text(".."), text("/請求/d/up")),
                await wire.status(20, text("/請求/d/up"), text("..")),
                await wire.status(18, text("/請求/d/up"), text("/請求/up2")),
                await wire.status(200, text("posix-rename@openssh.com"), text("/請求/d/up"), text("/請求/up2")),
                await wire.status(11, text("/請求/up2")),
            ]

    assert {OK, -1}.isdisjoint(asyncio.run(escape()))
    assert not (drop.places.drop / "d").exists()


def test_a_link_swapped_in_between_leads_nowhere(drop: Drop, tmp_path: Path) -> None:
    """Somebody with the share's rights exchanges a folder for a link while a client reads below it."""
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "X.HEN").write_bytes(b"not yours")
    month = drop.places.returns / "2026-11"
    month.mkdir()
    (month / "X.HEN").write_bytes(b"a return")
    seen: list[bytes] = []

    async def read() -> None:
        async with await drop.connect() as connection, connection.start_sftp_client() as client:
            for turn in range(150):
                other = month.with_name("other")
                if turn % 2:
                    month.rename(other)
                    month.symlink_to(secret)
                try:
                    async with client.open("/返戻/2026-11/X.HEN", "rb") as file:
                        seen.append(await file.read())
                    await client.listdir("/返戻/2026-11")
                except asyncssh.SFTPError:
                    seen.append(b"")
                if turn % 2:
                    month.unlink()
                    other.rename(month)

    asyncio.run(read())

    assert {*seen} == {b"a return", b""}


def test_what_lies_in_the_folders_is_read_and_nothing_there_is_changed(drop: Drop) -> None:
    slip = drop.places.delivered / "2026-10" / "社保"
    slip.mkdir(parents=True)
    (slip / "配達票.txt").write_text("これは受領書ではありません")
    (slip / "link").symlink_to("/etc/passwd")
    os.mkfifo(slip / "fifo")

    async def use() -> tuple[list[str], str, list[int]]:
        async with await drop.connect("suzuki") as connection, connection.start_sftp_client() as client:
            names = sorted(str(name) for name in await client.listdir("/配達済み/2026-10/社保"))
            async with client.open("/配達済み/2026-10/社保/配達票.txt") as file:
                content = await file.read()
        path = "/配達済み/2026-10/社保/配達票.txt"
        async with Wire(drop, "suzuki") as wire:
            codes = [
                await wire.status(3, text(path), struct.pack(">II", 2, 0)),
                await wire.status(3, text(path), struct.pack(">II", CREATE, 0)),
                await wire.status(13, text(path)),
                await wire.status(18, text(path), text("/請求/X.UKE")),
                await wire.status(9, text(path), struct.pack(">II", 4, 0o777)),
                await wire.status(9, text(path), struct.pack(">III", 2, 0, 0)),
                await wire.status(3, text("/配達済み/2026-10/社保/link"), struct.pack(">II", 1, 0)),
                await wire.status(3, text("/配達済み/2026-10/社保/fifo"), struct.pack(">II", 1, 0)),
                await wire.status(15, text("/配達済み/2026-10")),
            ]
        return names, content, codes

    names, content, codes = asyncio.run(use())

    assert names == ["配達票.txt"]
    assert content == "これは受領書ではありません"
    assert {OK, -1}.isdisjoint(codes)


def test_in_pieces_out_of_order_pre_sized_and_rewritten_in_place_it_is_handed_in_once_and_whole(
    drop: Drop, claim: Path
) -> None:
    content = claim.read_bytes()

    async def put() -> list[int]:
        async with Wire(drop) as wire:
            handle = await wire.open("/請求/PIECES.UKE")
            size = struct.pack(">IQ", 1, len(content) + 4_000)
            codes = [await wire.status(10, handle, size), await wire.write(handle, 0, b"\0" * 100)]
            pieces = reversed(range(0, len(content), 7_000))
            codes += [await wire.write(handle, at, content[at : at + 7_000]) for at in pieces]
            codes.append(await wire.status(10, handle, struct.pack(">IQ", 1, len(content))))
            codes.append(await wire.status(200, text("fsync@openssh.com"), handle))
            return [*codes, await wire.status(4, handle)]

    assert {*asyncio.run(put())} == {OK}
    (parcel,) = [one for one in drop.parcels() if one.name == "PIECES.UKE"]
    assert (drop.places.spool / parcel.id).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "writes"),
    [("HOLE.UKE", [(0, b"a" * 100), (200, b"b" * 100)]), ("PRESIZED.UKE", []), ("LATE.UKE", [(1, b"b")])],
)
def test_a_file_with_bytes_nobody_wrote_is_not_handed_in(
    drop: Drop, name: str, writes: list[tuple[int, bytes]]
) -> None:
    async def put() -> int:
        async with Wire(drop) as wire:
            handle = await wire.open(f"/請求/{name}")
            await wire.status(10, handle, struct.pack(">IQ", 1, 300))
            for offset, data in writes:
                assert await wire.write(handle, offset, data) == OK
            return await wire.status(4, handle)

    assert asyncio.run(put()) == FAILURE
    assert not [one for one in drop.parcels() if one.name == name]


def test_an_empty_file_is_not_handed_in(drop: Drop, tmp_path: Path) -> None:
    (tmp_path / "EMPTY.UKE").touch()

    done = drop.sftp(f"put {tmp_path}/EMPTY.UKE 請求/EMPTY.UKE\n")

    assert done.returncode == 1
    assert not [one for one in drop.parcels() if one.name == "EMPTY.UKE"]


def test_a_file_that_lies_there_by_another_way_is_not_passed_by(drop: Drop, claim: Path) -> None:
    (drop.places.drop / "lies.uke").write_bytes(b"somebody's")

    done = drop.sftp(f"put {claim} 請求/LIES.UKE\n")

    assert (done.returncode, (drop.places.drop / "lies.uke").read_bytes()) == (1, b"somebody's")


def test_what_a_client_sets_after_its_put_changes_nothing_and_is_no_error(drop: Drop, claim: Path) -> None:
    claim.chmod(0o777)

    assert drop.sftp(f"put -p {claim} 請求/TIMES.UKE\n").returncode == 0
    assert drop.sftp("chmod 777 請求/TIMES.UKE\n").returncode == 1
    (parcel,) = [one for one in drop.parcels() if one.name == "TIMES.UKE"]
    until(lambda: (drop.places.spool / parcel.id).stat().st_mode & 0o777 == 0o600, "its mode")


@pytest.mark.parametrize(
    "stream",
    [
        struct.pack(">I", 0xFFFFFFFF) + b"x" * 300_000,
        struct.pack(">I", 0),
        b"\xff" * 400_000,
        struct.pack(">IB", 5, 4) + b"\0\0\0\1",
        struct.pack(">IBI", 5, 1, 3),
    ],
)
def test_what_is_no_sftp_ends_the_session_and_nothing_else(drop: Drop, stream: bytes) -> None:
    async def send() -> None:
        async with Wire(drop) as wire:
            handle = await wire.open("/請求/BROKEN.UKE")
            await wire.write(handle, 0, b"half")
            wire.writer.write(stream)
            with pytest.raises(asyncio.IncompleteReadError):
                await wire.answer()

    asyncio.run(send())
    assert drop.sftp("ls\n").returncode == 0
    assert not [one for one in drop.parcels() if one.name == "BROKEN.UKE"]


def test_handles_and_unfinished_files_are_bounded(drop: Drop) -> None:
    async def greedy() -> int:
        async with Wire(drop, "suzuki") as wire:
            for number in range(1_000):
                answer = await wire.ask(3, text(f"/請求/G{number}.UKE"), struct.pack(">II", CREATE, 0))
                if answer[0] != 102:
                    return number
            return -1

    assert 0 < asyncio.run(greedy()) <= drop.limits.handles
    until(lambda: not any(name.endswith(".part") for name in drop.spooled()), "their bytes are gone")
