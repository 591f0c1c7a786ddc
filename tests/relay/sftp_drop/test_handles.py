"""What one person can make the relay hold, over however many connections: its descriptors and its memory are everybody's."""

import asyncio
import gc
import struct

import pytest

from gateway.relay.sftp_drop.handles import AHEAD_BYTES, Opened, OpenFile, OpenFolder
from gateway.relay.sftp_drop.packets import Attributes
from gateway.relay.sftp_drop.refusal import Refusal
from tests.relay.sftp_drop.rig import Drop
from tests.relay.sftp_drop.wire import Wire, text

READ = struct.pack(">II", 1, 0)


def folder(length: int) -> OpenFolder:
    return OpenFolder([("x", Attributes(0, 0, 0))] * length)


def test_a_person_s_handles_are_counted_and_closed_ones_are_not() -> None:
    opened = Opened(handles=2, entries=10)
    first, second = folder(0), folder(0)
    for one in (first, second):
        opened.require_room("山田")
        opened.add("山田", one)

    with pytest.raises(Refusal, match="too many open files"):
        opened.require_room("山田")
    opened.require_room("鈴木")
    opened.remove("山田", first)
    opened.require_room("山田")


def test_a_long_folder_is_listed_alone_and_not_beside_another() -> None:
    opened = Opened(handles=9, entries=10)
    long = folder(50)
    opened.add("山田", long)

    with pytest.raises(Refusal, match="too many open folders"):
        opened.add("山田", folder(1))
    opened.remove("山田", long)
    opened.add("山田", folder(5))
    opened.add("山田", folder(5))


def test_files_and_folders_of_one_person_are_bounded_over_all_connections_and_free_again(drop: Drop) -> None:
    path = drop.places.delivered / "many"
    path.write_bytes(b"x")

    async def open_all(wire: Wire) -> int:
        count = 0
        while True:
            asked = (11, text("/請求")) if count % 2 else (3, text("/配達済み/many"), READ)
            if (await wire.ask(*asked))[0] != 102:
                return count
            count += 1
            assert count <= drop.limits.handles

    async def twice() -> tuple[int, int]:
        async with Wire(drop) as one, Wire(drop) as other:
            return await open_all(one), await open_all(other)

    assert asyncio.run(twice()) == (drop.limits.handles, 0)
    assert drop.sftp("ls 請求\n").returncode == 0


def test_of_many_files_read_at_once_one_is_read_ahead(drop: Drop) -> None:
    (drop.places.delivered / "big").write_bytes(bytes(2 * AHEAD_BYTES))

    async def read_all() -> int:
        async with Wire(drop) as wire:
            for _ in range(8):
                handle = await wire.open("/配達済み/big", 1)
                assert (await wire.ask(5, handle, struct.pack(">QI", 0, 1)))[0] == 103
            return sum(len(one._ahead) for one in gc.get_objects() if isinstance(one, OpenFile))

    assert asyncio.run(read_all()) == AHEAD_BYTES
