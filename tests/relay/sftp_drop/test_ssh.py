"""What is asked for beyond SFTP is refused, and what nobody finished is discarded, however its client ended."""

import asyncio
import contextlib
import gc
import struct
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import asyncssh
import pytest

from gateway.relay.parcel import State
from gateway.relay.sftp_drop import session
from gateway.relay.sftp_drop.limits import Limits
from tests.relay.process import until
from tests.relay.sftp_drop.rig import Drop
from tests.relay.sftp_drop.wire import Wire, killed

LEAN, WHOLE, AT_ONCE = 50, 1_000, 25
KINDS = ("killed", "reset", "disconnect", "exit", "idle")


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    """A drop that throws out who rests for two seconds."""
    limits = Limits(128, of_one_address=64, half_open=64, half_open_of_one_address=64, idle=timedelta(seconds=2))
    with Drop(tmp_path_factory.mktemp("hasty"), terminal=True, limits=limits) as running:
        yield running


def test_nothing_but_the_subsystem_sftp(drop: Drop) -> None:
    async def ask() -> None:
        async with await drop.connect() as connection:
            for command, subsystem in ((), ()), ("id", ()), ((), "netconf"):
                with pytest.raises(asyncssh.ChannelOpenError):
                    await connection.create_session(asyncssh.SSHClientSession, command, subsystem=subsystem)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_connection("127.0.0.1", drop.port)
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.open_unix_connection("/run/x")
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.start_server(lambda *_: None, "", 0)
            with pytest.raises(asyncssh.ChannelListenError):
                await connection.start_unix_server(lambda *_: None, "/claim-gateway-test")

    asyncio.run(ask())


@pytest.mark.parametrize("asked", ["env", "pty-req", "x11-req", "auth-agent-req@openssh.com"])
def test_what_goes_before_the_subsystem_is_refused_one_by_one(drop: Drop, asked: str) -> None:
    text = asyncssh.packet.String
    bodies = {
        "env": text("LD_PRELOAD") + text("/x"),
        "pty-req": text("xterm") + struct.pack(">IIII", 80, 24, 0, 0) + text(""),
        "x11-req": b"\0" + text("MIT-MAGIC-COOKIE-1") + text("00" * 16) + struct.pack(">I", 0),
    }

    async def ask() -> bool:
        async with Wire(drop) as wire:
            channel = wire.writer.channel
            return bool(await channel._make_request(asked.encode(), bodies.get(asked, b"")))

    assert not asyncio.run(ask())


def test_neither_password_nor_an_unknown_or_another_person_s_key(drop: Drop) -> None:
    async def log_on(account: str, **more: object) -> None:
        with pytest.raises(asyncssh.PermissionDenied):
            await asyncssh.connect(
                "127.0.0.1", drop.port, username=account, known_hosts=None, config=None, agent_path=None, **more
            )

    stranger = asyncssh.generate_private_key("ssh-ed25519")
    asyncio.run(log_on("yamada", password="x", client_keys=None))
    asyncio.run(log_on("yamada", client_keys=[stranger]))
    asyncio.run(log_on("yamada", client_keys=[str(drop.place / "suzuki")]))
    asyncio.run(log_on("nobody", client_keys=[str(drop.place / "yamada")]))
    asyncio.run(log_on("", client_keys=[str(drop.place / "yamada")]))


def test_a_key_taken_out_or_bound_to_another_address_counts_at_once(hasty: Drop) -> None:
    file = hasty.place / "suzuki.pub"
    line = file.read_text()
    try:
        assert hasty.sftp("ls\n", "suzuki").returncode == 0
        for other in (f'from="192.168.10.21" {line}', "# nobody\n", 'command="id" ' + line):
            file.write_text(other)
            assert hasty.sftp("ls\n", "suzuki").returncode == 255, other
        file.write_text(f'from="192.168.10.0/24,127.0.0.0/8" {line}')
        assert hasty.sftp("ls\n", "suzuki").returncode == 0
    finally:
        file.write_text(line)


def test_an_error_nobody_foresaw_ends_its_connection_at_once_and_quotes_nothing(
    drop: Drop, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def mistake(*_: object) -> bytes:
        raise KeyError("RECEIPTC.UKE")

    with monkeypatch.context() as patched:
        patched.setattr(session, "line", mistake)
        assert drop.sftp("ls\n").returncode != 0
    told = ""

    def gone() -> bool:
        nonlocal told
        told += capfd.readouterr().err
        return "left the SFTP drop (fault)" in told

    until(gone, "the journal has it")
    gc.collect()
    assert "RECEIPTC" not in told + capfd.readouterr().err
    assert drop.sftp("ls\n").returncode == 0


def test_channels_of_one_connection_are_bounded(drop: Drop) -> None:
    async def open_many() -> int:
        async with await drop.connect() as connection:
            for number in range(20):
                try:
                    await connection.start_sftp_client()
                except asyncssh.ChannelOpenError:
                    return number
        return -1

    assert asyncio.run(open_many()) == drop.limits.channels


async def abort(drop: Drop, kind: str, name: str) -> None:
    """An upload that is never finished, ended in one of five ways."""
    if kind == "killed":
        await asyncio.to_thread(kill_client, drop, name)
        return
    # On a crowded machine two seconds without a request passes by itself: then it was thrown out for resting, open file and all.
    with contextlib.suppress(OSError, asyncssh.Error, asyncio.IncompleteReadError):
        async with Wire(drop) as wire:
            await wire.open(f"/請求/{name}")
            await broken_off(wire, kind)


async def broken_off(wire: Wire, kind: str) -> None:
    handle = wire.handles[-1]
    for offset in range(0, 600_000, 200_000):
        await wire.write(handle, offset, b"x" * 200_000)
    match kind:
        case "reset":
            killed(wire.connection)
        case "disconnect":
            wire.connection.disconnect(11, "bye")
        case "exit":
            wire.writer.write_eof()
            wire.writer.close()
        case "idle":
            await wire.connection.wait_closed()


def kill_client(drop: Drop, name: str) -> None:
    """OpenSSH's client, dead in the middle of a file that is too long to have gone through."""
    endless = drop.place / "endless"
    if not endless.exists():
        with endless.open("wb") as file:
            file.truncate(900 << 20)
    before = {entry for entry in drop.spooled() if entry.endswith(".part")}
    command = [
        "sftp",
        "-q",
        "-F",
        "none",
        "-l",
        "200000",
        "-b",
        "-",
        "-P",
        str(drop.port),
        "-i",
        str(drop.place / "yamada"),
    ]
    options = ["-oStrictHostKeyChecking=no", "-oUserKnownHostsFile=/dev/null", "yamada@127.0.0.1"]
    with subprocess.Popen(
        [*command, *options], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
    ) as client:
        assert client.stdin is not None
        client.stdin.write(f"put {endless} 請求/{name}\n".encode())
        client.stdin.close()
        until(
            lambda: bool({entry for entry in drop.spooled() if entry.endswith(".part")} - before), "the file is there"
        )
        client.kill()


def aborted(drop: Drop, count: int) -> None:
    """`count` uploads that are never finished, while another person's files go on moving."""
    published = {parcel.id for parcel in drop.parcels()}

    async def all_of_them() -> None:
        for start in range(0, count, AT_ONCE):
            batch = [(KINDS[number % len(KINDS)], f"ABORTED{number}.UKE") for number in range(start, start + AT_ONCE)]
            await asyncio.gather(*(abort(drop, kind, name) for kind, name in batch if kind != "killed"))
            for kind, name in batch:  # one after the other: each waits for its own file to begin
                if kind == "killed":
                    await abort(drop, kind, name)

    asyncio.run(all_of_them())

    until(lambda: not any(name.endswith(".part") for name in drop.spooled()), "their bytes are gone")
    assert {parcel.id for parcel in drop.parcels()} == published
    assert not [file for file in drop.places.drop.rglob("*") if file.is_file()]


def test_aborted_uploads_of_five_kinds_leave_nothing_and_another_s_file_moves(
    hasty: Drop, claim: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    aborted(hasty, LEAN)
    assert hasty.sftp(f"put {claim} 請求/MOVES.UKE\n", "suzuki").returncode == 0

    until(
        lambda: any(one.name == "MOVES.UKE" and one.state is State.NOTED for one in hasty.parcels()), "it is delivered"
    )
    assert claim.read_bytes() in hasty.delivered()
    told = capfd.readouterr().err
    assert told.count("an unfinished file of 山田 was discarded") == LEAN
    assert "ABORTED" not in told


@pytest.mark.long
@pytest.mark.timeout(1200)
def test_a_thousand_aborted_uploads(hasty: Drop) -> None:
    aborted(hasty, WHOLE)
